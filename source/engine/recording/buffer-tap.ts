import type {LeavingSegment} from '../buffer/cold-segments.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Marker} from '../buffer/markers.ts';
import type {Item} from './writer.ts';

/** Entries of the buffer whose bytes are contiguous in the recording, too. */
type Span = {readonly firstId: number; readonly delta: number; endId: number};

/** A place in a buffer: `within` bytes of the entry `id` are before it. */
type BufferPosition = {readonly id: number; readonly within: number};

/** Place up to which a buffer was read, and its place in the recording. */
export type TapPosition = BufferPosition & {
  /** Ended lines that the buffer ever had before this place. */
  readonly lines: number;
  /** In the recording. */
  readonly offset: number;
  /** An unknown number of lines is missing before this place; `cut`: and the rest of the recording's last line. */
  readonly gap: 'none' | 'lines' | 'cut';
  /** The last marker that was read: it may still change. */
  readonly marker: {readonly id: number; readonly marker: Marker} | undefined;
  /** Number of the next pending state. */
  readonly states: number;
  /** From this entry on an offset in the buffer is `delta` more than in the recording. */
  readonly span: {readonly firstId: number; readonly delta: number};
};

/** The state of the stitch at a place. `isEpochStart`: nothing before is a reference for what follows. */
type PendingState = BufferPosition & {readonly number: number; readonly state: unknown; readonly isEpochStart: boolean};

/**
 * Follows a log buffer and returns the next batch to write: the buffer is the queue of the recording. What the buffer
 * dropped before it was read is marked as missing. Only what is committed counts as read.
 */
export class BufferTap {
  readonly #buffer: LogBuffer;
  readonly #wall: () => number;
  #written: TapPosition;
  #states: PendingState[] = [];
  #nextState = 0;
  readonly #spans: Span[];
  /** Place and items of the batch that is being read. */
  #at: TapPosition;
  #items: Item[] = [];

  constructor(options: {buffer: LogBuffer; wall: () => number; start: TapPosition}) {
    const {start} = options;
    this.#buffer = options.buffer;
    this.#wall = options.wall;
    this.#at = start;
    this.#written = start;
    this.#spans = [{...start.span, endId: start.id}];
  }

  get written(): TapPosition {
    return this.#written;
  }

