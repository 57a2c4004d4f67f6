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

/** What another run needs, beside the end of the log, to continue it. Plain data. */
export type LogPosition = EpochState & {readonly count: EntryCountState};

/** A log that an earlier run has recorded. */
export type StitchPast = {
  readonly state: LogPosition;
  /** The log's bytes since that state. */
  readonly since: Uint8Array;
  /** The end of the log as far as it is a reference, as much as a ring can hold; begins a line. */
  readonly tail: Uint8Array;
  /** Unix time in ms of the last byte. */
  readonly appendedAt: number;
};

/** A number between two bounds, both included. */
export type Range = {readonly min: number; readonly max: number};

/** A count as plain data: `partial` holds one character a byte; no `form`: `manager`. */
type EntryCountState = Range & {
  readonly open: boolean;
  readonly partial: string;
  readonly form?: 'control-plane';
};

/** An epoch as plain data, under the names that recordings have. */
type EpochState = {
  /** The fresh start line of the epoch, one character a byte. */
  readonly life?: string;
  /** It is unknown which epoch it was: a fresh start proves nothing. */
  readonly isLifeUnknown?: true;
  readonly pipelineId?: string;
};

/** Why what comes is of another epoch than what we had. */
type NewEpochCause = Extract<MarkerKind, {kind: 'new-life'}>['because'];

const nothing = new Uint8Array(0);

/** Any number: then the bytes alone decide where a log continues. */
export const unknownCount: EntryCountState = {min: 0, max: Number.MAX_SAFE_INTEGER / 2, open: false, partial: ''};

/**
 * Counts the entries in a stream of lines: the index of the next entry not yet received in full, as a range.
 *
 * The server counts entries, and the wire shows lines. Each line of a pipeline is an entry. A runner's entry may be several
 * lines: it begins with `[manager] ` and ends with the id and name suffix. But a pipeline can print a line that looks like
 * such a beginning, so until a suffix comes each line may be an entry (max) or a part of one (min).
 * One assumption: no runner's message quotes the suffix at the end of an inner line (then min is too high, never max).
 *
 * In `control-plane` form an entry has no suffix: it has ended when the next record begins. Until then each line may be
 * an entry or a part of one. There the assumption is that no inner line of a runner's message looks like the beginning
 * of a record, `[name] ` and a time.
 */
export class EntryCount {
  readonly #form: RunnerForm;
  readonly #prefix: Uint8Array;
  #min: number;
  #max: number;
  /** The first line of a runner's entry came, but not its end: an entry may be unfinished. */
  #open = false;
  /** The unfinished line; of a long one only the two ends, for no more is read of it. */
  #partial: Uint8Array = nothing;

  /** @param index absolute index of the entry that begins with the first byte */
  constructor(index: number, form: RunnerForm = 'manager') {
    this.#form = form;
    this.#prefix = runnerPrefix(form);
    this.#min = index;
    this.#max = index;
  }

  /** Continues another count. */
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

  /** `range.min`, or one more where an entry may have ended already, which only the next record will show. */
  get minWithOpen(): number {
    return this.#open && this.#form === 'control-plane' ? this.#min + 1 : this.#min;
  }

