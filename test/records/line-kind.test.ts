import fc from 'fast-check';
import {expect, test} from 'vitest';
import {
  isPanicLine,
  isRunnerLine,
  isWholeRecord,
  kindIn,
  reportsEnd,
  runnerMessage,
} from '../../source/records/line-kind.ts';
import {parseRecord} from '../../source/records/parse-record.ts';
import {head, json, oldHead, oldRunner, runner, runnerJson, time} from './index-lines.ts';

test.each([
  ['', 'empty'],
  ['\r', 'empty'],
  ["thread 'main' panicked at src/main.rs:1:2:", 'panic'],
  ["thread 'a b' (12) panicked at src/main.rs:1:2:", 'panic'],
  ["thread 'main' (12) has overflowed its stack", 'panic'],
  ["thread 'main' is fine", 'plain'],
  ["the thread 'main' panicked at src/main.rs:1:2:", 'plain'],
  [`thread '${'x'.repeat(300)}' panicked at src/main.rs:1:2:`, 'plain'],
  ['stack backtrace:', 'backtrace'],
  ['Stack backtrace:', 'plain'],
  ['   0: core::panicking', 'frame'],
  ['  10: core::panicking', 'frame'],
  ['1000: core::panicking', 'frame'],
  ['100: core::panicking', 'plain'],
  ['   0:core', 'indented'],
  ['   x: core', 'indented'],
  ['             at ./src/main.rs:1:2', 'place'],
  ['  at noon', 'indented'],
  ['      [... omitted 3 frames ...]', 'indented'],
  ['\tat', 'indented'],
  ['note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace', 'note'],
  ['note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.', 'note'],
  ['note: required by a bound', 'plain'],
  ['{"id": 7}', 'plain'],
  ['2026-11-25 something', 'plain'],
])('%j is %s', (line, kind) => {
  const bytes = Buffer.from(`[p] before\n${line}\n   7: after`);
  expect(kindIn(bytes, 11, 11 + Buffer.byteLength(line))).toBe(kind);
});

test('a panic is found in its own line only', () => {
  const bytes = Buffer.from("thread 'a'\nthread 'b' panicked at x");
  expect(isPanicLine(bytes, 0, 10)).toBe(false);
  expect(isPanicLine(bytes, 11, bytes.length)).toBe(true);
});

const isRunners = (line: string) => isRunnerLine(Buffer.from(line), 0, Buffer.byteLength(line));

test('lines of the runner and of a pipeline', () => {
  expect([runner('hello'), runnerJson('hello')].map(isRunners)).toEqual([true, true]);
  const others = [head('hello'), json('hello'), head('hello').replace('[p]', '[manager]'), '[manager] hello', '{}'];
  expect(others.map(isRunners)).toEqual(others.map(() => false));
});

test('lines of the runner and of a pipeline before 0.207', () => {
  const old = oldRunner('hello');
  expect([old, oldRunner('stdout ended'), oldRunner('Resource error: a: b')].map(isRunners)).toEqual([
    true,
    true,
    true,
  ]);
  const pipelines = oldHead('hello').replace('[p]', '[control-plane]');
  const others = [
    oldHead('hello'),
    pipelines,
    pipelines.replace('standin:', 'a::b:'),
    pipelines.replace('standin:', 'span{ x=1}: standin:'),
    `[control-plane] \u001B[2m${time}\u001B[0m \u001B[32m INFO\u001B[0m hello`,
    old.replace(' INFO', ''),
    '[control-plane] hello',
  ];
  expect(others.map(isRunners)).toEqual(others.map(() => false));
  expect(runnerMessage(Buffer.from(old))).toBe('hello');
  expect(isWholeRecord(Buffer.from(old))).toBe(true);
});

test('the runner reports the end of the pipeline in each of its forms, also at the beginning of a long line', () => {
  const long = runner(`Resources error: ${'x'.repeat(600)}`);
  const json = {timestamp: time, level: 'ERROR', target: 'a', 'feldera-service': 'runner'};
  const ofEnds = [
    runner('Resources error: exit status: 5'),
    long.slice(0, 512),
    oldRunner('Resource error: exit status: 5'),
    JSON.stringify({...json, fields: {line: 'Resources error: exit status: 5'}}),
  ];
  expect(ofEnds.map((line) => reportsEnd(Buffer.from(line)))).toEqual(ofEnds.map(() => true));
  const others = [runner('stdout encountered I/O error: x'), '[p] Resources error: x', long.replace('manager', 'p')];
  expect(others.map((line) => reportsEnd(Buffer.from(line)))).toEqual(others.map(() => false));
});

test('the bytes of a line and its record agree on whether it is the runner’s', () => {
  const part = fc.constantFrom('a', 'standin', 'a::b', ':', ': ', ' ', '  ', '{', '}', '"', 'é', 'error');
  const tag = fc.constantFrom('control-plane', 'p');
  fc.assert(
    fc.property(tag, fc.array(part, {maxLength: 8}), (name, parts) => {
      const line = `[${name}] ${time}  INFO ${parts.join('')}`;
      expect(isRunners(line)).toBe(parseRecord(line)?.source === 'manager');
    }),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 500)},
  );
});

test('a line longer than any of the runner’s is not read', () => {
  expect(runnerMessage(Buffer.from(runner('x'.repeat(5000))))).toBeUndefined();
});
