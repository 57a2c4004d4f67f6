import type {LeavingSegment} from '../../buffer/cold-segments.ts';
import type {LogBuffer} from '../../buffer/log-buffer.ts';
import type {Marker} from '../../buffer/markers.ts';
import type {IndexFact} from './index-file.ts';

/** Entries of the buffer whose bytes are contiguous in the recording, too. */
type Span = {readonly firstId: number; readonly delta: number; endId: number};

/** `fileFrom`: offset of the file that is being written. */
type ReadOptions = {
  readonly maxBytes: number;
  readonly fileFrom: number;
  /** The file is full from this size on; it ends with a block. */
  readonly fileBytes: number;
  /** How the log continues at the end of the buffer. */
  readonly state: () => unknown;
  readonly isLast: boolean;
};

/** A place in a buffer: `within` bytes of the entry `id` are before it. */
export type BufferPosition = {readonly id: number; readonly within: number};

/** How far a buffer was read, and where that is in the recording. */
export type TapPosition = BufferPosition & {
  /** Ended lines, and bytes, that the buffer ever had before this place. */
  readonly lines: number;
  readonly bytes: number;
  /** The recording's own counts of bytes and ended lines. */
  readonly offset: number;
  readonly line: number;
  /** Start of the block that is not full yet. */
  readonly block: {readonly offset: number; readonly line: number};
  readonly nextMarker: number;
  /** An unknown number of lines is missing before this place. */
  readonly isBehindGap: boolean;
  /** The recording ends within a line whose rest is lost. */
  readonly isCut: boolean;
  /** The last marker that was read: it may still change. */
  readonly marker:
    | {readonly id: number; readonly marker: Marker; readonly fact: Extract<IndexFact, {kind: 'marker'}>}
    | undefined;
  /** Number of the next pending state. */
  readonly states: number;
  /** Offset of the last state. */
  readonly stateAt: number;
  /** From this entry on an offset in the buffer is `delta` more than in the recording. */
  readonly span: {readonly firstId: number; readonly delta: number};
};

export type Batch = {
  readonly facts: readonly IndexFact[];
  readonly chunks: readonly Uint8Array[];
  /** The file is full and ends with a block. */
  readonly isFileFull: boolean;
  readonly end: TapPosition;
};

/**
 * Follows a log buffer and returns the next batch to write: the buffer is the queue of the recording. What the buffer
 * dropped before it was read is marked as missing. Batches are written in order; after a failed one, `rewind`.
 */
export class BufferTap {
  readonly #buffer: LogBuffer;
  readonly #wall: () => number;
  #read: TapPosition;
  #written: TapPosition;
  #states: PendingState[] = [];
  #nextState: number;
  readonly #spans: Span[];

  constructor(options: {buffer: LogBuffer; wall: () => number; start: TapPosition}) {
    const {start} = options;
    this.#buffer = options.buffer;
    this.#wall = options.wall;
    this.#read = start;
    this.#written = start;
    this.#nextState = start.states;
    this.#spans = [{...start.span, endId: start.id}];
  }

  get written(): TapPosition {
    return this.#written;
  }

