import type {LeavingSegment} from '../buffer/cold-segments.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Marker} from '../buffer/markers.ts';
import type {Fact, RecordedMarker} from './facts.ts';

/** Entries of the buffer whose bytes are contiguous in the recording, too. */
type Span = {readonly firstId: number; readonly delta: number; endId: number};

/** `fileFrom`: offset of the file that is being written. */
type ReadOptions = {
  readonly maxBytes: number;
  readonly fileFrom: number;
  /** The file is full from this size on, where a line ends. */
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
  /** Offset of the last place. */
  readonly placeAt: number;
  readonly nextMarker: number;
  /** An unknown number of lines is missing before this place. */
  readonly isBehindGap: boolean;
  /** The recording ends within a line whose rest is lost. */
  readonly isCut: boolean;
  /** The last marker that was read: it may still change. */
  readonly marker: {readonly id: number; readonly fact: RecordedMarker} | undefined;
  /** Number of the next pending state. */
  readonly states: number;
  /** Offset of the last state, and from where on the recording is a reference. */
  readonly stateAt: number;
  readonly since: number;
  /** From this entry on an offset in the buffer is `delta` more than in the recording. */
  readonly span: {readonly firstId: number; readonly delta: number};
};

export type Batch = {
  readonly facts: readonly Fact[];
  readonly chunks: readonly Uint8Array[];
  /** The file is full, and ends with a line. */
  readonly isFileFull: boolean;
  readonly end: TapPosition;
};

/** The state of the stitch at a place. `isEpochStart`: nothing before is a reference for what follows. */
type PendingState = BufferPosition & {readonly number: number; readonly state: unknown; readonly isEpochStart: boolean};

/**
 * Follows a log buffer and returns the next batch to write: the buffer is the queue of the recording. What the buffer
 * dropped before it was read is marked as missing. Batches are written in order; after a failed one, `rewind`.
 */
export class BufferTap {
  readonly #buffer: LogBuffer;
  readonly #wall: () => number;
  /** How far it was read, and written. */
  #at: TapPosition;
  #written: TapPosition;
  #states: PendingState[] = [];
  #nextState: number;
  readonly #spans: Span[];
  /** Of the batch that is being read. */
  #facts: Fact[] = [];
  #chunks: Uint8Array[] = [];

  constructor(options: {buffer: LogBuffer; wall: () => number; start: TapPosition}) {
    const {start} = options;
    this.#buffer = options.buffer;
    this.#wall = options.wall;
    this.#at = start;
    this.#written = start;
    this.#nextState = start.states;
    this.#spans = [{...start.span, endId: start.id}];
  }

  get written(): TapPosition {
    return this.#written;
  }

