import {ColdSegments, type ColdStore, type LineStart, type PastBlock} from './cold-segments.ts';
import {HotSegments} from './hot-segments.ts';
import {type Marker, MarkerStore} from './markers.ts';
import {MemoryBound} from './memory-bound.ts';
import type {Packer} from './packed-store.ts';
import {newlinesIn, type SegmentView} from './segment.ts';

/** The shown entries of a log, by id: all, or what filters and folds leave. They may change with every frame. */
export type Entries = {
  readonly atOrAfter: (id: number) => number | undefined;
  readonly atOrBefore: (id: number) => number | undefined;
  /** Number of shown entries from this id on. */
  readonly countFrom: (id: number) => number;
};

/** Id and format in all lines of a log's runner. `isJson`: undefined: not known. */
export type RunnerMark = {readonly pipelineId: string; readonly isJson?: boolean | undefined};

/** Reads the lines of a log that Feldera's logger did not write. */
export type OtherFormat = {
  /** For the user: `logfmt`. */
  readonly name: string;
  /**
   * Returns the line with this id as Feldera's logger would have written it; one that begins no record as it is. `isPart`: it
   * has a `partBefore`, so that it begins none, whatever it looks like.
   */
  readonly canonical: (line: Buffer, id: number, isPart: boolean) => Buffer;
  /** Id of the line that the runtime of a container cut here, `line` being what follows; undefined: all lines are whole. */
  readonly partBefore?: (line: Buffer, id: number, lineAt: (id: number) => Buffer | undefined) => number | undefined;
  /** Bytes before what a container wrote, such as its name; undefined: lines have none. */
  readonly prefixLength?: (line: Buffer, id: number) => number;
  /** The container that wrote the line, where the lines of several are mixed; undefined: one wrote all. */
  readonly streamOf?: (line: Buffer, id: number) => string;
};

const defaultSegmentBytes = 256 * 1024;
const defaultWaitingBytes = 16 * 1024 * 1024;
/** Lines up to this length are kept whole, however small the scrollback: four times the server's ring. */
const longestLineFloor = 4 * 1024 * 1024;

export type BufferOptions = {
  readonly maxBytes: number;
  /** Default: 256 KiB, or an eighth of a smaller bound. */
  readonly segmentBytes?: number;
  /** Length at which an endless line is broken; default: the bound, at least 4 MiB. */
  readonly maxLineBytes?: number;
  /** Room over the bound while the cold store is slow. */
  readonly waitingBytes?: number;
  /** Default: nothing is compressed. */
  readonly packer?: Packer | undefined;
};

type Writing =
  | ('append' | 'closeLine' | 'addMarker' | 'replaceMarker')
  | ('startSegment' | 'coldStore' | 'addPast' | 'setRunner' | 'setFormat');

/** Log buffer for all but the log sink, which is the only writer. */
export type LogBuffer = Omit<WritableLogBuffer, Writing>;

/**
 * The scrollback of one stream: lines as bytes, and markers between them, under absolute ids that are never reused. The
 * newest segments are as received (`HotSegments`), older ones compressed or on a disk (`ColdSegments`); `MemoryBound`
 * moves them. Whoever reads need not know where an entry is.
 *
 * The newest segment stays: a line longer than the bound is held alone, up to `maxLineBytes`, where it is broken in two.
 */
export class WritableLogBuffer {
  readonly #markers = new MarkerStore();
  readonly #hot: HotSegments;
  readonly #cold: ColdSegments;
  readonly #bound: MemoryBound;
  readonly #segmentBytes: number;
  readonly #maxLineBytes: number;
  /** Markers that wait for the open line to end. Their ids will be those from `endId` on. */
  #waiting: Marker[] = [];
  /** Marks of the lines from an id on. */
  readonly #runners: {readonly from: number; readonly mark: RunnerMark}[] = [];
  #format: OtherFormat | undefined;
  #version = 0;
  #holds = 0;
  #isClosed = false;