  get isEmpty(): boolean {
    const {id, within, states, marker} = this.#read;
    const end = endOf(this.#buffer);
    const isCorrected = marker !== undefined && (this.#buffer.markerAt(marker.id) ?? marker.marker) !== marker.marker;
    return id === end.id && within === end.within && states === this.#nextState && !isCorrected;
  }

  /** The buffer's next bytes continue with this state. `isEpochStart`: nothing before is a reference for them. */
  setState(state: unknown, isEpochStart: boolean): void {
    this.#states.push({...endOf(this.#buffer), number: this.#nextState, state, isEpochStart});
    this.#nextState += 1;
  }

  read({maxBytes, fileFrom, fileBytes, state, isLast}: ReadOptions): Batch {
    const batch = new TapBatch({buffer: this.#buffer, from: this.#read, states: this.#states, wall: this.#wall()});
    batch.skipMissing();
    batch.correctMarker();
    let isFileFull = false;
    while (batch.bytes < maxBytes && !isFileFull && batch.addSegment()) {
      batch.endFullBlock();
      isFileFull = !isLast && batch.endsLine && batch.at.offset - fileFrom >= fileBytes;
      if (isFileFull) batch.endBlock();
    }
    batch.addStates();
    const end = endOf(this.#buffer);
    const isAtEnd = batch.at.id === end.id && batch.at.within === end.within;
    if (isAtEnd && (batch.needsState || isLast)) batch.addState(state(), false);
    this.#read = batch.at;
    return {...batch.result, isFileFull};
  }

  commit({end}: Batch): void {
    this.#written = end;
    this.#states = this.#states.filter(({number}) => number >= end.states);
    const span = this.#spans.at(-1);
    if (span?.firstId === end.span.firstId) span.endId = end.id;
    else this.#spans.push({...end.span, endId: end.id});
  }

  rewind(): void {
    this.#read = this.#written;
  }

  /** Offset of a segment in the recording, if all of it is written. */
  offsetOf({firstId, endId, byteOffset}: LeavingSegment): number | undefined {
    const span = this.#spans.find((candidate) => candidate.firstId <= firstId && endId <= candidate.endId);
    return span && byteOffset - span.delta;
  }
}

/** The buffer's end, within the open line if there is one. */
export function endOf(buffer: LogBuffer): BufferPosition {
  return {id: buffer.endedTo, within: buffer.lineAt(buffer.endedTo)?.length ?? 0};
}

/** Bytes, about a segment of the scrollback: a block is read back at once. */
const fullBlock = 256 * 1024;
/** Bytes from which a full segment ends a block: then reading it back reads nothing else. */
const segmentBlock = 128 * 1024;
/** Bytes between two states: about the most that the next start has to count again. */
const stateEvery = 256 * 1024;

/** The state of the stitch at a place. */
type PendingState = BufferPosition & {readonly number: number; readonly state: unknown; readonly isEpochStart: boolean};

/** Builds one batch: the bytes that are new in a buffer, and the facts about them. */
class TapBatch {
  readonly #buffer: LogBuffer;
  readonly #states: readonly PendingState[];
  readonly #wall: number;
  readonly #facts: IndexFact[] = [];
  readonly #chunks: Uint8Array[] = [];
  bytes = 0;
  at: TapPosition;
  #hasGap = false;

  constructor(options: {buffer: LogBuffer; from: TapPosition; states: readonly PendingState[]; wall: number}) {
    this.#buffer = options.buffer;
    this.#states = options.states;
    this.#wall = options.wall;
    this.at = options.from;
  }

  get result(): Omit<Batch, 'isFileFull'> {
    return {facts: this.#facts, chunks: this.#chunks, end: this.at};
  }

  get endsLine(): boolean {
    return this.at.within === 0;
  }

  /** The last state is far back, or void. */
  get needsState(): boolean {
    return this.#hasGap || this.at.offset - this.at.stateAt >= stateEvery;
  }

  /** If the buffer has dropped the next lines: adds a marker, and continues with what the buffer holds. */
  skipMissing(): void {
    const {firstId, droppedLines, totalBytes, byteLength} = this.#buffer;
    const isMissing = firstId > this.at.id;
    if (!isMissing && !this.at.isBehindGap) return;
    const isCut = this.at.isCut || (isMissing && this.at.within > 0);
    if (isCut) {
      this.#add(Buffer.from('\n'));
      this.at = {...this.at, line: this.at.line + 1};
      this.#addMarker(undefined, {kind: 'line-cut', at: this.#wall});
    }
    const lines = this.at.isBehindGap ? undefined : droppedLines - this.at.lines - (isCut ? 1 : 0);
    this.#addMarker(undefined, {kind: 'not-recorded', lines, at: this.#wall});
    this.#facts.push({kind: 'gap', offset: this.at.offset});
    this.#hasGap = true;
    this.at = {...this.at, isBehindGap: false, isCut: false};
    if (!isMissing) {
      // The newline that ended the cut line is not in the buffer.
      this.at = {...this.at, bytes: this.at.bytes - (isCut ? 1 : 0)};
      this.at = {...this.at, span: {firstId: this.at.id, delta: this.at.bytes - this.at.offset}};
      return;
    }
    const bytes = totalBytes - byteLength;
    const span = {firstId, delta: bytes - this.at.offset};
    this.at = {...this.at, id: firstId, within: 0, lines: droppedLines, bytes, span};
  }

  /** The writer of the buffer corrects its last marker when it learns more. */
  correctMarker(): void {
    const {marker: last} = this.at;
    const now = last && this.#buffer.markerAt(last.id);
    if (!last || !now || now === last.marker) return;
    const fact = {...last.fact, marker: now};
    this.#facts.push(fact);
    this.at = {...this.at, marker: {id: last.id, marker: now, fact}};
  }

  /** Adds the rest of the next segment. False: there is nothing to add. */
  addSegment(): boolean {
    const segment = this.at.id < this.#buffer.endId ? this.#buffer.segmentAt(this.at.id) : undefined;
    if (!segment) return false;
    const {firstId, endId, starts, bytes, open} = segment;
    const from = this.at;
    const start = (starts[from.id - firstId] ?? bytes.length) + from.within;
    const openId = open ? endId - 1 : endId;
    let ended = 0;
    for (let id = from.id; id < endId; id++) {
      const entryStart = starts[id - firstId] ?? 0;
      const entryEnd = starts[id + 1 - firstId] ?? bytes.length;
      this.#addStatesAt(id, entryStart - start);
      if (entryStart === entryEnd) this.#addMarkerOf(id, from.offset + entryStart - start, from.line + ended);
      else if (id !== openId) ended += 1;
    }
    const length = bytes.length - start;
    if (length > 0) this.#add(Buffer.from(bytes.subarray(start)));
    const within = open ? bytes.length - (starts[openId - firstId] ?? 0) : 0;
    this.at = {...this.at, id: openId, within, line: from.line + ended, lines: from.lines + ended};
    return length > 0 || this.at.id !== from.id;
  }

  /** Adds the pending states up to this place. */
  addStates(): void {
    this.#addStatesAt(this.at.id, -this.at.within);
  }

  addState(state: unknown, isEpochStart: boolean, offset = this.at.offset): void {
    // JSON has no undefined: an unknown state is a gap.
    this.#facts.push(state === undefined ? {kind: 'gap', offset} : {kind: 'state', offset, fresh: isEpochStart, state});
    this.at = {...this.at, stateAt: offset};
  }

  endFullBlock(): void {
    const isSegmentFull = this.at.id < this.#buffer.endId;
    const length = this.at.offset - this.at.block.offset;
    if (this.endsLine && length >= (isSegmentFull ? segmentBlock : fullBlock)) this.endBlock();
  }

  endBlock(): void {
    const {offset, line, block} = this.at;
    const [length, lines] = [offset - block.offset, line - block.line];
    if (length > 0) this.#facts.push({kind: 'block', ...block, length, lines, at: this.#wall});
    this.at = {...this.at, block: {offset, line}};
  }

  /** `from`: start of the entry, in bytes from `at.offset`. */
  #addStatesAt(id: number, from: number): void {
    for (const {number, id: stateId, within, state, isEpochStart} of this.#states) {
      if (number < this.at.states || stateId > id) continue;
      this.at = {...this.at, states: number + 1};
      // A state before a gap is void after it.
      if (stateId === id && from + within >= 0) this.addState(state, isEpochStart, this.at.offset + from + within);
    }
  }

  #addMarkerOf(id: number, offset: number, line: number): void {
    const marker = this.#buffer.markerAt(id);
    if (!marker) return;
    const fact = this.#addMarker({offset, line}, marker);
    this.at = {...this.at, marker: {id, marker, fact}};
  }

  #addMarker(place: {offset: number; line: number} | undefined, marker: Marker): Extract<IndexFact, {kind: 'marker'}> {
    const {offset, line} = place ?? this.at;
    const fact = {kind: 'marker', number: this.at.nextMarker, offset, line, marker} as const;
    this.#facts.push(fact);
    this.at = {...this.at, nextMarker: fact.number + 1, marker: undefined};
    return fact;
  }

  #add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.bytes += chunk.length;
    this.at = {...this.at, offset: this.at.offset + chunk.length, bytes: this.at.bytes + chunk.length};
  }
}
