import {bisect} from '../lib/bisect.ts';
import {noRecords, type Stretch, sumOf} from '../records/histogram.ts';
import type {RecordCounts} from '../records/record-table.ts';

/** Records of one span of time, or of none: a silence that is left out, or a clock that was set back (`break`). */
export type StripCell = {
  readonly kind: 'span' | 'break';
  /** Unix time in ms at which the span begins; of a break, that of the cell before. */
  readonly at: number;
  /** Its entries, [firstId, endId); none in a silence. The last cell has all that follow, counted or not. */
  readonly firstId: number;
  readonly endId: number;
  readonly counts: RecordCounts;
};

/** A log in cells of equal spans, oldest first. */
export type Strip = {readonly spanMs: number; readonly cells: readonly StripCell[]};

export const noStrip: Strip = {spanMs: 0, cells: []};

type StripInput = {
  readonly stretches: readonly Stretch[];
  /** Milliseconds of the span of a stretch. */
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
/** Milliseconds: what is left would else be a few cells beside breaks. */
const leastActive = 5000;

/** Divides the log into cells: the finest spans for which they fit. Of a log with too many breaks, the newest cells. */
export function stripOf({stretches, spanMs, width, before}: StripInput): Strip {
  if (stretches.length === 0 || width < 1) return noStrip;
  const sections = sectionsOf(stretches, silencesOf(stretches));
  const cellsOf = (span: number) =>
    sections.reduce((sum, [first, last]) => sum + cellsBetween(first, last, span), sections.length - 1);
  const fitting = cellSpans.filter((span) => span % spanMs === 0 && cellsOf(span) <= width);
  const [finest = cellSpans.at(-1) ?? spanMs] = fitting;
  const isKept =
    before !== undefined && fitting.includes(before) && cellsOf(finest) > Math.ceil(width * (1 - roomToGrow));
  const span = isKept ? before : finest;
  const cells = cellsIn(sections, span);
  return {spanMs: span, cells: cells.slice(Math.max(0, cells.length - width))};
}

/** The place of the entry's cell; undefined without one. */
export function cellOf({cells}: Strip, id: number): number | undefined {
  // Cells without entries begin where the next one does.
  const last = bisect(0, cells.length, (at) => (cells[at]?.firstId ?? 0) <= id) - 1;
  return cells[last] && cells[last].endId > id ? last : undefined;
}

type Section = readonly [first: Stretch, last: Stretch, all: readonly Stretch[]];

function cellsBetween(first: Stretch, last: Stretch, span: number): number {
  return Math.floor(last.at / span) - Math.floor(first.at / span) + 1;
}

/** The stretches between breaks. `silences`: places of the stretches after which a silence is left out. */
function sectionsOf(stretches: readonly Stretch[], silences: ReadonlySet<number>): readonly Section[] {
  const sections: Section[] = [];
  let begun = 0;
  for (const [place, stretch] of stretches.entries()) {
    const next = stretches[place + 1];
    if (next && next.at >= stretch.at && !silences.has(place)) continue;
    const all = stretches.slice(begun, place + 1);
    sections.push([all[0] ?? stretch, stretch, all]);
    begun = place + 1;
  }
  return sections;
}

/** Places of the stretches after which a silence is so long that the rest would be a few cells beside an empty strip. */
function silencesOf(stretches: readonly Stretch[]): ReadonlySet<number> {
  const gaps = stretches.map(({at}, place) => ({place, ms: Math.max(0, (stretches[place + 1]?.at ?? at) - at)}));
  let rest = gaps.reduce((sum, {ms}) => sum + ms, 0);
  const longest = gaps.sort((a, b) => b.ms - a.ms).slice(0, mostSilences);
  const found = new Set<number>();
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

type OpenCell = {-readonly [Part in keyof StripCell]: StripCell[Part]};

function cellsIn(sections: readonly Section[], span: number): readonly StripCell[] {
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

function emptyAt(id: number): Pick<StripCell, 'firstId' | 'endId' | 'counts'> {
  return {firstId: id, endId: id, counts: noRecords};
}
