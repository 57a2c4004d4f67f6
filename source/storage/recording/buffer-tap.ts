import type {LeavingSegment} from '../../buffer/cold-segments.ts';
import type {LogBuffer} from '../../buffer/log-buffer.ts';
import type {Marker} from '../../buffer/markers.ts';
import type {IndexFact} from './index-file.ts';

/** Entries of the buffer whose bytes follow each other in the recording too. */
type Span = {readonly firstId: number; readonly delta: number; endId: number};

/** How much to take. `fileFrom`: where the file that is being written begins. */
type TakeOptions = {
  readonly maxBytes: number;
  readonly fileFrom: number;
  /** The file is full from so many bytes on; it ends with a block. */
  readonly fileBytes: number;
  /** How to go on with the log at the end of the buffer. */
  readonly state: () => unknown;
  /** It is the last batch. */
  readonly isLast: boolean;
};

/** A place in a buffer: so many bytes of the entry `id` are before it. */
export type Place = {readonly id: number; readonly within: number};

/** Up to where a buffer was taken, and where that is in the recording. */
export type TapPosition = Place & {
  /** Lines that ended, and bytes, that the buffer ever had before this place. */
  readonly lines: number;
  readonly bytes: number;
  /** The recording's own counts. */
  readonly offset: number;
  readonly line: number;
  /** Where the block began that is not full yet. */
  readonly block: {readonly offset: number; readonly line: number};
  readonly nextMarker: number;
  /** Something that nobody counted is missing in front of this place. */
  readonly isBehindGap: boolean;
  /** The recording ends within a line, which does not go on. */
  readonly isCut: boolean;
  /** The last marker that was taken: it may be corrected. */
  readonly marker:
    | {readonly id: number; readonly marker: Marker; readonly fact: Extract<IndexFact, {kind: 'marker'}>}
    | undefined;
  /** Number of the next pending state. */
  readonly states: number;
  /** Offset of the last state that was taken. */
  readonly stateAt: number;
  /** From this entry on, an offset in the buffer is `delta` more than the one in the recording. */
  readonly span: {readonly firstId: number; readonly delta: number};
};

export type Batch = {
  readonly facts: readonly IndexFact[];
  readonly chunks: readonly Uint8Array[];
  /** The file is as large as it should become, and ends with a block. */
  readonly isFileFull: boolean;
  readonly end: TapPosition;
};

/**
 * Follows a log buffer and says what of it is to be written next: the buffer is the queue of the recording. What the
 * buffer had to drop before it was taken is noted as missing. Batches are written in order; after one that could not
 * be, all from there on are taken again.
 */
export class BufferTap {
  readonly #buffer: LogBuffer;
  readonly #wall: () => number;
  #taken: TapPosition;
  #written: TapPosition;
  #states: PendingState[] = [];
  #statesNoted: number;
  readonly #spans: Span[];

  constructor(options: {buffer: LogBuffer; wall: () => number; start: TapPosition}) {
    const {start} = options;
    this.#buffer = options.buffer;
    this.#wall = options.wall;
    this.#taken = start;
    this.#written = start;
    this.#statesNoted = start.states;
    this.#spans = [{...start.span, endId: start.id}];
  }

  /** Everything before this place is written. */
  get written(): TapPosition {
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
  setState(state: unknown, fresh: boolean): void {
    this.#states.push({...endOf(this.#buffer), number: this.#statesNoted, state, fresh});
    this.#statesNoted += 1;
  }

  /** What is to be written next. */
  read({maxBytes, fileFrom, fileBytes, state, isLast}: TakeOptions): Batch {
    const walk = new TapBatch({buffer: this.#buffer, from: this.#taken, states: this.#states, wall: this.#wall()});
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

/** A block is read back at once: about what a segment of the scrollback holds. */
const fullBlock = 256 * 1024;
/** A segment that is full and as long as this ends a block: then reading it back reads nothing else. */
const segmentBlock = 128 * 1024;
/** With a state each so many bytes a start counts on over a moment's work. */
const stateEvery = 256 * 1024;

/** How the stitch goes on from a place. */
type PendingState = Place & {readonly number: number; readonly state: unknown; readonly fresh: boolean};

/** One walk over what is new in a buffer: gathers the bytes and the facts about them. */
class TapBatch {
  readonly #buffer: LogBuffer;
  readonly #states: readonly PendingState[];
  readonly #wall: number;
  readonly #facts: IndexFact[] = [];
  readonly #chunks: Uint8Array[] = [];
  /** Bytes gathered. */
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

  /** The last state is far behind, or void. */
  get wantsState(): boolean {
    return this.#hasGap || this.at.offset - this.at.stateAt >= stateEvery;
  }

  /** The buffer has dropped what comes next: that is noted, and the walk goes on with what there is. */
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
      // The newline was not the buffer's.
      this.at = {...this.at, bytes: this.at.bytes - (isCut ? 1 : 0)};
      this.at = {...this.at, span: {firstId: this.at.id, delta: this.at.bytes - this.at.offset}};
      return;
    }
    const bytes = totalBytes - byteLength;
    const span = {firstId, delta: bytes - this.at.offset};
    this.at = {...this.at, id: firstId, within: 0, lines: droppedLines, bytes, span};
  }

  /** The pane corrects its last marker when it learns more. */
  correctMarker(): void {
    const {marker: last} = this.at;
    const now = last && this.#buffer.markerAt(last.id);
    if (!last || !now || now === last.marker) return;
    const fact = {...last.fact, marker: now};
    this.#facts.push(fact);
    this.at = {...this.at, marker: {id: last.id, marker: now, fact}};
  }

  /** Takes the rest of the segment that comes next; false: there is nothing. */
  takeSegment(): boolean {
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
      this.#takeStatesAt(id, entryStart - start);
      if (entryStart === entryEnd) this.#takeMarker(id, from.offset + entryStart - start, from.line + ended);
      else if (id !== openId) ended += 1;
    }
    const length = bytes.length - start;
    if (length > 0) this.#add(Buffer.from(bytes.subarray(start)));
    const within = open ? bytes.length - (starts[openId - firstId] ?? 0) : 0;
    this.at = {...this.at, id: openId, within, line: from.line + ended, lines: from.lines + ended};
    return length > 0 || this.at.id !== from.id;
  }

  /** States of the place that the walk has come to. */
  takeStates(): void {
    this.#takeStatesAt(this.at.id, -this.at.within);
  }

  noteState(state: unknown, fresh: boolean, offset = this.at.offset): void {
    // Undefined is lost in JSON; a state that is not known is a gap.
    this.#facts.push(state === undefined ? {kind: 'gap', offset} : {kind: 'state', offset, fresh, state});
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

  /** `from`: where the entry begins, from the walk's own offset on. */
  #takeStatesAt(id: number, from: number): void {
    for (const {number, id: stateId, within, state, fresh} of this.#states) {
      if (number < this.at.states || stateId > id) continue;
      this.at = {...this.at, states: number + 1};
      // What was before a gap is of no use behind it.
      if (stateId === id && from + within >= 0) this.noteState(state, fresh, this.at.offset + from + within);
    }
  }

  #takeMarker(id: number, offset: number, line: number): void {
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
