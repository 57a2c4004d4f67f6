import {describe, expect, it, test} from 'vitest';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {highlightStyles} from '../../../source/kit/pane/pane-rows.ts';
import {styleToSgr} from '../../../source/kit/terminal/style.ts';
import type {RowOptions} from '../../../source/kit/viewport/row-renderer.ts';
import {bufferOf, paintedRows, paintInput, rendererOf, withoutColors} from './rows.ts';

it('are six that differ, with both colours set, and underlined without colours', () => {
  expect(new Set(highlightStyles.map((style) => styleToSgr(style, '16'))).size).toBe(6);
  for (const style of highlightStyles) {
    expect(style.fg).toBeDefined();
    expect(style.bg).toBeDefined();
    expect(styleToSgr(style, 'none')).toBe('4');
  }
});

it('are painted in the words of a marker, not in its rules', () => {
  const buffer = bufferOf('a');
  const id = buffer.addMarker({kind: 'line-cut', at: 0}) ?? -1;
  const highlights = [{pattern: compilePattern('cut'), style: highlightStyles[0] ?? {}}];
  const renderer = rendererOf(buffer, {highlights, search: compilePattern('^the|─'), colors: 'none'});
  const words = '\u001B[0;1m line above was \u001B[4mcut\u001B[0;1m; its rest is lost';
  expect(paintedRows(renderer, id)).toEqual([`  \u001B[1m──── \u001B[7mthe${words} ────\u001B[0m`]);
  expect(renderer.matchRowOf(id)).toBe(0);
});

it('are painted each in its colour, under the matches of the search', () => {
  const highlights = ['one', 'two'].map((text, index) => ({
    pattern: compilePattern(text),
    style: highlightStyles[index] ?? {},
  }));
  const renderer = rendererOf(bufferOf('one two three'), {highlights, search: compilePattern('wo th')});
  expect(paintedRows(renderer, 0)).toEqual([
    '  \u001B[4;30;46mone\u001B[0m \u001B[4;30;42mt\u001B[0;4;7;30;42mwo\u001B[0;7m th\u001B[0mree',
  ]);
});

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
