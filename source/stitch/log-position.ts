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

/** What has to be known, beside the end of the log, to go on with it in another run. Plain data. */
export type LogPosition = EpochState & {readonly count: EntryCountState};

/** A log that an earlier run has written down. */
export type StitchPast = {
  readonly state: LogPosition;
  /** The log's bytes since that state. */
  readonly since: Uint8Array;
  /** The end of the log as far as it is a reference, as much as a ring can hold; begins a line. */
  readonly tail: Uint8Array;
  /** Unix time in ms of the last byte. */
  readonly appendedAt: number;
};

const nothing = new Uint8Array(0);

/** A number known to lie between two bounds, both included. */
export type Range = {readonly min: number; readonly max: number};

/** Where a count stands, as it can be written down: `partial` holds one character a byte; no `form`: `manager`. */
type EntryCountState = Range & {
  readonly open: boolean;
  readonly partial: string;
  readonly form?: 'control-plane';
};

/** Nothing is known, which is always true: then the bytes alone decide where a log goes on. */
export const unknownCount: EntryCountState = {min: 0, max: Number.MAX_SAFE_INTEGER / 2, open: false, partial: ''};

/**
 * Counts the entries in a stream of lines: the index of the next entry not yet received in full, as a range.
 *
 * The server counts entries, and the wire shows lines. A pipeline's line is an entry each. A runner's entry may be
 * several lines: it begins with `[manager] ` and ends with the id and name suffix. But a pipeline can print a line that
 * looks like such a beginning, so until a suffix comes each line may be an entry (max) or a part of one (min).
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
  /** The first line of a runner's entry came, and not its end: an entry may be unfinished. */
  #open = false;
  /** The unfinished line; of a long one only the two ends, which are all that is looked at. */
  #partial: Uint8Array = nothing;

  /** @param index absolute index of the entry that the first pushed byte begins */
  constructor(index: number, form: RunnerForm = 'manager') {
    this.#form = form;
    this.#prefix = runnerPrefix(form);
    this.#min = index;
    this.#max = index;
  }

  /** Goes on from where another count stood. */
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

  /** As `range.min`, and the entry with it that may have ended already, as only the next record will show. */
  get minWithOpen(): number {
    return this.#open && this.#form === 'control-plane' ? this.#min + 1 : this.#min;
  }

  /** Counts on, over bytes in any chunking. `newlines`: where they are in the bytes. */
  append(bytes: Uint8Array, newlines = newlinesIn(bytes)): void {
    const prefix = this.#prefix;
    // The first letter tells nearly every line of a pipeline.
    const letter = prefix[1];
    let start = 0;
    for (const end of newlines) {
      if (this.#open || this.#partial.length > 0 || (bytes[start + 1] === letter && standsAt(bytes, start, prefix))) {
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
    if (this.#form === 'manager')
      this.#open = (this.#open || standsAt(line, 0, this.#prefix)) && !endsManagerEntry(line);
    else this.#noteRecord(line);
    this.#max++;
    if (!this.#open) this.#min++;
  }

  /** In `control-plane` form: what a line ends, and what it begins. */
  #noteRecord(line: Uint8Array): void {
    const begun = readRecordHead(line);
    if (begun === undefined) return;
    if (this.#open) this.#min++;
    this.#open = begun === 'open-entry';
  }

  #joined(bytes: Uint8Array): Uint8Array {
    return this.#partial.length === 0 ? bytes : Buffer.concat([this.#partial, bytes]);
  }
}

function standsAt(bytes: Uint8Array, start: number, prefix: Uint8Array): boolean {
  for (let index = 0; index < prefix.length; index++) {
    if (bytes[start + index] !== prefix[index]) return false;
  }
  return true;
}

function bothEnds(line: Uint8Array): Uint8Array {
  if (line.length <= 2 * maxProtocolLine) return new Uint8Array(line);
  return Buffer.concat([line.subarray(0, maxProtocolLine), line.subarray(-maxProtocolLine)]);
}

/** A life as it can be written down. Plain data. */
type EpochState = {
  /** The fresh start line of the life, one character a byte. */
  readonly life?: string;
  /** Nobody knows which life it was: a fresh start proves nothing. */
  readonly isLifeUnknown?: true;
  readonly pipelineId?: string;
};

/** Why what comes is of another life than what we had. */
type NewLifeCause = Extract<MarkerKind, {kind: 'new-life'}>['because'];

/**
 * Which life of a server's log we follow: that of one pipeline, from one fresh start on. The line of a fresh start has a
 * time in it, and so names the life; we see it only while nothing has been discarded. Before Feldera 0.207 neither it nor
 * the discard notice has the pipeline's id: then the caller's counts.
 */
export class LogEpoch {
  #freshStart: Uint8Array | undefined;
  #isUnknown = false;
  #pipelineId: string | undefined;
  /** No line told the id: the caller knew it before the life was seen, perhaps of the pipeline before. */
  #isIdUnsure = false;
  /** The first line of the body that was read last does not name the pipeline. */
  #isNameless = false;
  /** Another id, by the caller alone, of a body whose place is not decided yet. */
  #otherId: string | undefined;

  /** Id of the pipeline: what the server's own line said, else what the caller knew. */
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

  /** A life begins, or an unknown one turned out to have begun so; undefined: before anything that we saw. */
  start(freshStart: Uint8Array | undefined): void {
    this.#freshStart = freshStart;
    this.#isUnknown = false;
  }

  /**
   * A body has found its place. If the life was unknown, its fresh start is the one that this body showed. `isProved`:
   * it is the same life for certain, so what was known of it holds.
   */
  goOn(freshStart: Uint8Array | undefined, isProved: boolean): void {
    this.#pipelineId = this.#otherId ?? this.#pipelineId;
    this.#otherId = undefined;
    if (!isProved && this.#isNameless) this.#isIdUnsure = true;
    if (this.#isUnknown) this.start(freshStart);
  }

  /** The body that was read last does not say which pipeline it is of. */
  get isNameless(): boolean {
    return this.#isNameless;
  }

  /** Nobody has told the id since the life was seen. */
  get lacksId(): boolean {
    return this.#isNameless && (this.#pipelineId === undefined || this.#isIdUnsure);
  }

  /** The id of the pipeline whose log is read now, asked for meanwhile. It counts where no line told it. */
  setPipelineId(pipelineId: string): void {
    if (this.lacksId) this.#pipelineId = pipelineId;
    this.#isIdUnsure = false;
  }

  /** If no fresh start was seen, nobody knows which life it was. */
  doubt(): void {
    this.#isUnknown ||= this.#freshStart === undefined;
  }

  /**
   * Why the first line of a body alone proves another life, if it does. Keeps its id for the next time; `callerId`: the
   * pipeline's id as the caller knows it, for a line that has none.
   */
  otherLife({freshStart, pipelineId, form}: BodyStart, callerId: string | undefined): NewLifeCause | undefined {
    const before = this.#pipelineId;
    const id = pipelineId ?? callerId ?? before;
    const hasOtherId = before !== undefined && before !== id;
    this.#isNameless = form === 'control-plane';
    this.#otherId = undefined;
    if (this.isProvedBy(freshStart)) {
      this.#pipelineId = id;
      if (this.#isFreshStart(freshStart)) return undefined;
      // Entry 0 is in the ring again: in the same life, it would be the one that we saw as entry 0.
      this.#isIdUnsure = this.#isNameless;
      return hasOtherId ? 'created-again' : 'restarted';
    }
    if (hasOtherId && this.#isNameless) {
      // The caller may have learnt late what the log has shown before: the bytes decide.
      this.#otherId = id;
      return undefined;
    }
    this.#pipelineId = id;
    if (before === undefined || !this.#isNameless) this.#isIdUnsure = this.#isNameless;
    return hasOtherId && !this.#isNameless ? 'created-again' : undefined;
  }

  /** Only the bytes can tell whether a body is of another life. What that would come from. */
  get suspected(): NewLifeCause {
    return this.#otherId === undefined ? 'cleared' : 'created-again';
  }

  /** The caller says that a body is of another pipeline than the life, whose id was certain. */
  get isDoubted(): boolean {
    return this.#otherId !== undefined && !this.#isIdUnsure;
  }

  /** Whether a fresh start that is not of another life proves that it is of this one. */
  isProvedBy(freshStart: Uint8Array | undefined): boolean {
    return freshStart !== undefined && !this.#isUnknown;
  }

  #isFreshStart(line: Uint8Array | undefined): boolean {
    return line !== undefined && this.#freshStart !== undefined && Buffer.from(this.#freshStart).equals(line);
  }
}

/**
 * The stitch's state as a recording holds it. What is missing or damaged there makes the count unknown, which is always
 * true: then the bytes alone decide where the log goes on.
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
