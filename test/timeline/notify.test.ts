import fc from 'fast-check';
import {expect, it} from 'vitest';
import {createStore} from '../../source/lib/store.ts';
import type {RecordingState} from '../../source/storage/recording/recorder.ts';
import {
  digestText,
  type Notification,
  type NotificationKind,
  NotifyPolicy,
  RecordingWatch,
} from '../../source/timeline/notify.ts';
import {ScreenUnderTest} from '../ui/screen-under-test.ts';

const notice = (text: string, more = 0) => digestText({pipeline: 'orders', kind: 'error', text, more});

it('names the pipeline, says what happened and what else', () => {
  expect(notice('connection refused')).toBe('orders: connection refused');
  expect(notice('connection refused', 3)).toBe('orders: connection refused (and 3 more)');
});

it('no control character, override or separator gets through', () => {
  const text = notice('a\u0007b\u001B]9;x\u001B\\c\u202Ed\u2028e\u0000\u009Cf\nq');
  expect(text).toBe('orders: a b ]9;x \\c d e f q');
});

it('of a long line 100 characters', () => {
  const text = notice('x'.repeat(5000));
  expect([...text]).toHaveLength('orders: '.length + 100);
  expect(text.endsWith('…')).toBe(true);
  expect(notice('😀'.repeat(100))).toBe(`orders: ${'😀'.repeat(100)}`);
});

const news = (pipeline: string, kind: NotificationKind, text: string = kind): Notification => ({pipeline, kind, text});

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

const recording: RecordingState = {kind: 'recording', folder: '/r', missedBytes: 0};
const stopped: RecordingState = {kind: 'stopped', why: 'the disk is full', since: 0, missedBytes: 0};

it('says when a recording stops and when it goes on, and nothing of what is as it should be', async () => {
  await using screen = await ScreenUnderTest.connected({names: ['orders']});
  const stream = screen.manager.get('orders');
  if (!stream) throw new Error('no stream');
  const snapshot = createStore(stream.snapshot.get());
  Object.defineProperty(stream, 'snapshot', {value: snapshot});
  const said: string[] = [];
  const end = new RecordingWatch({manager: screen.manager, say: (text) => said.push(text)}).start();
  const become = (state: RecordingState | undefined) => snapshot.set({...snapshot.get(), recording: state});
  become({kind: 'opening'});
  become(recording);
  expect(said).toEqual([]);
  become(stopped);
  become({...stopped, missedBytes: 10});
  expect(said).toEqual(['orders: recording has stopped: the disk is full · trying again']);
  become({kind: 'opening'});
  become(recording);
  expect(said.at(-1)).toBe('orders: recording again · nothing was missed');
  end();
  become(stopped);
  expect(said).toHaveLength(2);
});
