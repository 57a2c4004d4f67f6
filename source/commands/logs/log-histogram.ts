import type {Clock} from '../../lib/clock.ts';
import {elapsed, isoTime} from '../../lib/format.ts';
import {jsonText} from '../../lib/json.ts';
import {noRecords, sumOf} from '../../records/histogram.ts';
import type {RecordCounts} from '../../records/record-table.ts';
import type {PrintedRecord, RecordShape} from './record-shapes.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** Milliseconds of the spans from which one is chosen, each a multiple of the one before it. */
const spans = [
  ...[1, 5, 15].map((seconds) => seconds * second),
  ...[1, 5, 15].map((minutes) => minutes * minute),
  ...[hour, 6 * hour, day, 7 * day, 28 * day, 364 * day],
];
/** The span that is chosen for a log that is followed: how long that will be is unknown. */
const followedSpan = minute;
/** Rows for which a span is chosen. */
const mostRows = 40;
/** Spans that are counted until one is chosen: beyond these they are merged. */
const mostSpans = 4096;
/** Empty rows between two spans, before one row says how long there was nothing. */
const mostEmpty = 3;
/** Cells of the longest bar, where the rows have room for it, and of what is before it. */
const [mostBarCells, leastBarCells] = [40, 10];
const beforeBar = 49;
/** Milliseconds between two looks for spans that are over, and for which a span may still get records. */
const checkEvery = 1000;
const grace = 1000;
/** Checks for which spans that are over wait while they get records, as in a catch-up. */
const mostWaits = 10;

export type LogHistogramOptions = {
  /** Milliseconds; undefined: by the log. */
  readonly by: number | undefined;
  readonly follow: boolean;
  readonly isJson: boolean;
  readonly isUtf8: boolean;
  /** Of the terminal; undefined: the rows go elsewhere. */
  readonly columns?: number | undefined;
};

