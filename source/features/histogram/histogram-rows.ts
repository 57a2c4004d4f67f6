import type {Marker} from '../../engine/buffer/markers.ts';
import type {RecordCounts} from '../../engine/records/record-table.ts';
import {padTo} from '../../kit/terminal/fit.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../kit/terminal/symbols.ts';
import type {ZoneOffset} from '../../kit/viewport/time-column.ts';
import {markerTone} from '../../kit/words/marker-words.ts';
import {exactSpan, inZone, isoTime} from '../../lib/format.ts';
import {cellOf, type HistogramCell, type HistogramCells} from './histogram-cells.ts';

/** Cells of a histogram without labels: they would leave it no room. */
const narrow = 40;
/** `14:02` and `11-25 14:02`, or `2026-11-25`. */
const [clockCells, dateCells] = [5, 11];
/** ` · 30 min`: the span of a cell. */
const spanCells = 9;

/** Divides a width into a label, the cells, a second label and the span. A part without room has 0 cells. */
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
  return {left, right, first: left + 1, cells: width - left - right - 2 - spanCells};
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

/** Makes a histogram: a bar or a mark a cell between the times of the first cell and the newest record, and its span. */
export function histogramRow(histogram: HistogramCells, marks: HistogramMarks, style: HistogramStyle): StyledText {
  const {columns, to, symbols, hasColors, offsetAt, whyEmpty} = style;
  const {cells} = histogram;
  const [first] = cells;
  if (!first) return plain(whyEmpty, {dim: true});
  const {left, right} = columns;
  const label = (text: string, width: number) => padTo(plain(text, {dim: true}), width);
  const textOf = (at: number) => isoTime(inZone(at, offsetAt));
  const isOneYear = textOf(first.at).slice(0, 4) === textOf(to).slice(0, 4);
  // Without the year, the end of a log of a year would be before its beginning.
  const dateOf = (at: number) => (isOneYear ? textOf(at).slice(5, 16).replace('T', ' ') : textOf(at).slice(0, 10));
  const timeLabel = (at: number, width: number) =>
    label(width === clockCells ? textOf(at).slice(11, 16) : dateOf(at), width);
  const barCells = bars(histogram, marks, {symbols, hasColors});
  if (left === 0) return concat(barCells);
  const begin = timeLabel(first.at, left);
  const end = timeLabel(to, right);
  const span = plain(` ${symbols.dot} ${exactSpan(histogram.spanMs)}`, {dim: true});
  return concat([begin, plain(' '), ...barCells, ...(end.text === begin.text ? [] : [plain(' '), end]), span]);
}

function bars(
  histogram: HistogramCells,
  marks: HistogramMarks,
  {symbols, hasColors}: Pick<HistogramStyle, 'symbols' | 'hasColors'>,
): readonly StyledText[] {
  const {cells} = histogram;
  const {shownOf} = marks;
  const counts = cells.map((cell) => (shownOf && cell.counts.records > 0 ? shownOf(cell) : cell.counts));
  // A power of two: the bars keep their heights while the newest one grows.
  const most = 2 ** Math.ceil(Math.log2(Math.max(1, ...counts.map((each) => each?.records ?? 0))));
  const levels = [...symbols.bars];
  const markAt = marksIn(histogram, marks, symbols);
  const [top, bottom] = marks.shown?.map((id) => cellOf(histogram, id)) ?? [];
  return cells.map((cell, place) => {
    const isInView = bottom !== undefined && place >= (top ?? 0) && place <= bottom;
    const bar = barOf(cell, counts[place]);
    const mark = markAt(place) ?? bar;
    // How many records are around a match stays to be seen.
    const [symbol, style] = hasColors && mark[0] === symbols.match ? [bar[0], mark[1]] : mark;
    return plain(symbol, isInView ? {...style, inverse: true} : style);
  });

  function barOf({kind, counts: all}: HistogramCell, shown: RecordCounts | undefined): Mark {
    if (kind === 'break') return [symbols.silence, {dim: true}];
    if (!shown || all.records === 0) return [' ', {}];
    // Not the lowest bar, which stands for a few records.
    if (shown.records === 0) return [symbols.dot, {dim: true}];
    // The root: a few lines are seen beside a flood.
    const level = Math.ceil(levels.length * Math.sqrt(shown.records / most));
    return [levels[level - 1] ?? '', barStyle(shown, hasColors)];
  }
}

function barStyle({errors, warnings}: RecordCounts, hasColors: boolean): Style {
  if (errors > 0) return hasColors ? {fg: 1} : {bold: true, underline: true};
  return warnings > 0 && hasColors ? {fg: 3} : {};
}

type Mark = readonly [symbol: string, style: Style];

/** Lost lines, a match or the start of a run, in place of a bar; a match may colour the bar instead. */
function marksIn(
  histogram: HistogramCells,
  {starts, markers, matchAfter}: HistogramMarks,
  symbols: Symbols,
): (place: number) => Mark | undefined {
  const placesOf = (ids: readonly number[]) => new Set(ids.map((id) => cellOf(histogram, id)));
  const begun = placesOf(starts);
  const losses = placesOf([...markers].flatMap(([id, marker]) => (markerTone(marker) === 'loss' ? [id] : [])));
  return (place) => {
    const {firstId = 0, endId = 0} = histogram.cells[place] ?? {};
    const match = firstId < endId ? matchAfter(firstId - 1) : undefined;
    if (losses.has(place)) return [symbols.loss, {fg: 1, bold: true}];
    if (match !== undefined && match < endId) return [symbols.match, {fg: 6}];
    return begun.has(place) ? [symbols.start, {}] : undefined;
  };
}
