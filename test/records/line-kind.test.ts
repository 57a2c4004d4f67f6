import {expect, test} from 'vitest';
import {frameNumberIn, isPanicIn, kindIn} from '../../source/records/line-kind.ts';

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

test('the number of a frame', () => {
  const number = (line: string) => frameNumberIn(Buffer.from(line), 0, line.length);
  expect(['   7: a', '  12: a', '1234: a', '   7'].map(number)).toEqual([7, 12, 1234, undefined]);
});

test('a panic is looked for in its own line only', () => {
  const bytes = Buffer.from("thread 'a'\nthread 'b' panicked at x");
  expect(isPanicIn(bytes, 0, 10)).toBe(false);
  expect(isPanicIn(bytes, 11, bytes.length)).toBe(true);
});
