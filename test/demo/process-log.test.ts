import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {DemoPipeline} from '../../source/demo/pipeline.ts';
import {connectorErrors, ErrorLimiter, parseError, processLog} from '../../source/demo/process-log.ts';
import {feldera} from '../../source/demo/ring.ts';
import {createRandom} from '../../source/lib/random.ts';
import {recording} from './recording.ts';

const suppressed =
  /^Suppressed (\d+) '([^']+)' errors in the last \d+\.\d\ds \(most recently, \d+\.\d\ds ago\) due to excessive rate\.$/;

describe('ErrorLimiter', () => {
  it('logs ten, then one every six seconds behind a line that counts the others', () => {
    let now = 0;
    const limiter = new ErrorLimiter(() => now);
    const said: string[] = [];
    for (; now < 13_000; now += 100) {
      const verdict = limiter.check('orders.bad-text_event_err');
      if (verdict !== 'suppress') said.push(`${now} ${verdict === 'log' ? verdict : verdict.before}`);
    }
    const line = (count: number, first: string) =>
      `Suppressed ${count} 'orders.bad-text_event_err' errors in the last ${first}s (most recently, 0.10s ago) due to excessive rate.`;
    expect(said.slice(0, 10)).toEqual(Array.from({length: 10}, (_, index) => `${100 * index} log`));
    expect(said.slice(10)).toEqual([`6000 ${line(50, '5.00')}`, `12000 ${line(59, '5.90')}`]);
  });

  it('keeps the keys apart, loses no count, and never lets more through than ten and one in six seconds', () => {
    const errors = fc.array(fc.record({key: fc.constantFrom('a-x', 'b-x'), after: fc.integer({min: 0, max: 4000})}));
    fc.assert(
      fc.property(errors, (all) => {
        let now = 0;
        const limiter = new ErrorLimiter(() => now);
        const counts = {'a-x': {logged: 0, told: 0, left: 0}, 'b-x': {logged: 0, told: 0, left: 0}};
        for (const {key, after} of all) {
          now += after;
          const count = counts[key];
          const verdict = limiter.check(key);
          if (verdict === 'suppress') {
            count.left += 1;
            continue;
          }
          count.logged += 1;
          if (verdict === 'log') expect(count.left).toBe(0);
          else {
            const [, number, name] = suppressed.exec(verdict.before) ?? [];
            expect(name).toBe(key);
            expect(Number(number)).toBe(count.left);
            count.told += count.left;
            count.left = 0;
          }
        }
        for (const [key, {logged, told, left}] of Object.entries(counts)) {
          expect(logged + told + left).toBe(all.filter((each) => each.key === key).length);
          expect(logged).toBeLessThanOrEqual(10 + Math.floor(now / 6000));
        }
      }),
    );
  });
});

it('says a parse error in the words of recording 27', () => {
  const log = recording('27-logs-real-pipeline.raw').body.toString();
  const {message} = parseError('orders.bad', 2, 'missing field `id`', '{"customer": "Ada Lovelace", "amount": 99.0}');
  expect(log).toContain(message.replaceAll(/ at line 1 column \d+/g, ' at line 1 column 44'));
});

it('counts every error for the API, and logs those that the limit lets through, in their span', () => {
  let now = Date.UTC(2026, 0, 1);
  const random = createRandom(1, 'p');
  const pipeline = new DemoPipeline('p', {now: () => now, idTime: now, random, limits: feldera});
  const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}), () => now);
  const span = {name: 'file_input', fields: 'path="/x"'};
  for (let event = 1; event <= 40; event++, now += 500)
    report({...parseError('a.b', event, 'missing field `id`', '{}'), span});
  for (let count = 0; count < 15; count++) report({endpoint: 'a.b', message: 'FATAL'});
  expect(pipeline.state.connectorErrors).toBe(55);
  const lines = Buffer.concat([...(pipeline.ring?.entries() ?? [])])
    .toString()
    .split('\n');
  const records = lines.filter((line) => line.includes('dbsp_adapters::server:'));
  expect(
    records.filter((line) => line.includes('file_input{ path="/x"}: dbsp_adapters::server:  parse error')),
  ).toHaveLength(13);
  expect(records.filter((line) => line.includes('Suppressed'))).toHaveLength(3);
  expect(records.filter((line) => line.endsWith('FATAL'))).toHaveLength(15);
});
