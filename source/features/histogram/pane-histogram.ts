import type {ShownLines} from '../../engine/filters/shown-lines.ts';
import {noRecords, sumOf} from '../../engine/records/histogram.ts';
import type {RecordCounts} from '../../engine/records/record-table.ts';
import type {PaneModel} from '../../kit/pane/pane-model.ts';
import {overviewCells, type RowServices} from '../../kit/pane/pane-rows.ts';
import type {Layout} from '../../kit/screen/layout.ts';
import {type PaneView, zoneOf} from '../../kit/state/pane-view.ts';
import {paint} from '../../kit/terminal/sgr.ts';
import type {RowPosition} from '../../kit/viewport/geometry.ts';
import {timeNear} from '../../kit/viewport/time-column.ts';
import {sameParts} from '../../lib/store.ts';
import {cellOf, type HistogramCell, type HistogramCells, histogramCells, noCells} from './histogram-cells.ts';
import {type HistogramColumns, histogramColumns, histogramRow} from './histogram-rows.ts';

/** Entries at the end of a log whose records may still be shown or hidden by filters. */
const mostUnsettled = 2000;
/** Entries that one frame counts for filters, in 3 ms. The next frame counts on. */
const mostCounted = 200_000;

/** Lines. To count more takes so long that the histogram says so. */
const longLog = 100_000;

/** Milliseconds of a log for which a histogram says something. */
const leastSpan = 60_000;

type Width = Pick<Layout, 'paneWidth'>;

/** The histogram of time of one tab: how many records there were when, in the whole scrollback. */
export class PaneHistogram {
  readonly #model: PaneModel;
  readonly #services: RowServices;
  readonly #counts = new ShownCounts();
  #laidOut:
    | {
        readonly key: readonly unknown[];
        readonly paneWidth: number;
        readonly cells: HistogramCells;
        readonly columns: HistogramColumns;
        readonly to: number;
      }
    | undefined;
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
    const key = [
      colors,
      // Labels have minutes.
      ...[cells, columns, Math.floor(to / 60_000), shown, shown?.caughtUp, this.#model.isFiltering],
      ...[searching?.search, searching?.search.count, buffer.lastMarker()?.marker],
      ...[index.runs.length, index.runs.at(-1)?.firstId],
      ...(isPart ? ends.map((id) => cellOf(cells, id)) : []),
      whyNoHistogram(this.#model),
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
    const whyEmpty = whyNoHistogram(this.#model);
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

  #layOut(
    view: PaneView,
    {paneWidth}: Width,
  ): {readonly cells: HistogramCells; readonly columns: HistogramColumns; readonly to: number} {
    const {histogram, isCounted, index, source} = this.#model;
    // While a log is counted anew, the histogram stays as it was: one of a part would mislead.
    if (this.#laidOut?.paneWidth === paneWidth && this.#laidOut.cells !== noCells && !isCounted) return this.#laidOut;
    const {buckets, spanMs} = histogram;
    const now = this.#services.clock.wall();
    const [first] = buckets;
    const to = timeNear(source.buffer, index, {id: source.buffer.endId - 1, step: -1}) ?? buckets.at(-1)?.at ?? now;
    const times = {from: first?.at ?? now, to, now, offsetAt: this.#offsetAt(view)};
    const columns = histogramColumns(paneWidth - overviewCells, times);
    const key = [histogram, histogram.version, isCounted, columns.cells, columns.left];
    if (this.#laidOut && sameParts(this.#laidOut.key, key)) {
      this.#laidOut = {...this.#laidOut, to};
      return this.#laidOut;
    }
    // At another width, other spans fit.
    const before = this.#laidOut?.columns.cells === columns.cells ? this.#laidOut.cells.spanMs : undefined;
    const cells = first && isCounted ? histogramCells({buckets, spanMs, width: columns.cells, before}) : noCells;
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