/** The records of all logs of a call by time (`logs --histogram`). Records without a time count to the one before. */
export class LogHistogram {
  /** Prints nothing: counts what would be printed. */
  readonly shape: RecordShape = {
    joinsLines: true,
    print: (record) => {
      if (record.startsHere) this.add(record);
      return Buffer.of();
    },
  };
  readonly #options: LogHistogramOptions;
  readonly #counts = new Map<number, RecordCounts>();
  #spanMs: number;
  /** Before the first record with a time. */
  #untimed = noRecords;
  #hasHeader = false;
  #lastPrinted: number | undefined;
  /** Records of the fullest span that was printed. */
  #most = 1;
  /** A record of a span that is over has come since the last check. */
  #isBehind = false;
  #waits = 0;
  #checkedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LogHistogramOptions) {
    this.#options = options;
    this.#spanMs = options.by ?? (options.follow ? followedSpan : (spans[0] ?? second));
  }

  add({time, level}: Pick<PrintedRecord, 'time' | 'level'>): void {
    const counts = {records: 1, errors: Number(level === 'ERROR'), warnings: Number(level === 'WARN')};
    if (!time) {
      this.#untimed = sumOf(this.#untimed, counts);
      return;
    }
    const start = Math.floor(time.at / this.#spanMs) * this.#spanMs;
    const before = sumOf(this.#counts.get(start) ?? noRecords, this.#untimed);
    this.#untimed = noRecords;
    this.#counts.set(start, sumOf(before, counts));
    if (start + this.#spanMs <= this.#checkedAt) this.#isBehind = true;
    if (this.#isChosen && this.#counts.size > mostSpans) this.#merge(longerThan(this.#spanMs));
  }

  /** Calls `write` with the spans that are over. Returns a function that ends that. */
  startPrinting(clock: Clock, write: (text: string) => void): () => void {
    const check = () => {
      cancel = clock.after(checkEvery, check);
      this.#checkedAt = clock.wall() - grace;
      const mustWait = this.#isBehind && this.#waits < mostWaits;
      this.#waits = mustWait ? this.#waits + 1 : 0;
      this.#isBehind = false;
      if (mustWait) return;
      const text = this.#print([...this.#counts.keys()].filter((start) => start + this.#spanMs <= this.#checkedAt));
      if (text !== '') write(text);
    };
    let cancel = clock.after(checkEvery, check);
    return () => cancel();
  }

  /** The spans that are left. */
  end(): string {
    while (this.#isChosen && this.#rowCount() > mostRows && this.#spanMs < longerThan(this.#spanMs)) {
      this.#merge(longerThan(this.#spanMs));
    }
    const {records} = this.#untimed;
    const untimed = records > 0 ? this.#row(undefined, this.#untimed) : '';
    const rows = this.#print([...this.#counts.keys()]) + untimed;
    // A heading alone says that nothing was selected.
    return this.#hasHeader || this.#options.isJson ? rows : this.#header();
  }

  /** The span is chosen by the log. */
  get #isChosen(): boolean {
    return this.#options.by === undefined && !this.#options.follow;
  }

  #rowCount(): number {
    const starts = [...this.#counts.keys()].sort((a, b) => a - b);
    const emptyRows = starts.map((start, place) => emptyRowsOf(this.#emptyBetween(starts[place - 1], start)));
    return starts.length + emptyRows.reduce((sum, rows) => sum + rows, 0);
  }

  #emptyBetween(before: number | undefined, start: number): number {
    return before === undefined ? 0 : Math.max(0, (start - before) / this.#spanMs - 1);
  }

  #merge(spanMs: number): void {
    const finer = [...this.#counts];
    this.#spanMs = spanMs;
    this.#counts.clear();
    for (const [at, counts] of finer) {
      const start = Math.floor(at / spanMs) * spanMs;
      this.#counts.set(start, sumOf(this.#counts.get(start) ?? noRecords, counts));
    }
  }

  #print(starts: readonly number[]): string {
    const rows: string[] = [];
    const inOrder = starts.toSorted((a, b) => a - b);
    this.#most = Math.max(this.#most, ...inOrder.map((start) => this.#counts.get(start)?.records ?? 0));
    for (const start of inOrder) {
      rows.push(this.#emptyRows(start), this.#row(start, this.#counts.get(start) ?? noRecords));
      this.#lastPrinted = Math.max(start, this.#lastPrinted ?? start);
      this.#counts.delete(start);
    }
    return rows.join('');
  }

  #emptyRows(start: number): string {
    const before = this.#lastPrinted;
    const empty = this.#emptyBetween(before, start);
    if (before === undefined || empty === 0 || this.#options.isJson) return '';
    if (empty > mostEmpty) return `${' '.repeat(timeCells)}  none for ${elapsed(empty * this.#spanMs)}\n`;
    return Array.from({length: empty}, (_, place) => this.#row(before + (place + 1) * this.#spanMs, noRecords)).join(
      '',
    );
  }

  #row(start: number | undefined, {records, errors, warnings}: RecordCounts): string {
    const time = start === undefined ? undefined : isoTime(start).replace('.000', '');
    if (this.#options.isJson) {
      return `${jsonText({time: time ?? null, seconds: this.#spanMs / second, records, errors, warnings})}\n`;
    }
    const header = this.#hasHeader ? '' : this.#header();
    const numbers = [String(records).padStart(7), String(errors).padStart(6), String(warnings).padStart(8)];
    const row = [(time ?? '-').padEnd(timeCells), ...numbers, this.#bar(records)].join('  ').trimEnd();
    return `${header}${row}\n`;
  }

  #header(): string {
    this.#hasHeader = true;
    return `${'TIME'.padEnd(timeCells)}  RECORDS  ERRORS  WARNINGS\n`;
  }

  #bar(records: number): string {
    const {columns = Number.POSITIVE_INFINITY} = this.#options;
    const most = Math.min(mostBarCells, Math.max(leastBarCells, columns - beforeBar));
    const cells = (Math.min(records, this.#most) * most) / this.#most;
    if (!this.#options.isUtf8) return '#'.repeat(Math.ceil(cells));
    const eighths = Math.ceil(cells * 8);
    return '█'.repeat(Math.floor(eighths / 8)) + (' ▏▎▍▌▋▊▉'[eighths % 8] ?? '');
  }
}

/** `2026-11-25T14:02:00Z`. */
const timeCells = 20;

function emptyRowsOf(empty: number): number {
  return empty > mostEmpty ? 1 : empty;
}

/** The next span; the longest one for itself. */
function longerThan(spanMs: number): number {
  return spans.find((each) => each > spanMs) ?? spanMs;
}