  /** Counts the entries of further bytes, in any chunking. `newlines`: where they are in the bytes. */
  append(bytes: Uint8Array, newlines = newlinesIn(bytes)): void {
    const prefix = this.#prefix;
    // By the first letter nearly every line is a pipeline's.
    const letter = prefix[1];
    let start = 0;
    for (const end of newlines) {
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

  /** In `control-plane` form: an entry ends where the next record begins. */
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
 * Which epoch of a server's log we follow: that of one pipeline, from one fresh start on. The line of a fresh start has a
 * time in it, and so names the epoch; we see it only while nothing has been discarded. Before Feldera 0.207 neither it nor
 * the discard notice has the pipeline's id: then the caller's counts.
 */
export class LogEpoch {
  #freshStart: Uint8Array | undefined;
  #isUnknown = false;
  #pipelineId: string | undefined;
  /** No line had the id: it is the caller's from before the epoch was seen, perhaps of the pipeline before. */
  #isIdUnsure = false;
  /** The first line of the last body does not name the pipeline. */
  #isNameless = false;
  /** Another id, only by the caller, of a body whose place is not decided yet. */
  #otherId: string | undefined;

  /** Id of the pipeline: from the server's own line, else from the caller. */
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

  /** An epoch begins, or an unknown one turned out to have begun so; undefined: before anything that we saw. */
  start(freshStart: Uint8Array | undefined): void {
    this.#freshStart = freshStart;
    this.#isUnknown = false;
  }

  /**
   * A body has found its place. If the epoch was unknown, its fresh start is that of this body. `isProved`: it is the same
   * epoch for certain, so its id holds.
   */
  continue(freshStart: Uint8Array | undefined, isProved: boolean): void {
    this.#pipelineId = this.#otherId ?? this.#pipelineId;
    this.#otherId = undefined;
    if (!isProved && this.#isNameless) this.#isIdUnsure = true;
    if (this.#isUnknown) this.start(freshStart);
  }

  /** The last body does not name its pipeline. */
  get isNameless(): boolean {
    return this.#isNameless;
  }

  /** The id is unknown, or from before the epoch was seen. */
  get lacksId(): boolean {
    return this.#isNameless && (this.#pipelineId === undefined || this.#isIdUnsure);
  }

  /** The id of the pipeline whose log is read now, fetched meanwhile. It counts where no line had it. */
  setPipelineId(pipelineId: string): void {
    if (this.lacksId) this.#pipelineId = pipelineId;
    this.#isIdUnsure = false;
  }

  /** If no fresh start was seen, the epoch is unknown from now on. */
  doubt(): void {
    this.#isUnknown ||= this.#freshStart === undefined;
  }

  /**
   * Why the first line of a body alone proves another epoch; undefined: it does not. Keeps its id for the next time.
   * `callerId`: the pipeline's id as the caller has it, for a line that has none.
   */
  newEpochCause({freshStart, pipelineId, form}: BodyStart, callerId: string | undefined): NewEpochCause | undefined {
    const before = this.#pipelineId;
    const id = pipelineId ?? callerId ?? before;
    const hasOtherId = before !== undefined && before !== id;
    this.#isNameless = form === 'control-plane';
    this.#otherId = undefined;
    if (this.isProvedBy(freshStart)) {
      this.#pipelineId = id;
      if (this.#isFreshStart(freshStart)) return undefined;
      // Entry 0 is in the ring again: in the same epoch, it would be the one that we saw as entry 0.
      this.#isIdUnsure = this.#isNameless;
      return hasOtherId ? 'created-again' : 'restarted';
    }
    if (hasOtherId && this.#isNameless) {
      // The caller's id may be late, and of what the log has shown before: the bytes decide.
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

  /** By the caller's id a body is of another pipeline than the epoch, whose id was certain. */
  get isDoubted(): boolean {
    return this.#otherId !== undefined && !this.#isIdUnsure;
  }

  /** Whether a fresh start that is not of another epoch proves that it is of this one. */
  isProvedBy(freshStart: Uint8Array | undefined): boolean {
    return freshStart !== undefined && !this.#isUnknown;
  }

  #isFreshStart(line: Uint8Array | undefined): boolean {
    return line !== undefined && this.#freshStart !== undefined && Buffer.from(this.#freshStart).equals(line);
  }
}

/**
 * The stitch's state as a recording holds it. What is missing or damaged there makes the count unknown: then the bytes
 * alone decide where the log continues.
 */
export function readLogPosition(value: unknown, pipelineId: string | undefined): LogPosition {
  const count = fieldOf(value, 'count');
  const [min, max, partial] = [fieldOf(count, 'min'), fieldOf(count, 'max'), fieldOf(count, 'partial')];
  const form = fieldOf(count, 'form');
  const life = fieldOf(value, 'life');
  const id = fieldOf(value, 'pipelineId') ?? pipelineId;
  const isKnown = isIndex(min) && isIndex(max) && min <= max && typeof partial === 'string';
  return {
    count: isKnown
      ? {min, max, open: fieldOf(count, 'open') === true, partial, ...(form === 'control-plane' && {form})}
      : unknownCount,
    ...(isKnown && typeof life === 'string' && {life}),
    ...((!isKnown || fieldOf(value, 'isLifeUnknown') === true) && {isLifeUnknown: true as const}),
    ...(typeof id === 'string' && {pipelineId: id}),
  };
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
