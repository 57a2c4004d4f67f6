import fc from 'fast-check';
import {expect, it} from 'vitest';
import {type News, type NewsKind, NotifyPolicy} from '../../source/attention/notify-policy.ts';

const news = (pipeline: string, kind: NewsKind, text: string = kind): News => ({pipeline, kind, text});

it('the first news is told at once, the next of that pipeline a minute later, others at once', () => {
  const policy = new NotifyPolicy();
  policy.add(news('a', 'error'));
  expect(policy.take(1000)).toMatchObject([{pipeline: 'a', more: 0}]);
  policy.add(news('a', 'lost'));
  policy.add(news('b', 'error'));
  expect(policy.take(2000)).toMatchObject([{pipeline: 'b'}]);
  expect(policy.nextAt).toBe(61_000);
  expect(policy.take(60_999)).toEqual([]);
  expect(policy.take(61_000)).toMatchObject([{pipeline: 'a', kind: 'lost'}]);
  expect(policy.nextAt).toBeUndefined();
});

it('of what came meanwhile the most urgent is told, and how much else there was', () => {
  const policy = new NotifyPolicy();
  policy.add(news('a', 'error', 'first'));
  policy.take(0);
  for (const kind of ['error', 'failed', 'restarted'] as const) policy.add(news('a', kind));
  expect(policy.take(60_000)).toEqual([{pipeline: 'a', kind: 'failed', text: 'failed', more: 2}]);
});

it('never more than one a minute a pipeline, and nothing is left out', () => {
  const arrivals = fc.array(fc.record({wait: fc.nat(40_000), pipeline: fc.constantFrom('a', 'b')}), {maxLength: 40});
  fc.assert(
    fc.property(arrivals, (all) => {
      const policy = new NotifyPolicy();
      const told: {at: number; pipeline: string; stands: number}[] = [];
      let now = 0;
      const take = () => {
        for (const {pipeline, more} of policy.take(now)) told.push({at: now, pipeline, stands: more + 1});
      };
      for (const {wait, pipeline} of all) {
        now += wait;
        policy.add(news(pipeline, 'error'));
        take();
      }
      for (let next = policy.nextAt; next !== undefined; next = policy.nextAt) {
        now = Math.max(now, next);
        take();
      }
      for (const name of ['a', 'b']) {
        const times = told.filter(({pipeline}) => pipeline === name).map(({at}) => at);
        for (const [index, at] of times.slice(1).entries())
          expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(60_000);
      }
      expect(told.reduce((sum, {stands}) => sum + stands, 0)).toBe(all.length);
    }),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 100)},
  );
});
