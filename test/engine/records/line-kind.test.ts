import {expect, test} from 'vitest';
import {
  isPanicLine,
  isRunnerLine,
  isWholeRecord,
  kindIn,
  reportsEnd,
  runnerMessage,
} from '../../../source/engine/records/line-kind.ts';
import {head, json, runner, runnerJson, time} from './index-lines.ts';

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
  const own = [runner('hello'), runnerJson('hello')];
  expect(own.map(isRunners)).toEqual([true, true]);
  expect(own.map((line) => isWholeRecord(Buffer.from(line)))).toEqual([true, true]);
  const others = [head('hello'), json('hello'), head('hello').replace('[p]', '[manager]'), '[manager] hello', '{}'];
  expect(others.map(isRunners)).toEqual(others.map(() => false));
});

test('the runner reports the end of the pipeline in each of its forms, also at the beginning of a long line', () => {
  const long = runner(`Resources error: ${'x'.repeat(600)}`);
  const json = {
    timestamp: time,
    level: 'ERROR',
    target: 'pipeline_manager::runner::pipeline_automata',
    'feldera-service': 'runner',
    'pipeline-id': '1',
  };
  const ofEnds = [
    runner('Resources error: exit status: 5'),
    long.slice(0, 512),
    JSON.stringify({...json, fields: {line: 'Resources error: exit status: 5'}}),
  ];
  expect(ofEnds.map((line) => reportsEnd(Buffer.from(line)))).toEqual(ofEnds.map(() => true));
  const others = [runner('stdout encountered I/O error: x'), '[p] Resources error: x', long.replace('manager', 'p')];
  expect(others.map((line) => reportsEnd(Buffer.from(line)))).toEqual(others.map(() => false));
});

test('a line longer than any of the runner’s is not read', () => {
  expect(runnerMessage(Buffer.from(runner('x'.repeat(5000))))).toBeUndefined();
});
