import type {LeavingSegment} from '../buffer/cold-store.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import {type Batch, type PendingState, type Place, type TapState, TapWalk} from './tap-walk.ts';

/** Entries of the buffer whose bytes follow each other in the recording too. */
type Span = {readonly firstId: number; readonly delta: number; endId: number};

/** How much to take. `fileFrom`: where the file that is being written begins. */
export type TakeOptions = {
  readonly maxBytes: number;
  readonly fileFrom: number;
  /** The file is full from so many bytes on; it ends with a block. */
  readonly fileBytes: number;
  /** How to go on with the log at the end of the buffer. */
  readonly state: () => unknown;
  /** It is the last batch. */
  readonly isLast: boolean;
};

/**
 * Follows a log buffer and says what of it is to be written next: the buffer is the queue of the recording. What the
 * buffer had to drop before it was taken is noted as missing. Batches are written in order; after one that could not
 * be, all from there on are taken again.
 */
export class BufferTap {
  readonly #buffer: LogBuffer;
  readonly #wall: () => number;
  #taken: TapState;
  #written: TapState;
  #states: PendingState[] = [];
  #statesNoted: number;
  readonly #spans: Span[];

  constructor(options: {buffer: LogBuffer; wall: () => number; start: TapState}) {
    const {start} = options;
    this.#buffer = options.buffer;
    this.#wall = options.wall;
    this.#taken = start;
    this.#written = start;
    this.#statesNoted = start.states;
    this.#spans = [{...start.span, endId: start.id}];
  }

  /** Everything before this place is written. */
  get written(): TapState {
    return this.#written;
  }

  /** There is nothing to take. */
  get isDry(): boolean {
    const {id, within, states, marker} = this.#taken;
    const end = endOf(this.#buffer);
    const isCorrected = marker !== undefined && (this.#buffer.markerAt(marker.id) ?? marker.marker) !== marker.marker;
    return id === end.id && within === end.within && states === this.#statesNoted && !isCorrected;
  }

  /** What the buffer gets from now on goes on with this state. `fresh`: nothing before is a reference for it. */
  noteState(state: unknown, fresh: boolean): void {
    this.#states.push({...endOf(this.#buffer), number: this.#statesNoted, state, fresh});
    this.#statesNoted += 1;
  }

  /** What is to be written next. */
  take({maxBytes, fileFrom, fileBytes, state, isLast}: TakeOptions): Batch {
    const walk = new TapWalk({buffer: this.#buffer, from: this.#taken, states: this.#states, wall: this.#wall()});
    walk.skipMissing();
    walk.correctMarker();
    let isFileFull = false;
    while (walk.bytes < maxBytes && !isFileFull && walk.takeSegment()) {
      walk.endFullBlock();
      isFileFull = !isLast && walk.endsLine && walk.at.offset - fileFrom >= fileBytes;
      if (isFileFull) walk.endBlock();
    }
    walk.takeStates();
    const end = endOf(this.#buffer);
    const isAtEnd = walk.at.id === end.id && walk.at.within === end.within;
    if (isAtEnd && (walk.wantsState || isLast)) walk.noteState(state(), false);
    const batch = {...walk.result, isFileFull};
    this.#taken = batch.end;
    return batch;
  }

  /** The batch is written. */
  commit({end}: Batch): void {
    this.#written = end;
    this.#states = this.#states.filter(({number}) => number >= end.states);
    const span = this.#spans.at(-1);
    if (span?.firstId === end.span.firstId) span.endId = end.id;
    else this.#spans.push({...end.span, endId: end.id});
  }

  /** What was taken and not committed is to be taken again. */
  rewind(): void {
    this.#taken = this.#written;
  }

  /** Where the bytes of a segment are in the recording, if they are all written. */
  offsetOf({firstId, endId, byteOffset}: LeavingSegment): number | undefined {
    const span = this.#spans.find((candidate) => candidate.firstId <= firstId && endId <= candidate.endId);
    return span && byteOffset - span.delta;
  }
}

/** The end of what a buffer holds. */
export function endOf(buffer: LogBuffer): Place {
  const {endId, hasOpenLine} = buffer;
  return hasOpenLine ? {id: endId - 1, within: buffer.lineAt(endId - 1)?.length ?? 0} : {id: endId, within: 0};
}
