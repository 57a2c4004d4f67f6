import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import {countLoss, type LossCount, noLosses, type OutputStream, sumOfLosses} from '../../engine/buffer/markers.ts';
import {streamLostIn} from '../../engine/logs/log-states.ts';
import {
  type ConfigurationChange,
  changeSteps,
  type ShownChange,
  shownSteps,
} from '../../engine/program/configuration.ts';
import {fingerprintOf} from '../../engine/records/fingerprint.ts';
import {withShortMessage} from '../../engine/records/json-members.ts';
import type {Level} from '../../engine/records/level.ts';
import {isPanicLine, isRunnerLine, runnerMessage} from '../../engine/records/line-kind.ts';
import {awaitsMessage} from '../../engine/records/panic.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import type {Run} from '../../engine/records/runs.ts';
import {endpointIn, errorFingerprint, PendingSuppressed, suppressedIn} from '../../engine/records/suppressed.ts';
import {runAtOnce} from '../../lib/slices.ts';
import {type RunConfiguration, RunConfigurations} from './run-configurations.ts';

/** Records of one run that are alike, as `f` sees them, by the first 8 KiB of their first line. */
type KindOfRecord = {
  readonly level: Level | undefined;
  readonly count: number;
  /** Errors of connectors that are not in the log, as lines of it report. */
  readonly suppressed: number;
  /** Id of the first of them; it may have left the buffer. */
  readonly firstId: number;
  /** Bytes of its first line, at most 4 KiB; of a panic its text (`panicText`). */
  readonly example: Uint8Array;
};

/** Records of one run by their kinds, and what else the log tells of it. */
export type RunProfile = {
  /** Number as the header of the log counts: the oldest run is 1. */
  readonly number: number;
  readonly run: Run;
  readonly kinds: ReadonlyMap<number, KindOfRecord>;
  readonly records: number;
  /** Unix time in ms of the first and the last record; undefined: none has a time. */
  readonly span: {readonly from: number; readonly to: number} | undefined;
  /** Has more kinds of these ranks than are kept: those that came later are missing. */
  readonly full: ReadonlySet<Rank>;
  readonly configuration: RunConfiguration;
  /** The first record that tells of its end by a failure, as an example of it; undefined: there is none. */
  readonly failure: Uint8Array | undefined;
  /** Losses of its lines: kinds of records that it lacks may be among them. */
  readonly losses: LossCount;
  /** Why streams of its process were lost, by the stream. */
  readonly lostStreams: ReadonlyMap<OutputStream, string>;
};

/** Errors and warnings are kept even where each other line is of its own kind. */
type Rank = 'problem' | 'other';

/** Records of a kind in a run, and errors besides them that are not in the log. */
type Times = Pick<KindOfRecord, 'count' | 'suppressed'>;

/**
 * `more`: at least three times as frequent an hour, and ten times or more, errors that are not in the log included. Level,
 * example and the id of the first one are of the newer run; of the older one, if it is gone.
 */
export type GroupChange = Pick<KindOfRecord, 'level' | 'firstId' | 'example'> & {
  readonly change: 'new' | 'more' | 'gone';
  readonly before: Times;
  readonly now: Times;
};

const mostExample = 4096;
/** Bytes of a line by which its kind is known: 64 KiB of JSON take 20 ms the first time. */
const mostRead = 8192;
/** Kinds of a rank that are kept of a run: more than a user reads. */
export const mostKinds = 2000;
/** Cost of an entry in bytes, added to its own bytes. */
const entryCost = 160;
/** A run of a few seconds has no rate: it counts as a minute. */
const leastHours = 1 / 60;
const hour = 3_600_000;
/** Entries after a panic among which its message is. */
const mostAfterPanic = 50;
const moreTimes = 3;
const moreAtLeast = 10;

type Found = Omit<RunProfile, 'number' | 'kinds' | 'full' | 'configuration' | 'lostStreams'>;

/** A run as far as it was counted. */
type CountedRun = {-readonly [Part in keyof Found]: Found[Part]} & {
  readonly kinds: Map<number, KindOfRecord>;
  /** Number of `kinds` of each rank. */
  readonly kept: Record<Rank, number>;
  readonly full: Set<Rank>;
  /** Errors that the log has told of, and whose connector's next error has yet to come. */
  readonly pending: PendingSuppressed;
  readonly lostStreams: Map<OutputStream, string>;
};

