import {fieldOf} from '../../lib/json.ts';
import type {MarkerKind} from '../buffer/markers.ts';
import type {EntryCount} from './entry-count.ts';

/** Plain data that a later run of pipetail needs, beside the end of the log, to continue it. */
export type LogPosition = EpochState & {readonly count: EntryCount['state']};

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

/** Under the names that recordings have. */
type EpochState = {
  /** The fresh start line of the epoch, one character a byte. */
  readonly life?: string;
  /** The epoch is unknown: a fresh start proves nothing. */
  readonly isLifeUnknown?: true;
  readonly pipelineId?: string;
};

type NewEpochCause = Extract<MarkerKind, {kind: 'new-life'}>['because'];

/**
 * The epoch of a log: its first line, the fresh start, has a time that identifies it, but is visible only while nothing
 * has been discarded. The id of its pipeline is in either line with which a body begins.
 */
export class LogEpoch {
  #freshStart: Uint8Array | undefined;
  #isUnknown = false;
  #pipelineId: string | undefined;

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

  /** A body has found its place; an unknown epoch gets its fresh start. */
  continue(freshStart: Uint8Array | undefined): void {
    if (this.#isUnknown) this.start(freshStart);
  }

  /** Returns why a body that begins so is of another epoch; undefined: its start proves none. Takes over its id. */
  newEpochCause(freshStart: Uint8Array | undefined, pipelineId: string | undefined): NewEpochCause | undefined {
    const before = this.#pipelineId;
    this.#pipelineId = pipelineId ?? before;
    if (before !== undefined && before !== this.#pipelineId && !this.#isFreshStart(freshStart)) return 'created-again';
    // Nothing was discarded: in the same epoch this would be our fresh start.
    return this.isEndedBy(freshStart) ? 'restarted' : undefined;
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

/** Any number: the bytes alone decide where the log continues. */
const unknownCount: EntryCount['state'] = {min: 0, max: Number.MAX_SAFE_INTEGER / 2, open: false, partial: ''};

/** `value`: from a recording. If its count is missing or damaged, the bytes alone decide where the log continues. */
export function readLogPosition(value: unknown, pipelineId: string | undefined): LogPosition {
  const count = fieldOf(value, 'count');
  const [min, max, partial] = [fieldOf(count, 'min'), fieldOf(count, 'max'), fieldOf(count, 'partial')];
  const life = fieldOf(value, 'life');
  const id = fieldOf(value, 'pipelineId') ?? pipelineId;
  const hasCount = isIndex(min) && isIndex(max) && min <= max && typeof partial === 'string';
  return {
    count: hasCount ? {min, max, open: fieldOf(count, 'open') === true, partial} : unknownCount,
    ...(hasCount && typeof life === 'string' && {life}),
    ...((!hasCount || fieldOf(value, 'isLifeUnknown') === true) && {isLifeUnknown: true as const}),
    ...(typeof id === 'string' && {pipelineId: id}),
  };
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