  get isEmpty(): boolean {
    const {id, within, states, marker} = this.#at;
    const end = endOf(this.#buffer);
    const {marker: known} = marker?.fact ?? {};
    const isCorrected = marker !== undefined && (this.#buffer.markerAt(marker.id) ?? known) !== known;
    return id === end.id && within === end.within && states === this.#nextState && !isCorrected;
  }

  /** The buffer's next bytes continue with this state. */
  setState(state: unknown, isEpochStart: boolean): void {
    this.#states.push({...endOf(this.#buffer), number: this.#nextState, state, isEpochStart});
    this.#nextState += 1;
  }

  read({maxBytes, fileFrom, fileBytes, state, isLast}: ReadOptions): Batch {
    this.#facts = [];
    this.#chunks = [];
    const begin = this.#at;
    this.#skipMissing();
    this.#correctMarker();
    let isFileFull = false;
    while (this.#at.offset - begin.offset < maxBytes && !isFileFull && this.#addSegment()) {
      isFileFull = !isLast && this.#at.within === 0 && this.#at.offset - fileFrom >= fileBytes;
    }
    this.#addStatesAt(this.#at.id, -this.#at.within);
    const end = endOf(this.#buffer);
    const isAtEnd = this.#at.id === end.id && this.#at.within === end.within;
    if (isAtEnd && (isLast || this.#at.offset - this.#at.stateAt >= stateEvery)) this.#addState(state(), false);
    return {facts: this.#facts, chunks: this.#chunks, end: this.#at, isFileFull};
  }

  commit({end}: Batch): void {
    this.#written = end;
    this.#states = this.#states.filter(({number}) => number >= end.states);
    const span = this.#spans.at(-1);
    if (span?.firstId === end.span.firstId) span.endId = end.id;
    else this.#spans.push({...end.span, endId: end.id});
  }

  rewind(): void {
    this.#at = this.#written;
  }

  /** Offset of a segment in the recording, if all of it is written. */
  offsetOf({firstId, endId, byteOffset}: LeavingSegment): number | undefined {
    const span = this.#spans.find((candidate) => candidate.firstId <= firstId && endId <= candidate.endId);
    return span && byteOffset - span.delta;
  }

  /** If the buffer has dropped the next lines: adds a marker, and continues with what the buffer holds. */
  #skipMissing(): void {
    const {firstId, droppedLines, totalBytes, byteLength} = this.#buffer;
    const isMissing = firstId > this.#at.id;
    if (!isMissing && !this.#at.isBehindGap) return;
    const isCut = this.#at.isCut || (isMissing && this.#at.within > 0);
    if (isCut) {
      this.#add(Buffer.from('\n'));
      this.#at = {...this.#at, line: this.#at.line + 1};
      this.#addMarker({kind: 'line-cut', at: this.#wall()});
    }
    const lines = this.#at.isBehindGap ? undefined : droppedLines - this.#at.lines - (isCut ? 1 : 0);
    this.#addMarker({kind: 'not-recorded', lines, at: this.#wall()});
    this.#addState(undefined, true);
    // Where nothing is missing, the newline that ended the cut line is not in the buffer.
    const place = isMissing
      ? {id: firstId, within: 0, lines: droppedLines, bytes: totalBytes - byteLength}
      : {id: this.#at.id, bytes: this.#at.bytes - (isCut ? 1 : 0)};
    const span = {firstId: place.id, delta: place.bytes - this.#at.offset};
    this.#at = {...this.#at, ...place, span, isBehindGap: false, isCut: false};
  }

  /** The writer of the buffer corrects its last marker when it learns more. */
  #correctMarker(): void {
    const {marker: last} = this.#at;
    const marker = last && this.#buffer.markerAt(last.id);
    if (!last || !marker || marker === last.fact.marker) return;
    const fact = {...last.fact, marker};
    this.#facts.push(fact);
    this.#at = {...this.#at, marker: {id: last.id, fact}};
  }

  /** Adds the rest of the next segment. False: there is nothing to add. */
  #addSegment(): boolean {
    const segment = this.#at.id < this.#buffer.endId ? this.#buffer.segmentAt(this.#at.id) : undefined;
    if (!segment) return false;
    const {firstId, endId, starts, bytes, open} = segment;
    const from = this.#at;
    const start = (starts[from.id - firstId] ?? bytes.length) + from.within;
    const openId = open ? endId - 1 : endId;
    let ended = 0;
    for (let id = from.id; id < endId; id++) {
      const entryStart = starts[id - firstId] ?? 0;
      const entryEnd = starts[id + 1 - firstId] ?? bytes.length;
      this.#addStatesAt(id, entryStart - start);
      const place = {offset: from.offset + entryStart - start, line: from.line + ended};
      const marker = entryStart === entryEnd ? this.#buffer.markerAt(id) : undefined;
      if (marker) {
        const fact = this.#addMarker(marker, place);
        this.#at = {...this.#at, marker: {id, fact}};
      } else if (id !== openId) ended += 1;
    }
    const length = bytes.length - start;
    if (length > 0) this.#add(Buffer.from(bytes.subarray(start)));
    const within = open ? bytes.length - (starts[openId - firstId] ?? 0) : 0;
    this.#at = {...this.#at, id: openId, within, line: from.line + ended, lines: from.lines + ended};
    this.#addPlace();
    return length > 0 || this.#at.id !== from.id;
  }

  /** Adds the pending states up to an entry, which begins `from` bytes after `at`. */
  #addStatesAt(id: number, from: number): void {
    for (const {number, id: stateId, within, state, isEpochStart} of this.#states) {
      if (number < this.#at.states || stateId > id) continue;
      this.#at = {...this.#at, states: number + 1};
      // A state before a gap is void after it.
      if (stateId === id && from + within >= 0) this.#addState(state, isEpochStart, this.#at.offset + from + within);
    }
  }

  /** Undefined: unknown, until the end of the buffer is read. */
  #addState(state: unknown, isEpochStart: boolean, offset = this.#at.offset): void {
    const since = isEpochStart ? offset : this.#at.since;
    this.#facts.push({kind: 'state', offset, since, state});
    this.#at = {...this.#at, stateAt: state === undefined ? Number.NEGATIVE_INFINITY : offset, since};
  }

  #addPlace(): void {
    const {offset, line, placeAt, within} = this.#at;
    if (within > 0 || offset - placeAt < placeEvery) return;
    this.#facts.push({kind: 'place', offset, line});
    this.#at = {...this.#at, placeAt: offset};
  }

  #addMarker(marker: Marker, {offset, line}: Pick<TapPosition, 'offset' | 'line'> = this.#at): RecordedMarker {
    const fact = {kind: 'marker', number: this.#at.nextMarker, offset, line, marker} as const;
    this.#facts.push(fact);
    this.#at = {...this.#at, nextMarker: fact.number + 1, marker: undefined};
    return fact;
  }

  #add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#at = {...this.#at, offset: this.#at.offset + chunk.length, bytes: this.#at.bytes + chunk.length};
  }
}

/** The buffer's end, within the open line if there is one. */
export function endOf(buffer: LogBuffer): BufferPosition {
  return {id: buffer.endedTo, within: buffer.lineAt(buffer.endedTo)?.length ?? 0};
}

/** Bytes between two places: what is read back at once. */
const placeEvery = 256 * 1024;
/** Bytes between two states: about the most that the next start has to count again. */
const stateEvery = 256 * 1024;
