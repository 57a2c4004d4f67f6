import {describe, expect, it} from 'vitest';
import type {TimeBucket} from '../../../source/engine/records/histogram.ts';
import {histogramCells} from '../../../source/features/histogram/histogram-cells.ts';
import {
  type HistogramMarks,
  histogramColumns,
  histogramRows,
} from '../../../source/features/histogram/histogram-rows.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';

const start = Date.UTC(2026, 10, 25, 9, 0);
const utc = () => 0;
const noMarks: HistogramMarks = {
  shown: undefined,
  matchAfter: () => undefined,
  starts: [],
  markers: [],
  shownOf: undefined,
};

type Cell = {readonly records: number; readonly errors?: number; readonly warnings?: number};

/** A cell a second; ids by tens. */
function stretchesOf(cells: readonly Cell[], secondsApart: number): readonly TimeBucket[] {
  return cells.flatMap(({records, errors = 0, warnings = 0}, place) => {
    const at = start + place * secondsApart * 1000;
    return records === 0 ? [] : {firstId: place * 10, at, counts: {records, errors, warnings}};
  });
}

function rowsOf(
  cells: readonly Cell[],
  marks: Partial<HistogramMarks> = {},
  {width = 60, now = start, isUtf8 = true, hasColors = true, secondsApart = 1, endMs = 0} = {},
) {
  const buckets = stretchesOf(cells, secondsApart);
  const to = (buckets.at(-1)?.at ?? start) + endMs;
  const times = {from: buckets[0]?.at ?? start, to, now, offsetAt: utc};
  const columns = histogramColumns(width, times);
  const histogram = histogramCells({buckets, spanMs: 1000, width: columns.cells});
  const style = {columns, symbols: symbolsFor(isUtf8), hasColors, offsetAt: utc, whyEmpty: 'no times', to};
  return histogramRows(histogram, {...noMarks, ...marks}, style);
}

const texts = (...args: Parameters<typeof rowsOf>) => rowsOf(...args).map(({text}) => text.trimEnd());
const counts = (...records: readonly number[]) => records.map((each) => ({records: each}));

describe('the rows of the histogram', () => {
  it('show a bar for each cell between the times of the first cell and of the end of the log', () => {
    expect(texts(counts(1, 4, 16, 0, 64))).toEqual(['09:00:00 ▁▂▄ █ 09:00:04', '1s/cell  ─────']);
    const minutes = counts(...Array.from({length: 40}, () => 1));
    const [row] = texts(minutes, {}, {secondsApart: 60, endMs: 59_000});
    expect(row).toMatch(/^09:00:00 █+ 09:39:59$/);
    expect(texts(counts(3), {}, {endMs: 2000})[0]).toMatch(/^09:00:00 \S 09:00:02$/);
  });

  it('say the time of a single cell once', () => {
    expect(texts(counts(3))[0]).toMatch(/^09:00:00 \S$/);
  });

  it('keep the heights of the bars while the newest one grows', () => {
    const [first] = texts(counts(8, 33));
    expect(texts(counts(8, 64))[0]?.slice(0, 10)).toBe(first?.slice(0, 10));
  });

  it('show dates for days that are not today', () => {
    const later = start + 2 * 86_400_000;
    expect(texts(counts(1, 1), {}, {now: later})).toEqual(['11-25 09:00 ██ 09:00:01', '1s/cell     ──']);
    const columns = (from: number, to: number) => histogramColumns(60, {from, to, now: later, offsetAt: utc});
    expect(columns(start, start + 86_400_000)).toEqual({left: 11, right: 11, first: 12, cells: 36});
    expect(columns(start, later)).toEqual({left: 11, right: 8, first: 12, cells: 39});
  });

  it('show the years where the ends are of two years', () => {
    const month = 28 * 86_400;
    const rows = texts(counts(1, 1), {}, {now: start + 400 * 86_400_000, secondsApart: 13 * month});
    expect(rows[0]).toMatch(/^2026-11-19 .* 2027-11-24$/);
    expect(rows[1]).toMatch(/^28d\/cell /);
  });

  it('are the cells alone in a narrow pane', () => {
    expect(texts(counts(1, 1), {}, {width: 39})).toEqual(['██', '──']);
  });

  it('mark matches, lost lines and starts of runs', () => {
    const cut = [[40, {kind: 'line-cut', at: 0}] as const];
    const marks = {matchAfter: (id: number) => [5, 20].find((each) => each > id), starts: [30], markers: cut};
    expect(texts(counts(1, 1, 1, 1, 1), marks)[1]).toBe('1s/cell  ▴─▴┬╳');
  });

  it('show the part on the screen inverse', () => {
    const [, row] = rowsOf(counts(1, 1, 1, 1), {shown: [12, 25]});
    expect(row?.text).toContain('─  ─');
    expect(row?.runs.filter(({style}) => style.inverse).map(({start: from, end}) => [from, end])).toEqual([[10, 12]]);
  });

  it('show what filters leave, and dim where they leave nothing', () => {
    const shownOf = ({firstId}: {firstId: number}) => ({records: firstId === 10 ? 4 : 0, errors: 0, warnings: 0});
    const [row] = rowsOf(counts(9, 9, 0), {shownOf});
    expect(row?.text).toContain(' ·█ ');
    expect(texts(counts(9, 9, 0), {shownOf}, {isUtf8: false})[0]).toContain(' -@ ');
    expect(row?.runs.find(({start: from}) => from === 9)?.style).toEqual({dim: true});
  });

  it('show errors and warnings in colour, or errors by other attributes', () => {
    const cells = [{records: 2, errors: 1, warnings: 1}, {records: 2, warnings: 1}, {records: 2}];
    const stylesOf = (hasColors: boolean) => {
      const [row] = rowsOf(cells, {}, {hasColors});
      return [9, 10, 11].map((at) => row?.runs.find(({start: from, end}) => from <= at && at < end)?.style ?? {});
    };
    expect(stylesOf(true)).toEqual([{fg: 1}, {fg: 3}, {}]);
    expect(stylesOf(false)).toEqual([{bold: true, underline: true}, {}, {}]);
  });

  it('are ASCII without UTF-8', () => {
    const [first, second] = texts(counts(1, 4, 64), {}, {isUtf8: false});
    expect([first, second]).toEqual(['09:00:00 .,@ 09:00:02', '1s/cell  ---']);
  });

  it('say why there is none without times', () => {
    expect(texts([])).toEqual(['no times', '']);
  });
});
