import type {MarkerKind} from '../buffer/markers.ts';
import {newlinesIn} from '../buffer/segment.ts';
import {fieldOf} from '../lib/json.ts';
import {
  type BodyStart,
  endsManagerEntry,
  maxProtocolLine,
  type RunnerForm,
  readRecordHead,
  runnerPrefix,
} from './server-lines.ts';

/** What a later run of pipetail needs, beside the end of the log, to continue it. Plain data. */
export type LogPosition = EpochState & {readonly count: EntryCountState};

/** A log that an earlier run has recorded. */
export type StitchPast = {
  readonly state: LogPosition;
  /** The log's bytes since that state. */
  readonly since: Uint8Array;
  /** The end of the log, as much as a ring can hold, from the start of a line: the reference for a replay. */
  readonly tail: Uint8Array;
  /** Unix time in ms of the last byte. */
  readonly appendedAt: number;
};

/** A number between two bounds, both included. */
export type Range = {readonly min: number; readonly max: number};

/** `partial`: one character a byte. No `form`: `manager`. */
type EntryCountState = Range & {
  readonly open: boolean;
  readonly partial: string;
  readonly form?: 'control-plane';
};

/** Under the names that recordings have. */
type EpochState = {
  /** The fresh start line of the epoch, one character a byte. */
  readonly life?: string;
  /** The epoch is unknown: a fresh start proves nothing. */
  readonly isLifeUnknown?: true;
  readonly pipelineId?: string;
};

type NewEpochCause = Extract<MarkerKind, {kind: 'new-life'}>['because'];

const nothing = new Uint8Array(0);

/** Any number: the bytes alone decide where the log continues. */
export const unknownCount: EntryCountState = {min: 0, max: Number.MAX_SAFE_INTEGER / 2, open: false, partial: ''};

/**
 * Counts the entries in a stream of lines: the index of the next entry not yet received in full, as a range.
 *
 * The server counts entries, and the wire shows lines. Each line of a pipeline is an entry. An entry of the runner may
 * have several lines, from `[manager] ` to a suffix with id and name. A pipeline may print such a beginning, too: until
 * a suffix comes, each line may be an entry (max) or a part of one (min). Assumption: no inner line of a runner's
 * message ends in the suffix; else min is too high, never max.
 *
 * In `control-plane` form there is no suffix: an entry ends where the next record begins. Assumption: no inner line of
 * a runner's message begins like a record, with `[name] ` and a time.
 */
export class EntryCount {
  readonly #form: RunnerForm;
  readonly #prefix: Uint8Array;
  #min: number;
  #max: number;
  /** An entry of the runner began, and its end did not come. */
  #open = false;
  /** The unfinished line; of a long one only the two ends, since no more is read. */
  #partial: Uint8Array = nothing;

  /** `index`: absolute index of the entry that begins with the first byte. */
  constructor(index: number, form: RunnerForm = 'manager') {
    this.#form = form;
    this.#prefix = runnerPrefix(form);
    this.#min = index;
    this.#max = index;
  }

  static from({min, max, open, partial, form}: EntryCountState): EntryCount {
    const count = new EntryCount(min, form);
    count.#max = max;
    count.#open = open;
    count.#partial = Buffer.from(partial, 'latin1');
    return count;
  }