  constructor(options: BufferOptions) {
    const {maxBytes, packer} = options;
    const segmentBytes = options.segmentBytes ?? Math.max(1, Math.min(defaultSegmentBytes, Math.ceil(maxBytes / 8)));
    this.#segmentBytes = segmentBytes;
    this.#maxLineBytes = Math.max(options.maxLineBytes ?? Math.max(maxBytes, longestLineFloor), segmentBytes);
    this.#hot = new HotSegments({segmentBytes, maxLineBytes: this.#maxLineBytes});
    this.#cold = new ColdSegments(this.#markers, packer);
    this.#bound = new MemoryBound({
      hot: this.#hot,
      cold: this.#cold,
      maxBytes,
      isPacking: packer !== undefined,
      waitingBytes: options.waitingBytes ?? defaultWaitingBytes,
    });
  }

  /** Id of the oldest entry held; `endId` when there is none. */
  get firstId(): number {
    return this.#cold.firstId ?? this.#hot.firstId;
  }

  /** Id of the oldest entry in memory, compressed or not: those below are read back from the cold store. */
  get memoryFirstId(): number {
    const {firstId, memoryFirstId} = this.#cold;
    return firstId === undefined ? this.#hot.firstId : Math.max(firstId, memoryFirstId);
  }

  /** Id of the oldest entry in memory that is not compressed. */
  get unpackedFirstId(): number {
    return this.#hot.firstId;
  }

  /** Returns the start of the segment with the held `id`, and all lines and bytes ever before it; reads nothing. */
  segmentStart(id: number): {readonly id: number; readonly lines: number; readonly bytes: number} {
    if (id < this.#hot.firstId) return this.#cold.segmentStart(id);
    const start = this.#hot.segmentStart(id);
    return {...start, lines: start.lines + this.#cold.allLines, bytes: start.bytes + this.#cold.allBytes};
  }

  /** One past the newest entry. */
  get endId(): number {
    return this.#hot.endId;
  }

  /** One past the newest entry that has ended: the id of the open line, if there is one. */
  get endedTo(): number {
    return this.#hot.isOpen ? this.endId - 1 : this.endId;
  }

  get version(): number {
    return this.#version + this.#cold.failedReads;
  }

  /** Lines held, the open one included; markers are not lines. */
  get lineCount(): number {
    return this.#cold.lines + this.#hot.lines;
  }

  /** Bytes of the lines held, newlines included. */
  get byteLength(): number {
    return this.#cold.byteLength + this.#hot.byteLength;
  }

  /** Bytes in memory as the bound counts them: of what is compressed, the compressed ones. */
  get memoryBytes(): number {
    return this.#bound.memoryBytes;
  }

  /** `memoryBytes` with the room that nothing is in yet, or no more. */
  get takenBytes(): number {
    return this.memoryBytes + this.#hot.unusedBytes + this.#cold.unusedBytes;
  }

  /** Lines that are longer than `bytes` are broken, also where `maxLineBytes` is more. */
  limitLines(bytes: number): void {
    this.#hot.maxLineBytes = Math.max(this.#segmentBytes, Math.min(this.#maxLineBytes, bytes));
  }

  get droppedLines(): number {
    return this.#cold.droppedLines;
  }

  /** Lines ever received, a recorded past included. */
  get totalLines(): number {
    return this.#cold.allLines + this.#hot.lines;
  }

  /** Bytes ever received, newlines and a recorded past included. */
  get totalBytes(): number {
    return this.#cold.allBytes + this.#hot.byteLength;
  }

  get hasOpenLine(): boolean {
    return this.#hot.isOpen;
  }

  /** Sets the store of what leaves memory; undefined: it is gone. */
  set coldStore(store: ColdStore | undefined) {
    this.#cold.store = store;
  }

  /** False: nearly all of it is to be compressed, since no view is near. Call `packOlder` then. */
  set isViewed(isViewed: boolean) {
    this.#bound.isViewed = isViewed;
  }

  /** Called within a change: a segment of the newest lines has become an older one. */
  set onMoved(onMoved: () => void) {
    this.#bound.onMoved = onMoved;
  }

  /** Moves what is over the limit out of memory at once. */
  set maxBytes(bytes: number) {
    this.#bound.maxBytes = bytes;
    this.releaseStored();
  }

  /** Compresses some of what is to be compressed, for 1 ms. True: nothing is left. */
  packOlder(): boolean {
    if (this.#bound.isPacked) return true;
    const {cost} = this.#hot;
    this.releaseStored();
    // What the cold store has still to keep waits for it.
    return this.#hot.cost === cost;
  }

  /** Adds recorded entries. Only while the buffer has had nothing else. */
  addPast(block: PastBlock): void {
    this.#version += 1;
    this.#hot.startAt(this.#cold.addPast(this.endId, block));
  }

  /** Returns the start of the last `bytes` bytes of lines, or a little before; reads no disk. */
  lastBytes(bytes: number): {readonly id: number; readonly linesBefore: number} {
    const older = this.#cold.lastBytes(bytes - this.#hot.byteLength);
    return older ?? {id: this.#hot.firstId, linesBefore: this.#cold.allLines};
  }

  /** A store has kept more: segments that waited for that leave memory. */
  releaseStored(): void {
    const {firstId} = this;
    this.#bound.enforce();
    if (this.firstId !== firstId) this.#version += 1;
  }

  /** Forgets entries at the old end whose bytes the cold store has deleted. */
  forgetDeleted(): void {
    this.#version += 1;
    this.#cold.shrink();
  }

  /** The next line or marker begins a segment, so that what is before can leave memory on its own. */
  startSegment(): void {
    this.#hot.startSegment();
    this.releaseStored();
  }

  /** Bytes after the last `\n` are the open line, visible at once. The array is copied. `newlines`: offsets in it. */
  append(bytes: Uint8Array, newlines = newlinesIn(bytes)): void {
    if (bytes.length === 0) return;
    this.#version += 1;
    const endOfOpen = this.#waiting.length > 0 ? (newlines[0] ?? -1) + 1 : 0;
    this.#put(bytes.subarray(0, endOfOpen), newlines, 0);
    this.#put(bytes, newlines, endOfOpen);
  }

  /** Ends the open line, if there is one. `cut`: marker of its lost rest, which comes before the waiting markers. */
  closeLine({cut}: {readonly cut?: Marker} = {}): void {
    if (!this.hasOpenLine) return;
    this.#version += 1;
    this.#hot.closeLine();
    if (cut) this.#waiting.unshift(cut);
    this.#addWaiting();
    this.#bound.enforce();
  }

  /** Sets the mark of the lines that follow. */
  setRunner(mark: RunnerMark): void {
    const last = this.#runners.at(-1)?.mark;
    if (last?.pipelineId !== mark.pipelineId || last.isJson !== mark.isJson)
      this.#runners.push({from: this.endId, mark});
  }

  /** Returns undefined when it is not known. */
  runnerAt(id: number): RunnerMark | undefined {
    return this.#runners.findLast(({from}) => from <= id)?.mark;
  }

  /** Returns the marker's id; undefined: it waits for the end of the open line. */
  addMarker(marker: Marker): number | undefined {
    this.#version += 1;
    this.#waiting.push(marker);
    if (this.hasOpenLine) return undefined;
    this.#addWaiting();
    this.#bound.enforce();
    return this.endId - 1;
  }

  /** Replaces a marker that is held or waits; does nothing for an id without one. */
  replaceMarker(id: number, marker: Marker): void {
    this.#version += 1;
    if (this.#markers.replace(id, marker)) return;
    const index = id - this.endId;
    if (this.#waiting[index]) this.#waiting[index] = marker;
  }

  /** The newest marker, held or waiting, with its present or future id. */
  lastMarker(): {id: number; marker: Marker} | undefined {
    const waiting = this.#waiting.at(-1);
    return waiting ? {id: this.endId + this.#waiting.length - 1, marker: waiting} : this.#markers.last();
  }

  /** Returns undefined for lines and for ids that are not held. */
  markerAt(id: number): Marker | undefined {
    return this.#markers.get(id);
  }

  /** Held markers, oldest first. */
  markers(): Iterable<readonly [id: number, marker: Marker]> {
    return this.#markers.entries();
  }

  /** Drops whole segments below `id`, but none that the cold store has still to keep. */
  dropBefore(id: number): void {
    this.#version += 1;
    this.#bound.dropBefore(id);
  }

  /** Keeps the lines after `free` until the returned function is called. */
  hold(): () => void {
    this.#holds += 1;
    return () => {
      this.#holds -= 1;
      if (this.#isClosed) this.free();
    };
  }

  /** The log was closed, so that only those read it who hold it. Frees memory at once: the engine would wait for long. */
  free(): void {
    this.#isClosed = true;
    if (this.#holds > 0) return;
    this.coldStore = undefined;
    this.dropBefore(this.endId);
    this.#cold.dropViews();
  }

  /** Moves old segments out of memory, then drops what is compressed, until `bytes` are left, at least `newest`. */
  shrinkTo(bytes: number, newest: number): boolean {
    const {firstId, memoryFirstId} = this;
    this.#bound.shrinkTo(bytes, newest);
    // What is dropped may be before what the cold store has.
    const hasLeft = this.memoryFirstId !== memoryFirstId || this.firstId !== firstId;
    if (hasLeft) this.#version += 1;
    return hasLeft;
  }

  /** Without `\n`, with a `\r` before it; undefined for markers and ids not held. A view: valid until a change. */
  lineAt(id: number): Buffer | undefined {
    return id < this.#hot.firstId ? this.#cold.lineAt(id) : this.#hot.lineAt(id);
  }

  /** Sets how the lines are read, once, before one of them is read in this way. */
  setFormat(format: OtherFormat): void {
    this.#format = format;
  }

  /** Format of the lines; undefined: Feldera's, as those of all pipelines. */
  get format(): OtherFormat | undefined {
    return this.#format;
  }

  /**
   * The line, or what is given of it, as Feldera's logger writes it: for who reads it, not for who shows it as it was sent.
   */
  canonicalAt(id: number, line = this.lineAt(id)): Buffer | undefined {
    return line && this.#format ? this.#format.canonical(line, id, this.partBefore(id, line) !== undefined) : line;
  }

  /** Id of the line that continues with this one; undefined: this one is whole, or begins. */
  partBefore(id: number, line = this.lineAt(id)): number | undefined {
    return line && this.#format?.partBefore?.(line, id, (other) => this.lineAt(other));
  }

  /** Reads a line; of a long, compressed one only what a row can show. */
  lineStartAt(id: number): LineStart | undefined {
    if (id < this.#hot.firstId) return this.#cold.lineStartAt(id);
    const bytes = this.#hot.lineAt(id);
    return bytes && {bytes, length: bytes.length};
  }

  /** The segment that holds `id`; the next one is at its `endId`. */
  segmentAt(id: number): SegmentView | undefined {
    return id < this.#hot.firstId ? this.#cold.segmentAt(id) : this.#hot.segmentAt(id);
  }

  /** Frees what was read back long ago. Only while no view is in use: else the next change does it. */
  freeRead(): void {
    this.#cold.freeEvicted();
  }

  /** If markers wait, the open line may end only at the end of `bytes`. */
  #put(bytes: Uint8Array, newlines: Uint32Array, from: number): void {
    for (let at = from; at < bytes.length; ) {
      at += this.#hot.append(bytes, newlines, at);
      if (!this.hasOpenLine) this.#addWaiting();
      this.#bound.enforce();
    }
  }

  #addWaiting(): void {
    if (this.#waiting.length === 0) return;
    for (const marker of this.#waiting) this.#markers.add(this.#hot.addMarker(), marker);
    this.#waiting = [];
  }
}

/** Every held entry: `[firstId, endId)`. */
export function allEntries({firstId, endId}: {readonly firstId: number; readonly endId: number}): Entries {
  return {
    atOrAfter: (id) => (id < endId && firstId < endId ? Math.max(id, firstId) : undefined),
    atOrBefore: (id) => (id >= firstId && firstId < endId ? Math.min(id, endId - 1) : undefined),
    countFrom: (id) => Math.max(0, endId - Math.max(id, firstId)),
  };
}
