import {describe, expect, test} from 'vitest';
import type {RowOptions} from '../../../source/kit/viewport/row-renderer.ts';
import {bufferOf, paintedRows, paintInput, rendererOf, withoutColors} from './rows.ts';

const thread = "thread 'dbsp-worker-0' (31761) panicked at crates/realpipe/src/main.rs:64:21:";

/** The row of a closed record with these first lines. */
function closed(lines: readonly string[], change: Partial<RowOptions> = {}): readonly string[] {
  const first = lines.map((_, id) => id).slice(0, 3);
  const renderer = rendererOf(bufferOf(...lines), {
    width: 160,
    summarisedAt: (id) => (id === 0 ? {first, lines: 1204} : undefined),
    timeAt: () => Date.UTC(2026, 10, 25, 9, 8, 47, 372),
    ...change,
  });
  const state = {...paintInput().stateOf(0), lines: 1204};
  return paintedRows(renderer, 0, {stateOf: () => state}).map((row) =>
    withoutColors(row).replace(/ {2,}/g, ' ').trim(),
  );
}

describe('the row of a closed record', () => {
  test.each([
    [
      'a panic shows its message first',
      ['', thread, 'customer of order 77 is PANIC', 'stack backtrace:'],
      '09:08:47.372 ERROR panic customer of order 77 is PANIC (dbsp-worker-0 at crates/realpipe/src/main.rs:64:21) 1,204 lines',
    ],
    [
      'also without an empty line before it',
      ["thread '<unnamed>' panicked at a.rs:1:2:", 'no space', 'stack backtrace:'],
      '09:08:47.372 ERROR panic no space (<unnamed> at a.rs:1:2) 1,204 lines',
    ],
    [
      'a panic of older Rust has the message in the first line',
      ["thread 'main' panicked at 'no space', a.rs:1:2", 'stack backtrace:'],
      "09:08:47.372 ERROR panic thread 'main' panicked at 'no space', a.rs:1:2 1,204 lines",
    ],
    ['a panic whose message has not come', ['', thread], `09:08:47.372 ERROR panic ${thread} 1,204 lines`],
    [
      'a panic without a message',
      [thread, 'stack backtrace:', '   0: a'],
      `09:08:47.372 ERROR panic ${thread} 1,204 lines`,
    ],
    [
      'a panic whose message is behind a line of its report',
      [thread, '[p] 2026-11-25T09:08:47.372844Z ERROR a::b:  worker threads terminated', 'no space'],
      `09:08:47.372 ERROR panic ${thread} 1,204 lines`,
    ],
    [
      'a configuration',
      ['Pipeline configuration loaded successfully: {', '  "name": "p",'],
      'Pipeline configuration loaded successfully: { 1,204 lines',
    ],
    [
      'a configuration whose beginning is missing',
      ['    "workers": 1', '  },'],
      'the rest of a pipeline configuration 1,204 lines',
    ],
  ])('%s', (_, lines, row) => {
    expect(closed(lines)).toEqual([row]);
  });

  test('says panic also where no target is shown', () => {
    const [row = ''] = closed(['', thread, 'no space'], {width: 60});
    expect(row).toMatch(/^09:08:47 ERROR panic: no space /);
  });

  test('as sent is the line that was sent', () => {
    expect(closed(['', thread, 'no space'], {asSent: true})).toEqual([`${thread} 1,204 lines`]);
    expect(closed(['    "workers": 1', '  },'], {asSent: true})).toEqual(['"workers": 1 1,204 lines']);
  });

  test('changes when its message and its first time come', () => {
    const buffer = bufferOf('', thread);
    let first = [0, 1];
    let time: number | undefined;
    const renderer = rendererOf(buffer, {
      width: 200,
      summarisedAt: () => ({first, lines: buffer.endId}),
      timeAt: () => time,
    });
    const row = () => paintedRows(renderer, 0).map(withoutColors).join('').trim();
    expect(row()).toBe(`panic: ${thread}`);
    buffer.append(Buffer.from('no space\n'));
    first = [0, 1, 2];
    expect(row()).toMatch(/^panic: no space /);
    buffer.append(Buffer.from('a report\n'));
    time = 0;
    expect(row()).toMatch(/^00:00:00.000 ERROR panic {7}no space /);
  });
});
