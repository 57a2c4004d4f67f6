import type {Marker} from '../../engine/buffer/markers.ts';
import type {ShownLines} from '../../engine/filters/shown-lines.ts';
import {noRecords, sumOf} from '../../engine/records/histogram.ts';
import type {RecordCounts} from '../../engine/records/record-table.ts';
import type {PaneModel} from '../../kit/pane/pane-model.ts';
import type {PaneOnScreen} from '../../kit/pane/pane-on-screen.ts';
import {overviewCells, type RowServices} from '../../kit/pane/pane-rows.ts';
import {heightWithHistogram, type Layout} from '../../kit/screen/layout.ts';
import type {Feature, Screen} from '../../kit/screen/screen.ts';
import {type PaneView, zoneOf} from '../../kit/state/pane-view.ts';
import {padTo} from '../../kit/terminal/fit.ts';
import {paint} from '../../kit/terminal/sgr.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../kit/terminal/symbols.ts';
import type {RowPosition} from '../../kit/viewport/position.ts';
import {timeOfLast, type ZoneOffset} from '../../kit/viewport/time-column.ts';
import {markerTone} from '../../kit/words/marker-words.ts';
import {bisect} from '../../lib/bisect.ts';
import {exactSpan, inZone, isoTime} from '../../lib/format.ts';
import {sameParts} from '../../lib/store.ts';
import {type HistogramCell, type HistogramCells, histogramCells} from './histogram-cells.ts';

/** Cells of a histogram without labels: they would leave it no room. */
const narrow = 40;
/** `14:02` and `11-25 14:02`, or `2026-11-25`. */
const [clockCells, dateCells] = [5, 11];
/** ` · 30 min`: the span of a cell. */
const spanCells = 9;

