import {stripVTControlCharacters} from 'node:util';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {connectorErrors, ErrorLimiter, kafkaClientError, parseError} from '../../demo/connector-errors.ts';
import {processLog} from '../../demo/process-log.ts';
import {lived} from './lived.ts';
import {recording} from './recording.ts';

const suppressed =
  /^Suppressed (\d+) '([^']+)' errors in the last \d+\.\d\ds \(most recently, \d+\.\d\ds ago\) due to excessive rate\.$/;

describe('the limit on errors', () => {
  it('logs ten, then one every six seconds after a line that counts the others', () => {
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

  it('stays in force when the clock is read a little late, and so goes back', () => {
    let now = 1000;
    const limiter = new ErrorLimiter(() => now);
    for (let error = 0; error < 10; error++) limiter.check('a-x');
    now -= 0.01;
    expect(Array.from({length: 50}, () => limiter.check('a-x'))).toEqual(Array.from({length: 50}, () => 'suppress'));
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

describe('errors of connectors', () => {
  const recorded = stripVTControlCharacters(recording('27-logs-real-pipeline.raw').body.toString());
  const words = (text: string) =>
    text
      .split('\n')
      .filter((line) => / (ERROR|WARN|INFO) .*dbsp_adapters::/.test(line))
      .map((line) => line.replace(/^\[\S+\] \S+ +/, ''));

  it('are in the words of recording 27', () => {
    const {text} = lived('orders-live', function* (pipeline) {
      pipeline.start();
      const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
      report(parseError('orders.bad', 2, 'missing field `id`', '{"customer": "Ada Lovelace", "amount": 99.0}'));
      const error = 'No space left on device (os error 28)';
      report({endpoint: 'big_orders.full', kind: 'transport', isOutput: true, tag: 'outprobe_push_buf', error});
      const refused = 'Failed to connect to host: Connection refused (os error 111)';
      report({endpoint: 'orders.web', kind: 'transport', fatal: true, error: refused});
      yield 0;
    });
    const column = (line: string) => line.replaceAll(/ at line 1 column \d+/g, ' at line 1 column N');
    const lines = words(text).map(column);
    expect(lines).toHaveLength(4);
    const spans = /[a-z]+_input\{ path="[^"]*"\}: /;
    const real = new Set(words(recorded).map((line) => column(line.replace(spans, ''))));
    expect(lines.filter((line) => !real.has(line))).toEqual([]);
  });

  it('are all counted for the API; those that the limit lets through are logged, in their span', () => {
    const span = {name: 'file_input', fields: 'path="/x"'};
    const {pipeline, text} = lived('p', function* (running) {
      running.start();
      const report = connectorErrors(running, processLog(running, {shape: 'plain'}));
      for (let event = 1; event <= 40; event++) {
        report({...parseError('a.b', event, 'missing field `id`', '{}'), span});
        yield 500;
      }
      for (let count = 0; count < 15; count++) report({endpoint: 'a.b', kind: 'transport', error: 'no tag'});
    });
    expect(pipeline.state.connectorErrors).toBe(55);
    const records = words(text);
    expect(
      records.filter((line) => line.includes('file_input{ path="/x"}: dbsp_adapters::server:  parse')),
    ).toHaveLength(13);
    expect(records.filter((line) => line.includes('Suppressed'))).toHaveLength(3);
    expect(records.filter((line) => line.endsWith('no tag'))).toHaveLength(15);
  });

  it('leave the truth: what was logged, what a line tells, what none tells', () => {
    const {pipeline, text} = lived('p', function* (running) {
      running.start();
      const report = connectorErrors(running, processLog(running, {shape: 'plain'}));
      const burst = (count: number) => {
        for (let event = 1; event <= count; event++) report(parseError('a.b', event, 'missing field `id`', '{}'));
      };
      burst(100);
      report({...parseError('a.b', 1, 'expected value', 'x'), tag: 'text_envelope_err'});
      yield 6000;
      burst(30);
      yield 1000;
    });
    expect(pipeline.run.errorCounts).toEqual([
      {endpoint: 'a.b', kind: 'parse', tag: 'text_event_err', total: 130, logged: 11, told: 90},
      {endpoint: 'a.b', kind: 'parse', tag: 'text_envelope_err', total: 1, logged: 1, told: 0},
    ]);
    expect(text.match(/Suppressed (\d+)/)?.[1]).toBe('90');
  });

  it('begin at 0 with a new process, and its limit too', () => {
    const {pipeline} = lived('p', function* (running) {
      for (let start = 0; start < 2; start++) {
        running.start();
        const report = connectorErrors(running, processLog(running, {shape: 'plain'}));
        for (let event = 1; event <= 10; event++) report(parseError('a.b', event, 'missing field `id`', '{}'));
        if (start === 0) running.stop();
        yield 100;
      }
    });
    expect(pipeline.state.connectorErrors).toBe(10);
    expect(pipeline.run.errorCounts).toMatchObject([{total: 10, logged: 10, told: 0}]);
  });

  it('of the Kafka client say how many more they stand for', () => {
    const {text} = lived('p', function* (running) {
      running.start();
      const log = processLog(running, {shape: 'plain'});
      const error = {broker: 'kafka:9092/1', cause: 'Connection refused', state: 'after 2ms in state CONNECT'};
      kafkaClientError(log, {...error, suppressed: 5});
      yield 0;
    });
    expect(text).toContain('(after 2ms in state CONNECT, 5 identical error(s) suppressed)');
  });
});
