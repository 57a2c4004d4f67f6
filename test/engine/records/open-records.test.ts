import {describe, expect, test} from 'vitest';
import {panicLines} from '../../../demo/log-lines.ts';
import {expectRecords, head, indexText, json, recordsOf, runner, start} from './index-lines.ts';

const thread = "thread 'dbsp-worker-0' (26334) panicked at src/bin/fpipeline.rs:56:15:";
const frames = [
  '   0: __rustc::rust_begin_unwind',
  '             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/std/src/panicking.rs:689:5',
  '   1: core::panicking::panic_fmt',
  '             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/panicking.rs:80:14',
] as const;
const note = 'note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.';

describe('a head in text form', () => {
  test('has the lines of its message, with its level', () => {
    const lines = [head('Resuming from checkpoint:', 'WARN'), 'Checkpoint made at step 4242:', '    v.unnamed-0: {}'];
    expect(recordsOf([...lines, head('next')])).toEqual({
      heads: [0, 0, 0, 3],
      levels: ['WARN', 'WARN', 'WARN', 'INFO'],
    });
  });

  test('has empty lines and backtraces of the message', () => {
    expectRecords([
      ['a', head('failed: no file', 'ERROR')],
      ['a', ''],
      ['a', 'Stack backtrace:'],
      ['a', frames[0]],
      ['a', frames[1]],
      ['b', head('next')],
    ]);
  });

  test('has 256 unindented lines at most, and then only indented ones: more is no message', () => {
    const many = Array.from({length: 256}, (_, index) => `row ${index}`);
    const {heads} = recordsOf([head('dump'), ...many, 'row', '  indented', 'row']);
    expect(heads.slice(1, 257)).toEqual(many.map(() => 0));
    expect(heads.slice(257)).toEqual([257, 0, 259]);
  });
});

test('a record reaches 65,519 entries, so that a distance fits into 16 bits', () => {
  const {index} = indexText(`${head('dump')}\n${'  indented\n'.repeat(65_525)}${head('next')}\n`);
  expect([index.headOf(65_519), index.headOf(65_520), index.headOf(65_521)]).toEqual([0, 65_520, 65_521]);
  expect(index.linesOf(0).length).toBe(65_520);
});

describe('a whole record accepts no lines', () => {
  test('a line in JSON', () => {
    expectRecords([
      ['a', json('hello', 'ERROR')],
      ['b', 'a line of stdout'],
      ['c', '  an indented one'],
    ]);
    expect(recordsOf([json('hello', 'ERROR'), 'a line of stdout']).levels).toEqual(['ERROR', undefined]);
  });

  test('an entry of the runner, between the lines of a message', () => {
    expectRecords([
      ['a', head('Resuming from checkpoint:')],
      ['b', runner('stdout encountered I/O error', 'ERROR')],
      ['a', '  Initial pipeline start time: 2026-08-22T08:15:00+00:00'],
      ['c', 'stderr line after invalid UTF-8'],
      ['d', ''],
    ]);
  });

  test('an entry of the runner of several lines is whole with its suffix', () => {
    const [first = '', second = '', third = ''] = runner('one\n{"two": 2}\nthree', 'WARN').split('\n');
    expectRecords([
      ['a', first],
      ['a', second],
      ['a', third],
      ['b', 'a line of stdout'],
      ['c', '  an indented one'],
    ]);
  });

  test('a line like an entry of the runner that never gets its suffix ends at the next head', () => {
    const [first = ''] = runner('one\ntwo').split('\n');
    expectRecords([
      ['a', first],
      ['a', 'two'],
      ['b', json('hello')],
      ['c', 'three'],
    ]);
  });

  test('a line before any head', () => {
    expectRecords([
      ['a', 'stdout'],
      ['b', '  indented'],
      ['c', ''],
      ['d', frames[0]],
      ['e', frames[1]],
      ['f', note],
      ['g', 'stack backtrace:'],
      ['h', '{"message": "no record"}'],
    ]);
  });
});

describe('a panic', () => {
  const place = 'src/main.rs:1:2';
  const panic = panicLines({thread: 'w', process: 1, place, message: 'no space left'});

  test('is a record of its own with the empty line before it, and an error', () => {
    const lines = [head('before'), ...panic, 'a line of stdout'];
    const {heads, levels} = recordsOf(lines);
    expect(heads).toEqual([0, ...panic.map(() => 1), lines.length - 1]);
    expect(levels).toEqual(['INFO', ...panic.map(() => 'ERROR'), undefined]);
  });

  test.each([
    "thread 'main' panicked at 'old form', src/main.rs:2:5",
    "thread '<unnamed>' (7) panicked at src/main.rs:2:5:",
    "thread 'main' (7) has overflowed its stack",
  ])('%s', (line) => {
    expect(recordsOf([line])).toEqual({heads: [0], levels: ['ERROR']});
  });

  test('without a backtrace ends with its note', () => {
    expectRecords([
      ['p', thread],
      ['p', 'message'],
      ['p', 'of two lines'],
      ['p', 'note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace'],
      ['x', 'a line of stdout'],
    ]);
  });

  test('lines of other threads in between have their own records', () => {
    expectRecords([
      ['a', head('first')],
      ['p', ''],
      ['p', thread],
      ['b', head('parse error', 'ERROR')],
      ['p', 'called `Result::unwrap()` on an `Err` value'],
      ['p', 'stack backtrace:'],
      ['p', frames[0]],
      ['c', head('parse error', 'ERROR')],
      ['c', "Invalid fragment: '{}'"],
      ['p', frames[1]],
      ['d', json('hello')],
      ['p', frames[2]],
      ['e', runner('Resources error: exit status: 101', 'ERROR')],
      ['p', frames[3]],
      ['p', '      [... omitted 12 frames ...]'],
      ['p', note],
      ['f', 'a line of stdout'],
    ]);
  });

  test('a line of stdout in a backtrace accepts no lines', () => {
    expectRecords([
      ['p', thread],
      ['p', 'message'],
      ['p', 'stack backtrace:'],
      ['p', frames[0]],
      ['x', 'a line of stdout'],
      ['p', frames[1]],
      ['p', frames[2]],
    ]);
  });

  test('the backtrace of another message begins anew at 0, and is not the panic’s', () => {
    expectRecords([
      ['p', thread],
      ['p', 'message'],
      ['p', 'stack backtrace:'],
      ['p', frames[0]],
      ['p', frames[2]],
      ['a', head('failed', 'ERROR')],
      ['a', 'Stack backtrace:'],
      ['a', frames[0]],
      ['a', frames[1]],
    ]);
  });

  test('the next panic ends it; only an empty line right before a panic is its first', () => {
    expectRecords([
      ['p', thread],
      ['p', 'message'],
      ['q', ''],
      ['q', thread],
      ['q', 'message'],
      ['q', 'stack backtrace:'],
      ['q', frames[0]],
      ['r', thread],
    ]);
  });

  test('a record does not continue in another process', () => {
    expectRecords([
      ['a', head('Resuming:')],
      ['p', thread],
      ['p', 'message'],
      ['p', 'stack backtrace:'],
      ['b', runner(start)],
      ['c', frames[0]],
      ['d', '  indented'],
      ['e', note],
    ]);
  });
});
