import {describe, expect, it} from 'vitest';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {contrast, currentGround, rgbOf, themes} from '../../../source/kit/terminal/style.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {levelStyles} from '../../../source/kit/viewport/line-text.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {stateRows, withoutColors} from './rows.ts';

const shown = (...parameters: Parameters<typeof stateRows>) => stateRows(...parameters).map(withoutColors);

describe('the margin', () => {
  it('has a thin bar at the first row of an error', () => {
    expect(stateRows('abcdef', {level: 'ERROR'}, {width: 5, wrap: 'all'})).toEqual([
      ' \u001B[31m▎\u001B[0mabc',
      '  def',
    ]);
    expect(stateRows('abc', {level: 'WARN'})).toEqual(['  abc']);
  });

  it("has the user's mark, in front of an error, too", () => {
    expect(shown('abc', {marked: true})).toEqual([' ◆abc']);
    expect(stateRows('abc', {marked: true, level: 'ERROR'})).toEqual([' \u001B[1;31m◆\u001B[0mabc']);
    expect(shown('abc', {marked: true}, {symbols: symbolsFor(false)})).toEqual([' +abc']);
  });

  it('has a bar at selected lines, with the mark of the current line in it', () => {
    expect(stateRows('abc', {selected: true})).toEqual(['\u001B[7m \u001B[0m abc']);
    expect(stateRows('abc', {selected: true}, {}, 0)).toEqual(['\u001B[1;7m▸\u001B[0m \u001B[1mabc\u001B[0m']);
  });

  it('has both bars without colours, too', () => {
    expect(stateRows('abc', {selected: true, level: 'ERROR'}, {colors: 'none'})).toEqual(['\u001B[7m \u001B[0m▎abc']);
  });
});

describe('the origin', () => {
  // Already cut.
  const origin = {name: 'orde…ame', color: 6};

  it('is before the text of each row, with the same width for every name', () => {
    const options = {width: 30, originCells: 8, wrap: 'all'} as const;
    expect(shown('a'.repeat(25), {origin}, options)).toEqual([
      `  orde…ame ${'a'.repeat(19)}`,
      `  orde…ame ${'a'.repeat(6)}`,
    ]);
    expect(shown('abc', {origin: {name: 'etl', color: 2}}, options)).toEqual(['  etl      abc']);
    expect(shown('abc', {}, options)).toEqual(['           abc']);
    expect(stateRows('abc', {origin}, options)[0]).toContain('\u001B[36morde…ame\u001B[0m');
  });

  it('is left out in a narrow pane', () => {
    expect(shown('abc', {origin}, {width: 20, originCells: 8})).toEqual(['  abc']);
  });
});

describe('the current line', () => {
  it('is bold where it has no colour, and nothing of it is dim', () => {
    const line = '[pa] 2026-11-25T09:08:47.372844Z WARN a::b:  refused \u001B[2;34mby\u001B[0m me';
    expect(stateRows(line, {}, {}, 0)).toEqual([
      '\u001B[1m▸\u001B[0m \u001B[1m09:08:47.372 \u001B[0;33mWARN  \u001B[0;1mb       refused \u001B[0;34mby\u001B[0;1m me\u001B[0m',
    ]);
  });

  it('has a ground on all rows of its record where the theme has one, and nothing bold', () => {
    const row = (looks: readonly number[]) =>
      stateRows('abcdef', {isOfCurrent: true}, {width: 5, wrap: 'all', colors: {depth: '256', looks}}, 0);
    expect(row(themes.dark.looks)).toEqual([
      '\u001B[1;48;5;235m▸\u001B[0;48;5;235m abc\u001B[0m',
      '\u001B[1;48;5;235m▸\u001B[0;48;5;235m def\u001B[0m',
    ]);
    expect(row(themes.light.looks)[0]).toContain('48;5;254m');
    const [wide = ''] = stateRows('abc', {isOfCurrent: true}, {colors: {depth: '256', looks: themes.dark.looks}});
    expect(textWidth(withoutColors(wide))).toBe(80);
  });

  it('has colours that can be read on its ground', () => {
    for (const {looks} of [themes.dark, themes.light]) {
      const ground = rgbOf(currentGround({depth: '256', looks}) ?? 0) ?? [0, 0, 0];
      for (const level of ['WARN', 'ERROR'] as const) {
        const text = rgbOf(looks[Number(levelStyles[level].fg)] ?? 0) ?? ground;
        expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('is emphasised among the records around a match', () => {
    expect(stateRows('abc', {isAround: true}, {}, 0)).toEqual(['\u001B[1m▸\u001B[0m \u001B[1mabc\u001B[0m']);
  });
});

describe('a record around a match', () => {
  const line = '[pa] 2026-11-25T09:08:47.372844Z ERROR a::b:  refused';

  it('is dim as a whole', () => {
    expect(stateRows(line, {isAround: true})).toEqual(['  \u001B[2m09:08:47.372 ERROR b       refused\u001B[0m']);
  });

  it('keeps painted matches', () => {
    const search = compilePattern('fuse');
    expect(stateRows(line, {isAround: true}, {search})[0]).toContain('\u001B[0;7mfuse\u001B[0;2md\u001B[0m');
  });
});
