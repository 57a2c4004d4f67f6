import {noRecords, sumOf, type TimeBucket} from '../../engine/records/histogram.ts';
import type {RecordCounts} from '../../engine/records/record-table.ts';

/** Records of one span of time, or of none: a silence that is left out, or a clock that was set back (`break`). */
export type HistogramCell = {
  readonly kind: 'span' | 'break';
  /** Unix time in ms at which the span begins; of a break, that of the cell before. */
  readonly at: number;
  /** Its entries, [firstId, endId); none in a silence. The last cell has all that follow, counted or not. */
  readonly firstId: number;
  readonly endId: number;
  readonly counts: RecordCounts;
};

/** A log in cells of equal spans, oldest first. */
export type HistogramCells = {readonly spanMs: number; readonly cells: readonly HistogramCell[]};

type CellsInput = {
  readonly buckets: readonly TimeBucket[];
  /** Milliseconds of the span of a bucket. */
  readonly spanMs: number;
  /** Most cells. */
  readonly width: number;
  /** Span of the cells until now: it is kept while they are neither too many nor much too few. */
  readonly before?: number | undefined;
};

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Milliseconds of the spans of cells. */
const cellSpans: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
  ...[1, 7, 28, 364, 3640].map((days) => days * day),
];
/** A finer span is chosen only if its cells leave this part of the width free: the log grows. */
const roomToGrow = 0.25;
/** Most silences that are left out. */
const mostSilences = 8;
/** Silences are left out where together they are this many times as long as everything else. */
const silentTimes = 3;
/** Milliseconds that remain at least when silences are left out: fewer would be a few cells beside breaks. */
const leastActive = 5000;

/** Divides the log into cells: the finest spans for which they fit. Of a log with too many breaks, the newest cells. */
export function histogramCells({buckets, spanMs, width, before}: CellsInput): HistogramCells {
  if (buckets.length === 0 || width < 1) return {spanMs: 0, cells: []};
  const sections = sectionsOf(buckets, silencesOf(buckets));
  const numberOf = (span: number) =>
    sections.reduce((sum, [first, last]) => sum + cellsBetween(first, last, span), sections.length - 1);
  const fitting = cellSpans.filter((span) => span % spanMs === 0 && numberOf(span) <= width);
  const [finest = cellSpans.at(-1) ?? spanMs] = fitting;
  const isKept =
    before !== undefined && fitting.includes(before) && numberOf(finest) > Math.ceil(width * (1 - roomToGrow));
  const span = isKept ? before : finest;
  const cells = cellsIn(sections, span);
  return {spanMs: span, cells: cells.slice(Math.max(0, cells.length - width))};
}

type Section = readonly [first: TimeBucket, last: TimeBucket, all: readonly TimeBucket[]];

function cellsBetween(first: TimeBucket, last: TimeBucket, span: number): number {
  return Math.floor(last.at / span) - Math.floor(first.at / span) + 1;
}

/** The buckets between breaks. `silences`: places of the buckets after which a silence is left out. */
function sectionsOf(buckets: readonly TimeBucket[], silences: ReadonlySet<number>): readonly Section[] {
  const sections: Section[] = [];
  let begun = 0;
  for (const [place, bucket] of buckets.entries()) {
    const next = buckets[place + 1];
    if (next && next.at >= bucket.at && !silences.has(place)) continue;
    const all = buckets.slice(begun, place + 1);
    sections.push([all[0] ?? bucket, bucket, all]);
    begun = place + 1;
  }
  return sections;
}

/** Places of the buckets after which a silence is so long that the rest would be a few cells beside an empty histogram. */
function silencesOf(buckets: readonly TimeBucket[]): ReadonlySet<number> {
  const gaps = buckets.map(({at}, place) => ({place, ms: Math.max(0, (buckets[place + 1]?.at ?? at) - at)}));
  let rest = gaps.reduce((sum, {ms}) => sum + ms, 0);
  const longest = gaps.sort((a, b) => b.ms - a.ms).slice(0, mostSilences);
  const found = new Set<number>();
  // Of those that no longest one alone outweighs: several together may.
  let silent = 0;
  for (const [index, {ms}] of longest.entries()) {
    silent += ms;
    if (rest - silent < leastActive) break;
    if (silent <= silentTimes * (rest - silent)) continue;
    for (const {place} of longest.slice(0, index + 1)) found.add(place);
    rest -= silent;
    silent = 0;
  }
  return found;
}

type OpenCell = {-readonly [Part in keyof HistogramCell]: HistogramCell[Part]};

function cellsIn(sections: readonly Section[], span: number): readonly HistogramCell[] {
  const cells: OpenCell[] = [];
  for (const [place, [first, , all]] of sections.entries()) {
    const last = cells.at(-1);
    if (last) cells.push({kind: 'break', at: last.at, ...emptyAt(first.firstId)});
    let cell: OpenCell | undefined;
    for (const {at, firstId, counts} of all) {
      const start = Math.floor(at / span) * span;
      if (cell?.at === start) {
        cell.counts = sumOf(cell.counts, counts);
        continue;
      }
      if (cell) cell.endId = firstId;
      for (let empty = (cell?.at ?? start) + span; cell && empty < start; empty += span) {
        cells.push({kind: 'span', at: empty, ...emptyAt(firstId)});
      }
      cell = {kind: 'span', at: start, firstId, endId: Number.POSITIVE_INFINITY, counts};
      cells.push(cell);
    }
    if (cell) cell.endId = sections[place + 1]?.[0].firstId ?? Number.POSITIVE_INFINITY;
  }
  return cells;
}

function emptyAt(id: number): Pick<HistogramCell, 'firstId' | 'endId' | 'counts'> {
  return {firstId: id, endId: id, counts: noRecords};
}