/**
 * Counts the kinds of records in each run of a log, in steps. The buffer may drop entries that were counted: a recording
 * larger than the memory is counted while it is read.
 */
export class RunCounter {
  readonly #buffer: LogBuffer;
  readonly #index: RecordIndex;
  /** Counted runs, by the id of their first entry. */
  readonly #runs = new Map<number, CountedRun>();
  readonly #configurations: RunConfigurations;
  /** Entries below were counted. */
  #next: number;
  /** The run of the last entry that was counted, by its first entry. */
  #newest: number | undefined;
  /** A panic at the end of what was read: its message has not come yet. */
  #unfinished: number | undefined;

  constructor({buffer, index}: {readonly buffer: LogBuffer; readonly index: RecordIndex}) {
    this.#buffer = buffer;
    this.#index = index;
    this.#next = buffer.firstId;
    this.#configurations = new RunConfigurations({buffer, index});
  }

  /** Entries below were counted. */
  get countedTo(): number {
    return this.#next;
  }

  /** Counts about `maxBytes` more. True: all entries that are complete have been counted; an open line waits for its end. */
  step(maxBytes: number): boolean {
    const end = Math.min(this.#index.indexedTo, this.#buffer.endedTo);
    this.#next = Math.max(this.#next, this.#buffer.firstId);
    if (this.#next < end) this.#countUnfinished();
    let left = this.#configurations.step(maxBytes);
    for (; this.#next < end && left > 0; this.#next++) left -= entryCost + this.#add(this.#next);
    if (left > 0) left = this.#configurations.step(left);
    this.#keepFailures();
    return this.#next >= end && left > 0;
  }

  /** Counted runs, oldest first; the newest state and end of each are taken from the index. */
  get runs(): readonly RunProfile[] {
    this.#countUnfinished();
    this.#moveTakenBack();
    const now = new Map(this.#index.runs.map((run) => [run.firstId, run]));
    this.#keepFailures();
    // The index has dropped the oldest, and may have taken back one that only the list told of.
    const oldest = this.#index.runs[0]?.firstId ?? Number.POSITIVE_INFINITY;
    const counted = [...this.#runs.values()].filter(({run: {firstId}}) => firstId < oldest || now.has(firstId));
    return counted.map((each, place) => ({
      ...each,
      run: now.get(each.run.firstId) ?? each.run,
      number: place + 1,
      configuration: this.#configurations.of(each.run.firstId),
    }));
  }

  /** Keeps a text of each run's failure, while that is in the buffer. */
  #keepFailures(): void {
    for (const {firstId, failures = []} of this.#index.runs) {
      const counted = this.#runs.get(firstId);
      const [first] = failures;
      if (!counted || counted.failure || first === undefined) continue;
      const text = this.#index.firstTextOf(first);
      if (text && !isUnfinished(text)) counted.failure = Uint8Array.from(text.subarray(0, mostExample));
    }
  }

  /** Returns the bytes that were read. */
  #add(id: number): number {
    const index = this.#index;
    const run = index.runAt(id);
    if (!run) return 0;
    if (run.firstId !== this.#newest) this.#moveTakenBack();
    this.#newest = run.firstId;
    const counted = this.#runs.get(run.firstId) ?? newRun(run);
    counted.run = run;
    this.#runs.set(run.firstId, counted);
    const marker = this.#buffer.markerAt(id);
    if (marker) counted.losses = countLoss(counted.losses, marker, id);
    if (marker || index.headOf(id) !== id) return 0;
    const line = index.firstTextOf(id);
    if (!line) return 0;
    this.#configurations.add(id, line, run.firstId);
    if (isUnfinished(line) && index.indexedTo - id < mostAfterPanic) {
      this.#unfinished = id;
      return line.length;
    }
    this.#count(id, line, counted);
    return line.length;
  }

  #countUnfinished(): void {
    const id = this.#unfinished;
    this.#unfinished = undefined;
    const run = id === undefined ? undefined : this.#index.runAt(id);
    const counted = run && this.#runs.get(run.firstId);
    const line = id === undefined ? undefined : this.#index.firstTextOf(id);
    if (id !== undefined && line && counted) this.#count(id, line, counted);
  }

  #count(id: number, line: Uint8Array, counted: CountedRun): void {
    const index = this.#index;
    const level = index.levelAt(id);
    // Each run has the runner's transitions; one that goes on has no end yet.
    const isRunners = (level === 'INFO' || level === 'ERROR') && isRunnerLine(line, 0, line.length);
    if (level === 'INFO' && isRunners) return;
    const lost = isRunners ? streamLostIn(runnerMessage(Buffer.from(line)) ?? '') : undefined;
    if (lost) counted.lostStreams.set(lost.stream, lost.why);
    counted.records += 1;
    const at = index.timeAt(id);
    if (at !== undefined) counted.span = joinedSpan(counted.span, {from: at, to: at});
    const read = shortened(line);
    const report = level === 'INFO' ? suppressedIn(read) : undefined;
    if (report) {
      counted.pending.add(report);
      return;
    }
    const endpoint = level === 'ERROR' ? endpointIn(read) : undefined;
    const suppressed = level === 'ERROR' ? counted.pending.take(read, endpoint).count : 0;
    const key = level === 'ERROR' ? errorFingerprint(read, endpoint ?? '') : fingerprintOf(read);
    addKind(counted, key, {level, count: 1, suppressed, firstId: id, example: line});
  }

  /**
   * Moves the counts of runs that only the list told of, and that the log took back, to the runs with their entries.
   */
  #moveTakenBack(): void {
    if (this.#newest === undefined || this.#index.runAt(this.#newest)?.firstId === this.#newest) return;
    for (const firstId of [...this.#runs.keys()].toReversed()) {
      const counted = this.#runs.get(firstId);
      const run = this.#index.runAt(firstId);
      if (!counted || !run || run.firstId === firstId) return;
      this.#newest = run.firstId;
      const into = this.#runs.get(run.firstId) ?? newRun(run);
      this.#runs.delete(firstId);
      this.#runs.set(run.firstId, into);
      for (const [key, kind] of counted.kinds) addKind(into, key, kind);
      into.records += counted.records;
      into.span = joinedSpan(into.span, counted.span);
      into.failure ??= counted.failure;
      into.losses = sumOfLosses(into.losses, counted.losses);
      for (const [stream, why] of counted.lostStreams) into.lostStreams.set(stream, why);
    }
  }
}

/** `added.example`: copied, if it is the first one of its kind. */
function addKind({kinds, kept, full}: CountedRun, key: number, added: KindOfRecord): void {
  const kind = kinds.get(key);
  const rank = rankOf(added.level);
  const {count, suppressed} = added;
  if (kind) kinds.set(key, {...kind, count: kind.count + count, suppressed: kind.suppressed + suppressed});
  else if (kept[rank] === mostKinds) full.add(rank);
  else {
    kept[rank] += 1;
    kinds.set(key, {...added, example: Uint8Array.from(added.example.subarray(0, mostExample))});
  }
}

function joinedSpan(a: RunProfile['span'], b: RunProfile['span']): RunProfile['span'] {
  return a && b ? {from: Math.min(a.from, b.from), to: Math.max(a.to, b.to)} : (a ?? b);
}

/** Tells whether it is a panic whose message is not known. */
function isUnfinished(text: Uint8Array): boolean {
  return isPanicLine(text, 0, text.length) && awaitsMessage(text);
}

function shortened(line: Uint8Array): Uint8Array {
  return line.length <= mostRead ? line : withShortMessage(line, mostRead).subarray(0, mostRead);
}

function newRun(run: Run): CountedRun {
  const kept = {problem: 0, other: 0};
  const pending = new PendingSuppressed();
  const found = {records: 0, span: undefined, failure: undefined, losses: noLosses, lostStreams: new Map()};
  return {run, kinds: new Map(), kept, full: new Set(), pending, ...found};
}

function rankOf(level: Level | undefined): Rank {
  return level === 'ERROR' || level === 'WARN' ? 'problem' : 'other';
}

/** Two runs of a pipeline, and in what they differ. */
export type ComparedRuns = {
  readonly pipeline: string;
  readonly older: RunProfile;
  readonly newer: RunProfile;
  readonly configuration: ComparedConfigurations;
  readonly changes: readonly GroupChange[];
};

type TwoRuns = Pick<ComparedRuns, 'pipeline' | 'older' | 'newer'>;

export function comparedRuns(runs: TwoRuns): ComparedRuns {
  return runAtOnce(comparedSteps(runs));
}

/** Compares runs in steps of less than a frame. */
export function* comparedSteps(runs: TwoRuns): Generator<void, ComparedRuns, void> {
  const {older, newer} = runs;
  const configuration = yield* configurationSteps(older, newer);
  return {...runs, configuration, changes: yield* kindSteps(older, newer)};
}

/** The run to compare one with: the last before it that has records. A start that failed at once has none. */
export function runBefore(runs: readonly RunProfile[], newer: RunProfile): RunProfile | undefined {
  return runs.slice(0, runs.indexOf(newer)).findLast(({records}) => records > 0);
}

/**
 * Finds the kinds that the newer run has and the older lacked, those it has much more of, and those it lacks. Errors
 * and warnings come first. It works in steps of a kind: thousands of both runs take longer than a frame.
 */
function* kindSteps(older: RunProfile, newer: RunProfile): Generator<void, readonly GroupChange[], void> {
  const changeOf = (before: Times, now: Times, rank: Rank): GroupChange['change'] | undefined => {
    // One that a run lacks may be among those that are not kept.
    if (before === none) return older.full.has(rank) ? undefined : 'new';
    if (now === none) return newer.full.has(rank) ? undefined : 'gone';
    const isMore = allOf(now) / hoursOf(newer) >= (moreTimes * allOf(before)) / hoursOf(older);
    return isMore && allOf(now) >= moreAtLeast ? 'more' : undefined;
  };
  const changes: GroupChange[] = [];
  for (const [key, kind] of new Map([...older.kinds, ...newer.kinds])) {
    yield;
    const {level, firstId, example} = kind;
    const [before = none, now = none] = [older.kinds.get(key), newer.kinds.get(key)];
    const change = changeOf(before, now, rankOf(level));
    if (change) changes.push({change, level, firstId, example, before, now});
  }
  yield;
  return changes.sort(
    (a, b) =>
      weightOf(a) - weightOf(b) ||
      allOf(b.now) - allOf(a.now) ||
      allOf(b.before) - allOf(a.before) ||
      a.firstId - b.firstId,
  );
}

const none: Times = {count: 0, suppressed: 0};

/** All of them, in the log or not. */
function allOf({count, suppressed}: Times): number {
  return count + suppressed;
}

/** A change of a configuration, and as it may be shown. */
export type LeafChange = {
  readonly change: ConfigurationChange;
  readonly shown: ShownChange;
  /** The first line of the configuration that has it: of the newer run; of the older one, if it is gone. */
  readonly id: number;
};

/** Unknown, never the same, where one of the two is. */
type ComparedConfigurations =
  | {readonly kind: 'compared'; readonly changes: readonly LeafChange[]}
  | {readonly kind: 'unknown'};

/** Compares in steps of a leaf: a configuration may have thousands, and a long one. */
function* configurationSteps(
  {configuration: older}: Pick<RunProfile, 'configuration'>,
  {configuration: newer}: Pick<RunProfile, 'configuration'>,
): Generator<void, ComparedConfigurations, void> {
  if (older.kind === 'unknown' || newer.kind === 'unknown') return {kind: 'unknown'};
  const changes: LeafChange[] = [];
  for (const change of yield* changeSteps(older.value, newer.value)) {
    const id = change.now === undefined ? older.id : newer.id;
    changes.push({change, shown: yield* shownSteps(change), id});
  }
  return {kind: 'compared', changes};
}

const changes: readonly GroupChange['change'][] = ['new', 'more', 'gone'];

/** Returns the rank of a change: errors that are new, more, gone; then warnings; then all others. */
function weightOf({level, change}: GroupChange): number {
  const rank = level === 'ERROR' ? 0 : level === 'WARN' ? 1 : 2;
  return rank * changes.length + changes.indexOf(change);
}

function hoursOf({span}: RunProfile): number {
  return Math.max(leastHours, span === undefined ? 0 : (span.to - span.from) / hour);
}

/** Returns the rate of a kind in a run, with two decimals. */
export function perHour(times: Times, run: RunProfile): number {
  return Math.round((allOf(times) / hoursOf(run)) * 100) / 100;
}