  get state(): EntryCountState {
    const partial = Buffer.from(this.#partial).toString('latin1');
    const form = this.#form;
    return {min: this.#min, max: this.#max, open: this.#open, partial, ...(form === 'control-plane' && {form})};
  }

  get form(): RunnerForm {
    return this.#form;
  }

  get range(): Range {
    return {min: this.#min, max: this.#max};
  }

  /** `range.min`; one more if the open entry may have ended, which only the next record shows. */
  get minWithOpen(): number {
    return this.#open && this.#form === 'control-plane' ? this.#min + 1 : this.#min;
  }

  /** `bytes`: in any chunking. `newlines`: their offsets in `bytes`. */
  append(bytes: Uint8Array, newlines = newlinesIn(bytes)): void {
    const prefix = this.#prefix;
    // The first letter shows that nearly every line is a pipeline's.
    const letter = prefix[1];
    let start = 0;
    for (let index = 0; index < newlines.length; index++) {
      const end = newlines[index] ?? 0;
      if (this.#open || this.#partial.length > 0 || (bytes[start + 1] === letter && hasAt(bytes, start, prefix))) {
        this.#countLine(this.#joined(bytes.subarray(start, end)));
        this.#partial = nothing;
      } else {
        this.#min++;
        this.#max++;
      }
      start = end + 1;
    }
    if (start < bytes.length) this.#partial = bothEnds(this.#joined(bytes.subarray(start)));
  }

  #countLine(line: Uint8Array): void {
    if (this.#form === 'manager') this.#open = (this.#open || hasAt(line, 0, this.#prefix)) && !endsManagerEntry(line);
    else this.#countRecord(line);
    this.#max++;
    if (!this.#open) this.#min++;
  }

  #countRecord(line: Uint8Array): void {
    const head = readRecordHead(line);
    if (head === undefined) return;
    if (this.#open) this.#min++;
    this.#open = head === 'open-entry';
  }

  #joined(bytes: Uint8Array): Uint8Array {
    return this.#partial.length === 0 ? bytes : Buffer.concat([this.#partial, bytes]);
  }
}

function hasAt(bytes: Uint8Array, start: number, prefix: Uint8Array): boolean {
  for (let index = 0; index < prefix.length; index++) {
    if (bytes[start + index] !== prefix[index]) return false;
  }
  return true;
}

function bothEnds(line: Uint8Array): Uint8Array {
  if (line.length <= 2 * maxProtocolLine) return new Uint8Array(line);
  return Buffer.concat([line.subarray(0, maxProtocolLine), line.subarray(-maxProtocolLine)]);
}

/**
 * The epoch of a log: its first line, the fresh start, has a time that identifies it, but is visible only while nothing
 * has been discarded. Before Feldera 0.207 no line has the pipeline's id: then the caller's counts.
 */
export class LogEpoch {
  #freshStart: Uint8Array | undefined;
  #isUnknown = false;
  #pipelineId: string | undefined;
  /** No line had the id: it is the caller's from before the epoch was seen, perhaps of the previous pipeline. */
  #isIdUnsure = false;
  /** The first line of the last body does not name the pipeline. */
  #isNameless = false;
  /** Another id, by the caller only, for a body whose place is not decided yet. */
  #otherId: string | undefined;

  /** From the server's own line, else from the caller. */
  get pipelineId(): string | undefined {
    return this.#pipelineId;
  }

  get state(): EpochState {
    const life = this.#freshStart && Buffer.from(this.#freshStart).toString('latin1');
    const pipelineId = this.#pipelineId;
    return {
      ...(life !== undefined && {life}),
      ...(this.#isUnknown && {isLifeUnknown: true}),
      ...(pipelineId !== undefined && {pipelineId}),
    };
  }

  resume({life, isLifeUnknown, pipelineId}: EpochState): void {
    this.#freshStart = life === undefined ? undefined : Buffer.from(life, 'latin1');
    this.#isUnknown = isLifeUnknown ?? false;
    this.#pipelineId = pipelineId;
  }

  /** An epoch begins, or the start of an unknown one was found; undefined: it began before all that we saw. */
  start(freshStart: Uint8Array | undefined): void {
    this.#freshStart = freshStart;
    this.#isUnknown = false;
  }

  /** A body has found its place; an unknown epoch gets its fresh start. `isProved`: epoch and id are the same. */
  continue(freshStart: Uint8Array | undefined, isProved: boolean): void {
    this.#pipelineId = this.#otherId ?? this.#pipelineId;
    this.#otherId = undefined;
    if (!isProved && this.#isNameless) this.#isIdUnsure = true;
    if (this.#isUnknown) this.start(freshStart);
  }

  get isNameless(): boolean {
    return this.#isNameless;
  }

  /** The id is unknown, or from before the epoch was seen. */
  get lacksId(): boolean {
    return this.#isNameless && (this.#pipelineId === undefined || this.#isIdUnsure);
  }

  /** Fetched while the log is read; used if no line had an id. */
  setPipelineId(pipelineId: string): void {
    if (this.lacksId) this.#pipelineId = pipelineId;
    this.#isIdUnsure = false;
  }

  /** Without a fresh start the epoch is unknown from now on. */
  doubt(): void {
    this.#isUnknown ||= this.#freshStart === undefined;
  }

  /** Undefined: the first line alone proves no other epoch. Stores its id. `callerId`: used if the line has none. */
  newEpochCause({freshStart, pipelineId, form}: BodyStart, callerId: string | undefined): NewEpochCause | undefined {
    const before = this.#pipelineId;
    const id = pipelineId ?? callerId ?? before;
    const hasOtherId = before !== undefined && before !== id;
    this.#isNameless = form === 'control-plane';
    this.#otherId = undefined;
    if (this.isProvedBy(freshStart)) {
      this.#pipelineId = id;
      if (this.#isFreshStart(freshStart)) return undefined;
      // Nothing was discarded: in the same epoch this would be our fresh start.
      this.#isIdUnsure = this.#isNameless;
      return hasOtherId ? 'created-again' : 'restarted';
    }
    if (hasOtherId && this.#isNameless) {
      // The caller's id may be late, or the log may still be that of the previous pipeline: the bytes decide.
      this.#otherId = id;
      return undefined;
    }
    this.#pipelineId = id;
    if (before === undefined || !this.#isNameless) this.#isIdUnsure = this.#isNameless;
    return hasOtherId && !this.#isNameless ? 'created-again' : undefined;
  }

  /** The cause of another epoch that only the bytes can prove. */
  get suspected(): NewEpochCause {
    return this.#otherId === undefined ? 'cleared' : 'created-again';
  }

  /** The caller's id of a body is not that of the epoch, which was certain. */
  get isDoubted(): boolean {
    return this.#otherId !== undefined && !this.#isIdUnsure;
  }

  /** A fresh start decides the epoch, unless ours is unknown. */
  isProvedBy(freshStart: Uint8Array | undefined): boolean {
    return freshStart !== undefined && !this.#isUnknown;
  }

  /** The line begins another epoch than ours. */
  isEndedBy(freshStart: Uint8Array | undefined): boolean {
    return this.isProvedBy(freshStart) && !this.#isFreshStart(freshStart);
  }

  #isFreshStart(line: Uint8Array | undefined): boolean {
    return line !== undefined && this.#freshStart !== undefined && Buffer.from(this.#freshStart).equals(line);
  }
}

/** `value`: from a recording. If its count is missing or damaged, the bytes alone decide where the log continues. */
export function readLogPosition(value: unknown, pipelineId: string | undefined): LogPosition {
  const count = fieldOf(value, 'count');
  const [min, max, partial] = [fieldOf(count, 'min'), fieldOf(count, 'max'), fieldOf(count, 'partial')];
  const form = fieldOf(count, 'form');
  const life = fieldOf(value, 'life');
  const id = fieldOf(value, 'pipelineId') ?? pipelineId;
  const hasCount = isIndex(min) && isIndex(max) && min <= max && typeof partial === 'string';
  return {
    count: hasCount
      ? {min, max, open: fieldOf(count, 'open') === true, partial, ...(form === 'control-plane' && {form})}
      : unknownCount,
    ...(hasCount && typeof life === 'string' && {life}),
    ...((!hasCount || fieldOf(value, 'isLifeUnknown') === true) && {isLifeUnknown: true as const}),
    ...(typeof id === 'string' && {pipelineId: id}),
  };
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
