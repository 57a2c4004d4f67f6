import {describe, expect, it} from 'vitest';
import type {TimeBucket} from '../../../source/engine/records/histogram.ts';
import {histogramCells} from '../../../source/features/histogram/histogram-cells.ts';
import {
  type HistogramMarks,
  histogramColumns,
  histogramRow,
} from '../../../source/features/histogram/histogram-feature.ts';
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

function rowOf(
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
  return histogramRow(histogram, {...noMarks, ...marks}, style);
}

const text = (...args: Parameters<typeof rowOf>) => rowOf(...args).text.trimEnd();
const counts = (...records: readonly number[]) => records.map((each) => ({records: each}));

describe('the row of the histogram', () => {
  it('has a bar for each cell between the times of the first cell and of the end of the log, and their span', () => {
    expect(text(counts(1, 4, 16, 0, 64), {}, {endMs: 60_000})).toBe('09:00 ▁▂▄ █ 09:01 · 1 s');
    const minutes = counts(...Array.from({length: 40}, () => 1));
    expect(text(minutes, {}, {width: 70, secondsApart: 60, endMs: 59_000})).toMatch(/^09:00 █{40} 09:39 · 1 min$/);
  });

  it('says the time of a single minute once', () => {
    expect(text(counts(3))).toMatch(/^09:00 \S · 1 s$/);
  });

  it('keeps the heights of the bars while the newest one grows', () => {
    expect(text(counts(8, 64)).slice(0, 7)).toBe(text(counts(8, 33)).slice(0, 7));
  });

  it('shows dates for days that are not today', () => {
    const later = start + 2 * 86_400_000;
    expect(text(counts(1, 1), {}, {now: later, endMs: 60_000})).toBe('11-25 09:00 ██ 09:01 · 1 s');
    const columns = (from: number, to: number) => histogramColumns(60, {from, to, now: later, offsetAt: utc});
    expect(columns(start, start + 86_400_000)).toEqual({left: 11, right: 11, first: 12, cells: 27});
    expect(columns(start, later)).toEqual({left: 11, right: 5, first: 12, cells: 33});
  });

  it('shows the years where the ends are of two years', () => {
    const month = 28 * 86_400;
    const row = text(counts(1, 1), {}, {now: start + 400 * 86_400_000, secondsApart: 13 * month});
    expect(row).toMatch(/^2026-11-19 .* 2027-11-24 +· 28 d$/);
  });

  it('is the cells alone in a narrow pane', () => {
    expect(text(counts(1, 1), {}, {width: 39})).toBe('██');
  });

  it('has lost lines, matches and starts of runs in place of bars', () => {
    const cut = [[40, {kind: 'line-cut', at: 0}] as const];
    const marks = {matchAfter: (id: number) => [5, 20].find((each) => each > id), starts: [30], markers: cut};
    expect(text(counts(1, 1, 1, 1, 1), marks, {hasColors: false})).toBe('09:00 ▴█▴┬╳ · 1 s');
    const coloured = rowOf(counts(1, 1, 1, 1, 1), marks);
    expect(coloured.text).toContain('███┬╳');
    expect(coloured.runs.filter(({style}) => style.fg === 6).map(({start}) => start)).toEqual([6, 8]);
  });

  it('shows the part on the screen inverse', () => {
    const {runs} = rowOf(counts(1, 1, 1, 1), {shown: [12, 25]});
    expect(runs.filter(({style}) => style.inverse).map(({start: from, end}) => [from, end])).toEqual([[7, 9]]);
  });

  it('shows what filters leave, and dim where they leave nothing', () => {
    const shownOf = ({firstId}: {firstId: number}) => ({records: firstId === 10 ? 4 : 0, errors: 0, warnings: 0});
    const row = rowOf(counts(9, 9, 0), {shownOf});
    expect(row.text).toContain(' ·█ ');
    expect(text(counts(9, 9, 0), {shownOf}, {isUtf8: false})).toContain(' -@ ');
    expect(row.runs.find(({start: from, end}) => from <= 6 && end > 6)?.style).toEqual({dim: true});
  });

  it('shows errors, few or a quarter of a bar, and a quarter of warnings in colour, or errors by other attributes', () => {
    const cells = [
      {records: 4, errors: 1, warnings: 3},
      {records: 1000, errors: 1},
      {records: 4, warnings: 1},
      {records: 1000, warnings: 1},
    ];
    const stylesOf = (hasColors: boolean) => {
      const {runs} = rowOf(cells, {}, {hasColors});
      return [6, 7, 8, 9].map((at) => runs.find(({start: from, end}) => from <= at && at < end)?.style ?? {});
    };
    expect(stylesOf(true)).toEqual([{fg: 1}, {fg: 3}, {fg: 3}, {}]);
    expect(stylesOf(false)).toEqual([{bold: true, underline: true}, {underline: true}, {}, {}]);
  });

  it('is ASCII without UTF-8', () => {
    expect(text(counts(1, 4, 64), {}, {isUtf8: false})).toBe('09:00 .,@ - 1 s');
  });

  it('says why there is none without times', () => {
    expect(text([])).toBe('no times');
  });
});
