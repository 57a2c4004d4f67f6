import type {Marker} from '../../engine/buffer/markers.ts';
import type {RecordCounts} from '../../engine/records/record-table.ts';
import {padTo} from '../../kit/terminal/fit.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../kit/terminal/symbols.ts';
import type {ZoneOffset} from '../../kit/viewport/time-column.ts';
import {markerTone} from '../../kit/words/marker-words.ts';
import {clockTime, exactSpanShort, inZone, isoTime} from '../../lib/format.ts';
import {cellOf, type HistogramCell, type HistogramCells} from './histogram-cells.ts';

/** Rows of a histogram: bars, and what is at their places. */
export const histogramHeight = 2;
/** Cells of a histogram without labels: two of them would leave it no room. */
const narrow = 40;
/** `14:02:18` and `11-25 14:02`, or `2026-11-25`. */
const [clockCells, dateCells] = [8, 11];

/** Parts of a width: a label and a blank, the cells, a blank and a label; labels of 0 cells in a narrow pane. */
export type HistogramColumns = {
  readonly left: number;
  readonly right: number;
  /** The column of the first cell. */
  readonly first: number;
  readonly cells: number;
};

/** `from`, `to`: Unix times in ms of the first cell and of the newest record. */
export function histogramColumns(width: number, {from, to, now, offsetAt}: HistogramTimes): HistogramColumns {
  if (width < narrow) return {left: 0, right: 0, first: 0, cells: width};
  const day = (at: number) => Math.floor(inZone(at, offsetAt) / 86_400_000);
  const left = day(from) === day(now) ? clockCells : dateCells;
  const right = day(to) === day(now) || day(to) === day(from) ? clockCells : dateCells;
  return {left, right, first: left + 1, cells: width - left - right - 2};
}

type HistogramTimes = {
  readonly from: number;
  readonly to: number;
  /** Unix time in ms. */
  readonly now: number;
  readonly offsetAt: ZoneOffset;
};

/** Marks at the places of the cells. */
export type HistogramMarks = {
  /** The first and the last entry on the screen; undefined: all of the log is on it. */
  readonly shown: readonly [first: number, last: number] | undefined;
  /** The first match after an id. */
  readonly matchAfter: (id: number) => number | undefined;
  /** First entries of runs. */
  readonly starts: readonly number[];
  readonly markers: Iterable<readonly [id: number, marker: Marker]>;
  /** The records of a cell that filters leave, undefined until they are counted; undefined: there are no filters. */
  readonly shownOf: ((cell: HistogramCell) => RecordCounts | undefined) | undefined;
};

type HistogramStyle = {
  readonly columns: HistogramColumns;
  /** Unix time in ms of the newest record. */
  readonly to: number;
  readonly symbols: Symbols;
  /** In place of a histogram without cells. */
  readonly whyEmpty: string;
  /** Without colours, errors and warnings are marked by other attributes. */
  readonly hasColors: boolean;
  readonly offsetAt: ZoneOffset;
};

/** Makes a histogram's rows: a bar a cell between the times of the first cell and the newest record, then marks. */
export function histogramRows(
  histogram: HistogramCells,
  marks: HistogramMarks,
  style: HistogramStyle,
): readonly StyledText[] {
  const {columns, to, symbols, hasColors, offsetAt, whyEmpty} = style;
  const {cells} = histogram;
  const [first] = cells;
  if (!first) return [plain(whyEmpty, {dim: true}), plain('')];
  const {left, right} = columns;
  const label = (text: string, width: number) => padTo(plain(text, {dim: true}), width);
  const textOf = (at: number) => isoTime(inZone(at, offsetAt));
  const isOneYear = textOf(first.at).slice(0, 4) === textOf(to).slice(0, 4);
  // Without the year, the end of a log of a year would be before its beginning.
  const dateOf = (at: number) => (isOneYear ? textOf(at).slice(5, 16).replace('T', ' ') : textOf(at).slice(0, 10));
  const timeLabel = (at: number, width: number) =>
    label(width === clockCells ? clockTime(inZone(at, offsetAt)) : dateOf(at), width);
  const barCells = bars(cells, marks, {symbols, hasColors});
  const axisCells = axis(histogram, marks, symbols);
  if (left === 0) return [concat(barCells), concat(axisCells)];
  const begin = timeLabel(first.at, left);
  const end = timeLabel(to, right);
  return [
    concat([begin, plain(' '), ...barCells, ...(end.text === begin.text ? [] : [plain(' '), end])]),
    concat([label(`${exactSpanShort(histogram.spanMs)}/cell`, left), plain(' '), ...axisCells]),
  ];
}

function bars(
  cells: readonly HistogramCell[],
  {shownOf}: HistogramMarks,
  {symbols, hasColors}: Pick<HistogramStyle, 'symbols' | 'hasColors'>,
): readonly StyledText[] {
  const counts = cells.map((cell) => (shownOf && cell.counts.records > 0 ? shownOf(cell) : cell.counts));
  // A power of two: the bars keep their heights while the newest one grows.
  const most = 2 ** Math.ceil(Math.log2(Math.max(1, ...counts.map((each) => each?.records ?? 0))));
  const levels = [...symbols.bars];
  return cells.map((cell, place) => {
    const shown = counts[place];
    if (cell.kind === 'break') return plain(symbols.silence, {dim: true});
    if (!shown || cell.counts.records === 0) return plain(' ');
    // Not the lowest bar, which stands for a few records.
    if (shown.records === 0) return plain(symbols.dot, {dim: true});
    // The root: a few lines are seen beside a flood.
    const level = Math.ceil(levels.length * Math.sqrt(shown.records / most));
    return plain(levels[level - 1] ?? '', barStyle(shown, hasColors));
  });
}

function barStyle({errors, warnings}: RecordCounts, hasColors: boolean): Style {
  if (errors > 0) return hasColors ? {fg: 1} : {bold: true, underline: true};
  return warnings > 0 && hasColors ? {fg: 3} : {};
}

/** Matches, lost lines and starts of runs; the part on the screen inverse. */
function axis(histogram: HistogramCells, marks: HistogramMarks, symbols: Symbols): readonly StyledText[] {
  const placesOf = (ids: readonly number[]) => new Set(ids.map((id) => cellOf(histogram, id)));
  const starts = placesOf(marks.starts);
  const losses = placesOf([...marks.markers].flatMap(([id, marker]) => (markerTone(marker) === 'loss' ? [id] : [])));
  const [top, bottom] = marks.shown?.map((id) => cellOf(histogram, id)) ?? [];
  return histogram.cells.map(({kind, firstId, endId}, place) => {
    const isInView = bottom !== undefined && place >= (top ?? 0) && place <= bottom;
    const match = firstId < endId ? marks.matchAfter(firstId - 1) : undefined;
    const isMatch = match !== undefined && match < endId;
    const [symbol, style] = markAt();
    return plain(symbol, isInView ? {...style, inverse: true} : style);

    function markAt(): readonly [symbol: string, style: Style] {
      if (losses.has(place)) return [symbols.loss, {fg: 1, bold: true}];
      if (isMatch) return [symbols.match, {fg: 3}];
      if (starts.has(place)) return [symbols.start, {}];
      if (kind === 'break') return [symbols.silence, {dim: true}];
      return isInView ? [' ', {}] : [symbols.rule, {dim: true}];
    }
  });
}
