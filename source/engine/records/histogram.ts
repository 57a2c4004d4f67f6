import type {RecordIndex} from './record-index.ts';
import type {RecordCounts} from './record-table.ts';

/** Consecutive records of one span of time. */
export type TimeBucket = {
  /** Its first entry; the last one is before the next bucket. */
  readonly firstId: number;
  /** Unix time in ms at which its span begins. */
  readonly at: number;
  readonly counts: RecordCounts;
};

type OpenBucket = {-readonly [Part in keyof TimeBucket]: TimeBucket[Part]};

/** Source of the counts: a `RecordIndex`, or in tests a list. */
export type TimedRecords = Pick<RecordIndex, 'indexedFrom' | 'settledTo' | 'timedFrom' | 'countByLevel'>;

/** Milliseconds of the spans, each a multiple of the one before it. */
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const spans = [
  second,
  5 * second,
  15 * second,
  minute,
  5 * minute,
  15 * minute,
  hour,
  6 * hour,
  day,
  7 * day,
  364 * day,
];
/** Several times the cells of a wide screen: what is counted by finer spans is merged. */
const mostBuckets = 1024;
/** Milliseconds: a record that is older than the one before it by more is from before a clock was set back. */
const late = minute;
/** Most entries between two whose times are read: if these are of one span, so are those between them. */
const mostSkipped = 64;
/** Cost in bytes of an entry that is counted, and of a time that is read. */
const entryCost = 8;
const timeCost = 1024;

/**
 * The records of a log by time, found in steps while the log grows and drops entries. Reads few times: a log is mostly in
 * order. Records without a time, and those that come up to a minute late, count to the span of the record before.
 */
export class Histogram {
  readonly #log: TimedRecords;
  readonly #buckets: OpenBucket[] = [];
  #spanMs = second;
  /** Entries below are counted, from the first held one on. */
  #next: number;
  #version = 0;

  constructor(log: TimedRecords) {
    this.#log = log;
    this.#next = log.indexedFrom;
  }

  /** In the order of the log: times go back where a clock was set back. The list changes in place. */
  get buckets(): readonly TimeBucket[] {
    return this.#buckets;
  }

  get spanMs(): number {
    return this.#spanMs;
  }

  /** Changes with the counts. */
  get version(): number {
    return this.#version;
  }

  /** One past the last counted entry. */
  get endId(): number {
    return this.#next;
  }

  /** Counts about `maxBytes` more bytes. True: all records that are settled are counted. */
  step(maxBytes: number): boolean {
    this.#drop();
    const {settledTo} = this.#log;
    if (this.#next >= settledTo) return true;
    const to = Math.min(settledTo, this.#next + Math.max(1, Math.floor(maxBytes / entryCost)));
    this.#countTo(this.#findBuckets(to, Math.ceil(maxBytes / timeCost)));
    this.#version += 1;
    return this.#next >= settledTo;
  }

  /** Starts the buckets that begin below `to`. Returns to where that is done, after about `mostTimes` times. */
  #findBuckets(to: number, mostTimes: number): number {
    let done = this.#next;
    let ahead = 0;
    for (let times = 0; done < to; times++) {
      if (times >= mostTimes) return done;
      const at = Math.min(done + ahead, to - 1);
      const head = this.#log.timedFrom(at, to);
      if (head && this.#isOfLast(head.at)) {
        done = head.id + 1;
        ahead = Math.min(mostSkipped, 2 * ahead + 1);
      } else if (at > done) {
        // One of the skipped entries may begin the bucket; without a head at the end, they are read one by one.
        ahead = head ? Math.floor((at - done) / 2) : 0;
      } else if (head) {
        this.#start(head.id, head.at);
        done = head.id + 1;
      } else return to;
    }
    return to;
  }

  #isOfLast(at: number): boolean {
    const last = this.#buckets.at(-1);
    return last !== undefined && continues(last.at, this.#spanOf(at));
  }

  #spanOf(at: number): number {
    return Math.floor(at / this.#spanMs) * this.#spanMs;
  }

  #start(id: number, at: number): void {
    const isFirst = this.#buckets.length === 0;
    this.#countTo(isFirst ? this.#next : id);
    this.#buckets.push({firstId: isFirst ? this.#log.indexedFrom : id, at: this.#spanOf(at), counts: noRecords});
    // Lines before the first time are of its span.
    if (isFirst) this.#next = this.#log.indexedFrom;
    while (this.#buckets.length > mostBuckets && this.#coarsen());
  }

  /** Counts the entries below `id` to the last bucket. */
  #countTo(id: number): void {
    const last = this.#buckets.at(-1);
    if (last && id > this.#next) last.counts = sumOf(last.counts, this.#log.countByLevel(this.#next, id));
    this.#next = Math.max(this.#next, id);
  }

  /** Merges the buckets of the next longer span. False: there is none. */
  #coarsen(): boolean {
    const longer = spans.find((each) => each > this.#spanMs);
    if (longer === undefined) return this.#forgetOldest();
    this.#spanMs = longer;
    let kept = 0;
    for (const {firstId, at, counts} of this.#buckets) {
      const last = this.#buckets[kept - 1];
      const start = this.#spanOf(at);
      if (last && continues(last.at, start)) last.counts = sumOf(last.counts, counts);
      else this.#buckets[kept++] = {firstId, at: start, counts};
    }
    this.#buckets.length = kept;
    return true;
  }

  /** Merges the two oldest buckets: the log's time jumps back and forth by years. */
  #forgetOldest(): boolean {
    const [first, second] = this.#buckets.splice(0, 2);
    if (!first || !second) return false;
    this.#buckets.unshift({...second, firstId: first.firstId, counts: sumOf(first.counts, second.counts)});
    return true;
  }

  #drop(): void {
    const {indexedFrom: firstId} = this.#log;
    if (firstId > this.#next) {
      this.#buckets.length = 0;
      this.#next = firstId;
      this.#version += 1;
      return;
    }
    const [oldest] = this.#buckets;
    if (!oldest || oldest.firstId >= firstId) return;
    const endOf = (index: number) => this.#buckets[index + 1]?.firstId ?? this.#next;
    let gone = 0;
    while (gone < this.#buckets.length && endOf(gone) <= firstId) gone += 1;
    this.#buckets.splice(0, gone);
    const [first] = this.#buckets;
    if (first && first.firstId < firstId) {
      first.firstId = firstId;
      first.counts = this.#log.countByLevel(firstId, endOf(0));
    }
    this.#version += 1;
  }
}

export const noRecords: RecordCounts = {records: 0, errors: 0, warnings: 0};

export function sumOf(a: RecordCounts, b: RecordCounts): RecordCounts {
  return {records: a.records + b.records, errors: a.errors + b.errors, warnings: a.warnings + b.warnings};
}

/** Tells whether a record of the span `next` is counted in the span `at` of the record before it. Unix times in ms. */
function continues(at: number, next: number): boolean {
  return next === at || (next < at && at - next <= late);
}
