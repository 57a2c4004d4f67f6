import type {LogBuffer} from '../buffer/log-buffer.ts';
import {fingerprintOf} from '../records/fingerprint.ts';
import type {Level} from '../records/level.ts';
import {isRunnerLine} from '../records/line-kind.ts';
import type {RecordIndex} from '../records/record-index.ts';
import type {Run} from '../records/runs.ts';

/** Records of one run that are alike, as `f` sees them. */
type KindOfRecord = {
  readonly level: Level | undefined;
  readonly count: number;
  /** Of the first of them; it may have left the buffer. */
  readonly firstId: number;
  /** Bytes of its first line, at most 4 KiB. */
  readonly example: Uint8Array;
};

/** What one run logged. */
export type RunKinds = {
  /** As the header of the log counts: the oldest run is 1. */
  readonly number: number;
  readonly run: Run;
  readonly kinds: ReadonlyMap<number, KindOfRecord>;
  readonly records: number;
  /** Unix time in ms of the first and the last record; undefined: none has a time. */
  readonly span: {readonly from: number; readonly to: number} | undefined;
};

/** `more`: at least three times as frequent an hour, and ten times or more. */
export type KindChange = {
  readonly change: 'new' | 'more' | 'gone';
  readonly level: Level | undefined;
  /** How often in the older and in the newer run. */
  readonly before: number;
  readonly now: number;
  /** Of the newer run; of the older one, if it is gone. */
  readonly firstId: number;
  readonly example: Uint8Array;
};

const mostExample = 4096;
/** Entries a step of the work; a fingerprint takes 0.5 to 2 µs. */
const bytesAnEntry = 160;
/** A run of a few seconds has no rate: it counts as a minute. */
const leastHours = 1 / 60;
const hour = 3_600_000;
const moreTimes = 3;
const moreAtLeast = 10;

type CountedRun = {run: Run; number: number; kinds: Map<number, KindOfRecord>; records: number; span: RunKinds['span']};

/**
 * Counts the kinds of records in each run of a log, in steps. The buffer may drop entries that were counted: a recording
 * larger than the memory is counted while it is read.
 */
export class RunCounter {
  readonly #buffer: LogBuffer;
  readonly #index: RecordIndex;
  /** By the id of the run's first entry. */
  readonly #runs = new Map<number, CountedRun>();
  /** Numbers of the runs that were seen, the oldest is 1. */
  #next: number;

  constructor({buffer, index}: {readonly buffer: LogBuffer; readonly index: RecordIndex}) {
    this.#buffer = buffer;
    this.#index = index;
    this.#next = buffer.firstId;
  }

  /** Entries below were counted. */
  get countedTo(): number {
    return this.#next;
  }

  /** Counts about `maxBytes` more. True: all entries that are complete have been counted; an open line waits for its end. */
  step(maxBytes: number): boolean {
    const end = Math.min(this.#index.indexedTo, this.#buffer.endedTo);
    const stop = Math.min(end, this.#next + Math.max(1, Math.floor(maxBytes / bytesAnEntry)));
    for (let id = Math.max(this.#next, this.#buffer.firstId); id < stop; id++) this.#add(id);
    this.#next = Math.max(this.#next, stop);
    return this.#next >= end;
  }

  /** Oldest first. The newest state and end of each run are taken from the index. */
  get runs(): readonly RunKinds[] {
    const now = new Map(this.#index.runs.map((run) => [run.firstId, run]));
    return [...this.#runs.values()].map((counted, place) => ({
      ...counted,
      run: now.get(counted.run.firstId) ?? counted.run,
      number: place + 1,
    }));
  }

  #add(id: number): void {
    const index = this.#index;
    const run = index.runAt(id);
    if (!run) return;
    const counted = this.#runs.get(run.firstId) ?? {run, number: 0, kinds: new Map(), records: 0, span: undefined};
    counted.run = run;
    this.#runs.set(run.firstId, counted);
    if (index.headOf(id) !== id || this.#buffer.markerAt(id)) return;
    const line = index.firstTextOf(id);
    // Each run has the runner's transitions; one that goes on has no end yet.
    if (!line || (index.levelAt(id) === 'INFO' && isRunnerLine(line, 0, line.length))) return;
    counted.records += 1;
    const at = index.timeAt(id);
    if (at !== undefined)
      counted.span = {from: Math.min(counted.span?.from ?? at, at), to: Math.max(counted.span?.to ?? at, at)};
    const key = fingerprintOf(line);
    const kind = counted.kinds.get(key);
    counted.kinds.set(
      key,
      kind
        ? {...kind, count: kind.count + 1}
        : {level: index.levelAt(id), count: 1, firstId: id, example: Uint8Array.from(line.subarray(0, mostExample))},
    );
  }
}

/** The run to compare one with: the last before it that has records. A start that failed at once has none. */
export function runBefore(runs: readonly RunKinds[], newer: RunKinds): RunKinds | undefined {
  return runs.slice(0, runs.indexOf(newer)).findLast(({records}) => records > 0);
}

/** What the newer run has that the older lacked, has much more of, and lacks. Errors and warnings first. */
export function compareRuns(older: RunKinds, newer: RunKinds): readonly KindChange[] {
  const changes: KindChange[] = [];
  for (const [key, {count: now, ...kind}] of newer.kinds) {
    const before = older.kinds.get(key)?.count ?? 0;
    if (before === 0) changes.push({change: 'new', ...kind, before, now});
    else if (now >= moreAtLeast && now / hoursOf(newer) >= (moreTimes * before) / hoursOf(older)) {
      changes.push({change: 'more', ...kind, before, now});
    }
  }
  for (const [key, {count: before, ...kind}] of older.kinds) {
    if (!newer.kinds.has(key)) changes.push({change: 'gone', ...kind, before, now: 0});
  }
  return changes.sort(
    (a, b) => weightOf(a) - weightOf(b) || b.now - a.now || b.before - a.before || a.firstId - b.firstId,
  );
}

const changes: readonly KindChange['change'][] = ['new', 'more', 'gone'];

/** Of errors new, more, gone; then of warnings; then of all others. */
function weightOf({level, change}: KindChange): number {
  const rank = level === 'ERROR' ? 0 : level === 'WARN' ? 1 : 2;
  return rank * changes.length + changes.indexOf(change);
}

export function hoursOf({span}: RunKinds): number {
  return Math.max(leastHours, span === undefined ? 0 : (span.to - span.from) / hour);
}