/** Divides a width between the first time, the bars, the last time and the span. A part that does not fit has 0 cells. */
type HistogramColumns = {
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
  // A power of two, so that the other bars keep their heights while the newest one grows.
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

/** Of a bar's records, this part is half of its height, as the heights are roots. */
const mainPart = 0.25;

/** A few errors are seen, too, but not as red: most bars of a log would be. */
function barStyle({records, errors, warnings}: RecordCounts, hasColors: boolean): Style {
  const least = mainPart * records;
  if (errors >= least) return hasColors ? {fg: 1} : {bold: true, underline: true};
  if (hasColors) return errors > 0 || warnings >= least ? {fg: 3} : {};
  return errors > 0 ? {underline: true} : {};
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

/** Entries at the end of a log whose records may still be shown or hidden by filters. */
const mostUnsettled = 2000;
/** Entries that one frame counts for filters, in 3 ms. The next frame counts on. */
const mostCounted = 200_000;

/** Lines. To count more takes so long that the histogram says so. */
const longLog = 100_000;

/** Milliseconds of a log for which a histogram says something. */
const leastSpan = 60_000;

type Width = Pick<Layout, 'paneWidth'>;

/** Cells and columns for a width, made of what `key` has. `to`: as in `HistogramStyle`. */
type LaidOut = Pick<HistogramStyle, 'columns' | 'to'> & {
  readonly key: readonly unknown[];
  readonly paneWidth: number;
  readonly cells: HistogramCells;
};

/** The histogram of time of one tab: how many records there were when, in the whole scrollback. */
class PaneHistogram {
  readonly #model: PaneModel;
  readonly #services: RowServices;
  readonly #counts = new ShownCounts();
  #laidOut: LaidOut | undefined;
  #painted: {readonly key: readonly unknown[]; readonly rows: readonly string[]} | undefined;

  constructor(model: PaneModel, services: RowServices) {
    this.#model = model;
    this.#services = services;
  }

  /** A log of a minute is on the screen, mostly. */
  get isWorthwhile(): boolean {
    const {buckets} = this.#model.histogram;
    // A clock may have been set back.
    return Math.abs((buckets.at(-1)?.at ?? 0) - (buckets[0]?.at ?? 0)) >= leastSpan;
  }

  /** The painted row. `places`: the rows of the log. */
  paint(view: PaneView, width: Width, places: readonly RowPosition[]): readonly string[] {
    const {cells, columns, to} = this.#layOut(view, width);
    const {searching, index, shown, source} = this.#model;
    const {buffer} = source;
    const [first] = places;
    const last = places.at(-1);
    const ends = first && last && ([first.id, last.id] as const);
    const isPart = ends !== undefined && (ends[0] > buffer.firstId || ends[1] < buffer.endId - 1);
    const {symbols} = this.#services;
    const colors = this.#services.colors.get();
    const whyEmpty = whyNoHistogram(this.#model);
    const key = [
      colors,
      // Labels have minutes.
      ...[cells, columns, Math.floor(to / 60_000), shown, shown?.caughtUp, this.#model.isFiltering],
      ...[searching?.search, searching?.search.count, buffer.lastMarker()?.marker],
      ...[index.runs.length, index.runs.at(-1)?.firstId],
      ...(isPart ? ends.map((id) => cellOf(cells, id)) : []),
      whyEmpty,
    ];
    if (this.#painted && sameParts(this.#painted.key, key)) return this.#painted.rows;
    const counts = shown && this.#counts.ofCells(cells.cells, shown, this.#model);
    const marks = {
      shown: isPart ? ends : undefined,
      matchAfter: (id: number) => searching?.search.nextAfter(id),
      // The runs of several pipelines are no runs of the merged log.
      starts: source.merge ? [] : index.runs.slice(1).map(({firstId}) => firstId),
      markers: buffer.markers(),
      shownOf: counts && ((cell: HistogramCell) => counts.get(cell)),
    };
    const style = {columns, to, symbols, hasColors: colors !== 'none', offsetAt: this.#offsetAt(view), whyEmpty};
    const rows = [paint(histogramRow(cells, marks, style), colors)];
    const isBehind = counts !== undefined && this.#counts.isBehind;
    this.#painted = isBehind ? undefined : {key, rows};
    if (isBehind) this.#model.drawAgain();
    return rows;
  }

  /** Silences, or steps of a clock that was set back, are left out. */
  hasBreaks(view: PaneView, width: Width): boolean {
    return this.#layOut(view, width).cells.cells.some(({kind}) => kind === 'break');
  }

  #layOut(view: PaneView, {paneWidth}: Width): LaidOut {
    const {histogram, isCounted, index, source} = this.#model;
    // While a log is counted anew, the histogram stays as it was: one of a part would mislead.
    if (this.#laidOut?.paneWidth === paneWidth && this.#laidOut.cells.cells.length > 0 && !isCounted)
      return this.#laidOut;
    const {buckets, spanMs} = histogram;
    const now = this.#services.clock.wall();
    const [first] = buckets;
    const to = timeOfLast(source.buffer, index) ?? buckets.at(-1)?.at ?? now;
    const times = {from: first?.at ?? now, to, now, offsetAt: this.#offsetAt(view)};
    const columns = histogramColumns(paneWidth - overviewCells, times);
    const key = [histogram, histogram.version, isCounted, columns.cells, columns.left];
    if (this.#laidOut && sameParts(this.#laidOut.key, key)) {
      this.#laidOut = {...this.#laidOut, to};
      return this.#laidOut;
    }
    // At another width, other spans fit.
    const before = this.#laidOut?.columns.cells === columns.cells ? this.#laidOut.cells.spanMs : undefined;
    const counted = isCounted ? buckets : [];
    const cells = histogramCells({buckets: counted, spanMs, width: columns.cells, before});
    this.#laidOut = {key, paneWidth, cells, columns, to};
    return this.#laidOut;
  }

  #offsetAt(view: PaneView): RowServices['offsetAt'] {
    return zoneOf(view, this.#services.offsetAt);
  }
}

function whyNoHistogram(model: PaneModel): string {
  const {lineCount} = model.source.buffer;
  if (model.isCounted) {
    return lineCount > 0 && model.histogram.buckets.length === 0 ? ' no line has a time, so there is no histogram' : '';
  }
  return lineCount > longLog ? ' counting the records' : '';
}

/** The counts of what filters leave, cell by cell: most cells do not change, and a log may have millions of entries. */
class ShownCounts {
  /** The last frame did not count everything. */
  isBehind = false;
  #shown: ShownLines | undefined;
  /** Counts of what a cell has below `to`, by its first entry. */
  #cells = new Map<number, {readonly to: number; readonly counts: RecordCounts}>();
  /** Entries that may still be counted. */
  #left = 0;

  /**
   * Counts cells for one frame, the newest first: while lines are dropped, the oldest one always begins elsewhere and
   * is counted anew.
   */
  ofCells(
    cells: readonly HistogramCell[],
    shown: ShownLines,
    model: PaneModel,
  ): ReadonlyMap<HistogramCell, RecordCounts | undefined> {
    this.isBehind = false;
    this.#left = mostCounted;
    if (shown !== this.#shown) this.#cells.clear();
    this.#shown = shown;
    this.#forgetBut(cells);
    const counted = cells.filter(({counts}) => counts.records > 0).toReversed();
    return new Map(counted.map((cell) => [cell, this.#of(cell, shown, model)]));
  }

  /** A cell begins elsewhere once lines are dropped, or spans are merged. */
  #forgetBut(cells: readonly HistogramCell[]): void {
    if (this.#cells.size <= 2 * cells.length) return;
    const held = cells.flatMap(({firstId}) => {
      const known = this.#cells.get(firstId);
      return known ? [[firstId, known] as const] : [];
    });
    this.#cells = new Map(held);
  }

  /** Counts what filters leave of a cell; undefined: nothing of it is counted yet. */
  #of({firstId, endId}: HistogramCell, shown: ShownLines, {index, source}: PaneModel): RecordCounts | undefined {
    // The last cell has no end of its own.
    const end = Math.min(endId, source.buffer.endId);
    const cached = this.#cells.get(firstId);
    const known = cached && cached.to <= end ? cached : {to: firstId, counts: noRecords};
    const count = (from: number, to: number) => {
      this.#left -= Math.max(0, to - from);
      return to > from ? index.countByLevel(from, to, (id) => shown.wordAt(id)) : noRecords;
    };
    const settled = shown.caughtUp ? Math.min(end, source.buffer.endId - mostUnsettled) : known.to;
    const to = Math.max(known.to, Math.min(settled, known.to + this.#left));
    const counts = sumOf(known.counts, count(known.to, to));
    this.#cells.set(firstId, {to, counts});
    // The rest may still change: it is counted in each frame.
    const reached = Math.min(end, to + Math.max(0, this.#left));
    if (reached < end) this.isBehind = true;
    if (reached === firstId) return undefined;
    return sumOf(counts, count(to, reached));
  }
}

export const histogram: Feature = {
  strip: {height: 1, of: (model, services) => new PaneHistogram(model, services)},
  keys: {
    'log: show': [
      {
        id: 'histogram',
        keys: ['s'],
        help: 'show or hide the histogram above the log',
        run(screen) {
          const {layout, size, tab} = screen;
          if (!tab || !layout) return;
          const isShown = layout.histogramRows > 0;
          if (!isShown && size.rows < heightWithHistogram) {
            screen.say(`the histogram needs a terminal of ${heightWithHistogram} rows`);
            return;
          }
          screen.setHistogram(!isShown);
          if (isShown) screen.say('histogram hidden');
          else sayHistogram(screen);
        },
      },
    ],
  },
};

/** Says what breaks in the histogram are, as soon as it is counted whether there are some. */
function sayHistogram(screen: Screen): void {
  const {dot, silence} = screen.services.symbols;
  const words = 'histogram above the log';
  const hasBreaks = (at: PaneOnScreen) =>
    at.strip instanceof PaneHistogram && at.strip.hasBreaks(at.tab.pane, at.layout);
  const sayBreaks = () => screen.say(`${words} ${dot} ${silence} is time without records`);
  screen.say(words);
  const model = screen.paneOnScreen?.model;
  // What another key waits for matters more.
  if (!model || model.isWaiting) return;
  model.waitUntil(() => {
    const at = screen.paneOnScreen;
    if (!at || at.model !== model || screen.state.notice !== words) return () => {};
    if (!model.isCounted) return undefined;
    return hasBreaks(at) ? sayBreaks : () => {};
  }, [screen.view]);
}

/** The place of the entry's cell; undefined without one. */
export function cellOf({cells}: HistogramCells, id: number): number | undefined {
  // Cells without entries begin where the next one does.
  const last = bisect(0, cells.length, (at) => (cells[at]?.firstId ?? 0) <= id) - 1;
  return cells[last] && cells[last].endId > id ? last : undefined;
}