  get isEmpty(): boolean {
    const {states, marker: last} = this.#written;
    const isCorrected = last !== undefined && (this.#buffer.markerAt(last.id) ?? last.marker) !== last.marker;
    return this.#isEnd(this.#written) && states === this.#nextState && !isCorrected;
  }

  /** The buffer's next bytes continue with this state. */
  setState(state: unknown, isEpochStart: boolean): void {
    this.#states.push({...endOf(this.#buffer), number: this.#nextState, state, isEpochStart});
    this.#nextState += 1;
  }

  /** About `maxBytes` that follow a place. `isAtEnd`: of the buffer. */
  read(from: TapPosition, maxBytes: number) {
    this.#at = from;
    this.#items = [];
    this.#skipMissing();
    this.#correctMarker();
    while (this.#at.offset - from.offset < maxBytes && this.#addSegment());
    const {id, within} = this.#at;
    this.#items.push(...this.#statesTo(id, within).filter((state) => state.within === within));
    return {items: this.#items, end: this.#at, isAtEnd: this.#isEnd(this.#at)};
  }

  commit({end}: {readonly end: TapPosition}): void {
    this.#written = end;
    this.#states = this.#states.filter(({number}) => number >= end.states);
    const span = this.#spans.at(-1);
    if (span?.firstId === end.span.firstId) span.endId = end.id;
    else this.#spans.push({...end.span, endId: end.id});
  }

  /** Offset of a segment in the recording, if all of it is written. */
  offsetOf({firstId, endId, byteOffset}: LeavingSegment): number | undefined {
    const span = this.#spans.find((candidate) => candidate.firstId <= firstId && endId <= candidate.endId);
    return span && byteOffset - span.delta;
  }

  #isEnd({id, within}: BufferPosition): boolean {
    const end = endOf(this.#buffer);
    return id === end.id && within === end.within;
  }

  /** If the buffer has dropped the next lines: adds a marker, and continues with what the buffer holds. */
  #skipMissing(): void {
    const {firstId, droppedLines, totalBytes, byteLength} = this.#buffer;
    const isMissing = firstId > this.#at.id;
    const {gap, within, span, lines} = this.#at;
    if (!isMissing && gap === 'none') return;
    const isCut = gap === 'cut' || (isMissing && within > 0);
    if (isCut) {
      this.#add(Buffer.from('\n'), 1);
      this.#items.push({marker: {kind: 'line-cut', at: this.#wall()}});
    }
    const missing = gap === 'none' ? droppedLines - lines - (isCut ? 1 : 0) : undefined;
    const marker: Marker = {kind: 'not-recorded', lines: missing, at: this.#wall()};
    this.#items.push({marker}, {state: undefined, isEpochStart: true});
    const {id, offset} = this.#at;
    const next = isMissing
      ? {id: firstId, within: 0, lines: droppedLines, span: {firstId, delta: totalBytes - byteLength - offset}}
      : // The newline that ended the cut line is not in the buffer.
        {lines, span: {firstId: id, delta: span.delta - (isCut ? 1 : 0)}};
    this.#at = {...this.#at, ...next, gap: 'none', marker: undefined};
  }

  /** The writer of the buffer corrects its last marker when it learns more. */
  #correctMarker(): void {
    const {marker: last} = this.#at;
    const marker = last && this.#buffer.markerAt(last.id);
    if (!last || !marker || marker === last.marker) return;
    this.#items.push({marker, corrects: true});
    this.#at = {...this.#at, marker: {id: last.id, marker}};
  }

  /** Adds the rest of the next segment. False: there is nothing to add. */
  #addSegment(): boolean {
    const segment = this.#at.id < this.#buffer.endId ? this.#buffer.segmentAt(this.#at.id) : undefined;
    if (!segment) return false;
    const {firstId, endId, starts, bytes, open} = segment;
    const startOf = (id: number) => starts[id - firstId] ?? bytes.length;
    const begin = this.#at;
    const openId = open ? endId - 1 : endId;
    let [from, lines] = [startOf(begin.id) + begin.within, 0];
    const addTo = (end: number) => {
      if (end > from) this.#add(Buffer.from(bytes.subarray(from, end)), lines);
      [from, lines] = [Math.max(from, end), 0];
    };
    for (let id = begin.id; id < endId; id++) {
      const start = startOf(id);
      for (const state of this.#statesTo(id)) {
        if (start + state.within < from) continue;
        addTo(start + state.within);
        this.#items.push(state);
      }
      const marker = start === startOf(id + 1) ? this.#buffer.markerAt(id) : undefined;
      if (marker) {
        addTo(start);
        this.#items.push({marker});
        this.#at = {...this.#at, marker: {id, marker}};
      } else if (id !== openId) lines += 1;
    }
    addTo(bytes.length);
    this.#at = {...this.#at, id: openId, within: open ? bytes.length - startOf(openId) : 0};
    return this.#at.offset > begin.offset || openId !== begin.id;
  }

  /** The pending states in an entry, up to so many bytes of it. What is before it is void, as it is before a gap. */
  #statesTo(id: number, within = Number.POSITIVE_INFINITY): readonly PendingState[] {
    const isPassed = (state: PendingState) => state.id < id || (state.id === id && state.within <= within);
    const passed = this.#states.filter((state) => state.number >= this.#at.states && isPassed(state));
    if (passed.length > 0) this.#at = {...this.#at, states: this.#at.states + passed.length};
    return passed.filter((state) => state.id === id);
  }

  #add(bytes: Buffer, lines: number): void {
    this.#items.push({bytes, lines});
    const {offset, lines: before} = this.#at;
    this.#at = {...this.#at, offset: offset + bytes.length, lines: before + lines};
  }
}

/** The buffer's end, within the open line if there is one. */
export function endOf(buffer: LogBuffer): BufferPosition {
  return {id: buffer.endedTo, within: buffer.lineAt(buffer.endedTo)?.length ?? 0};
}
