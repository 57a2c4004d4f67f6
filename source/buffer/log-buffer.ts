import {ColdSegments, type ColdStore, type PastBlock} from './cold-segments.ts';
import {HotSegments} from './hot-segments.ts';
import {type Marker, MarkerStore} from './markers.ts';
import {newlinesIn, type Segment, type SegmentView} from './segment.ts';

/**
 * The entries of a log that a pane shows, in order, under their absolute ids: all of them, or what filters and folds
 * leave. Which they are may change with every frame; every question is answered without a walk over the log.
 */
export type Entries = {
  /** The first shown entry with this id or a later one. */
  readonly atOrAfter: (id: number) => number | undefined;
  /** The last shown entry with this id or an earlier one. */
  readonly atOrBefore: (id: number) => number | undefined;
  /** How many shown entries have this id or a later one. */
  readonly countFrom: (id: number) => number;
};

const defaultSegmentBytes = 256 * 1024;
/** How far above the bound it goes for segments that the cold store has still to keep. */
const waitingBytes = 16 * 1024 * 1024;
/** Lines up to this length are kept whole, however small the scrollback: four times the server's own ring. */
const longestLineFloor = 4 * 1024 * 1024;

/**
 * The scrollback of one stream: lines as bytes, and markers between them, under absolute ids that are never reused.
 * Entries live in segments; when the bound is passed, whole segments are dropped from the old end.
 *
 * The bound counts line bytes, newlines and the cost of the index, so that a flood of empty lines is bounded too. The
 * newest segment is never dropped: a line longer than the bound is held alone, up to `maxLineBytes`. A line that
 * reaches that length is broken there and goes on as another line: its bytes are all kept, and memory stays bounded.
 *
 * With a cold store behind it, segments leave memory and are still held: everything can be asked of them as before.
 */
export class LogBuffer {
  readonly #markers = new MarkerStore();
  readonly #memory: HotSegments;
  readonly #older = new ColdSegments(this.#markers);
  readonly #bound: MemoryBound;
  /** Markers that wait for the open line to end. Nothing can come between, so their ids are known: `endId` and on. */
  #waiting: Marker[] = [];
  #version = 0;

  /**
   * `maxBytes`: the bound. `segmentBytes`: the unit of dropping, 256 KiB or an eighth of a smaller bound.
   * `maxLineBytes`: where an endless line is broken, the bound or 4 MiB, whichever is more.
   */
  constructor(options: {maxBytes: number; segmentBytes?: number; maxLineBytes?: number}) {
    const {maxBytes} = options;
    const segmentBytes = options.segmentBytes ?? Math.max(1, Math.min(defaultSegmentBytes, Math.ceil(maxBytes / 8)));
    const maxLineBytes = Math.max(options.maxLineBytes ?? Math.max(maxBytes, longestLineFloor), segmentBytes);
    this.#memory = new HotSegments({segmentBytes, maxLineBytes});
    this.#bound = new MemoryBound({memory: this.#memory, older: this.#older, maxBytes, waitingBytes});
  }

  /** Id of the oldest entry held; `endId` when there is none. */
  get firstId(): number {
    return this.#older.firstId ?? this.#memory.firstId;
  }

  /** Id of the oldest entry in memory: those below are read back from the cold store. */
  get memoryFirstId(): number {
    return this.#memory.firstId;
  }

  /** Lines and bytes that were held before the oldest entry in memory. */
  get beforeMemory(): {readonly lines: number; readonly bytes: number} {
    return {lines: this.#older.allLines, bytes: this.#older.allBytes};
  }

  /** One past the newest entry. */
  get endId(): number {
    return this.#memory.endId;
  }

  /** Changes with every change of the buffer. */
  get version(): number {
    return this.#version + this.#older.failedReads;
  }

  /** Lines held, the open one included; markers are not lines. */
  get lineCount(): number {
    return this.#older.lines + this.#memory.lines;
  }

  /** Bytes of the lines held, newlines included. */
  get byteLength(): number {
    return this.#older.byteLength + this.#memory.byteLength;
  }

  /** Bytes in memory as the bound counts them. */
  get memoryBytes(): number {
    return this.#memory.cost;
  }

  /** Lines dropped from the old end, in all. */
  get droppedLines(): number {
    return this.#older.droppedLines;
  }

  /** Lines ever received, a recorded past included. */
  get totalLines(): number {
    return this.#older.allLines + this.#memory.lines;
  }

  /** Bytes ever received, newlines and a recorded past included. */
  get totalBytes(): number {
    return this.#older.allBytes + this.#memory.byteLength;
  }

  /** The last line has not ended. */
  get hasOpenLine(): boolean {
    return this.#memory.isOpen;
  }

  /** What leaves memory from now on is asked of `store`; undefined: it is gone. */
  set coldStore(store: ColdStore | undefined) {
    this.#older.store = store;
  }

  /** Puts a run of entries of an earlier time at the end of a buffer that has had nothing but such runs. */
  addPast(block: PastBlock): void {
    this.#version += 1;
    this.#memory.beginAt(this.#older.addPast(this.endId, block));
  }

  /**
   * Where the last `bytes` bytes of lines begin, or a little before; asks nothing of the cold store. `linesBefore`: how
   * many lines there ever were before that entry.
   */
  lastBytes(bytes: number): {readonly id: number; readonly linesBefore: number} {
    const older = this.#older.lastBytes(bytes - this.#memory.byteLength);
    return older ?? {id: this.memoryFirstId, linesBefore: this.#older.allLines};
  }

  /** The cold store has kept more: what waited for that leaves memory. */
  releaseKept(): void {
    const {firstId} = this;
    this.#bound.trim();
    if (this.firstId !== firstId) this.#version += 1;
  }

  /** Forgets entries at the old end whose bytes the cold store has deleted. */
  forgetDeleted(): void {
    this.#version += 1;
    this.#older.shrink();
  }

  /** The next line or marker begins a segment, so that what is before can leave memory on its own. */
  startSegment(): void {
    this.#memory.startSegment();
    this.#bound.trim();
  }

  /**
   * Adds bytes, split on `\n` only. What follows the last `\n` becomes the open line, or goes on with it: it is
   * visible at once under its id. The array is not kept. `newlines`: where they are in it.
   */
  append(bytes: Uint8Array, newlines = newlinesIn(bytes)): void {
    if (bytes.length === 0) return;
    this.#version += 1;
    const endOfOpen = this.#waiting.length > 0 ? (newlines[0] ?? -1) + 1 : 0;
    this.#put(bytes.subarray(0, endOfOpen), newlines, 0);
    this.#put(bytes, newlines, endOfOpen);
  }

  /**
   * Ends the open line, if there is one, as received: what comes next is another line. `cut`: the marker of a line whose
   * rest is lost. It follows the line, before the markers that waited for its end.
   */
  closeLine({cut}: {readonly cut?: Marker} = {}): void {
    if (!this.hasOpenLine) return;
    this.#version += 1;
    this.#memory.closeLine();
    if (cut) this.#waiting.unshift(cut);
    this.#addWaiting();
    this.#bound.trim();
  }

  /** Adds a marker and answers its id. While a line is open the marker waits for its end: undefined. */
  addMarker(marker: Marker): number | undefined {
    this.#version += 1;
    this.#waiting.push(marker);
    if (this.hasOpenLine) return undefined;
    this.#addWaiting();
    this.#bound.trim();
    return this.endId - 1;
  }

  /** Puts another marker in the place of one that is held or waits; an id without a marker is left alone. */
  replaceMarker(id: number, marker: Marker): void {
    this.#version += 1;
    if (this.#markers.replace(id, marker)) return;
    const index = id - this.endId;
    if (this.#waiting[index]) this.#waiting[index] = marker;
  }

  /** The newest marker that is held or waits, with the id that it has or will have. */
  lastMarker(): {id: number; marker: Marker} | undefined {
    const waiting = this.#waiting.at(-1);
    if (waiting) return {id: this.endId + this.#waiting.length - 1, marker: waiting};
    return this.#markers.last();
  }

  /** The marker under `id`; undefined for lines and for ids that are not held. */
  markerAt(id: number): Marker | undefined {
    return this.#markers.get(id);
  }

  /** The markers held, oldest first, with their ids. */
  markers(): Iterable<readonly [id: number, marker: Marker]> {
    return this.#markers.entries();
  }

  /**
   * Drops the whole segments below `id`, for a reader that has no more use for them. They count as dropped. What the
   * cold store has still to keep stays.
   */
  dropBefore(id: number): void {
    this.#version += 1;
    this.#bound.dropBefore(id);
  }

  /**
   * Takes the oldest segments out of memory until about `bytes` are left there, as long as `newest` bytes stay. Answers
   * whether anything left.
   */
  shrinkTo(bytes: number, newest: number): boolean {
    const hasLeft = this.#bound.shrinkTo(bytes, newest);
    if (hasLeft) this.#version += 1;
    return hasLeft;
  }

  /**
   * Bytes of a line without its `\n` (a `\r` before it is kept); undefined for markers and ids that are not held.
   * A view: valid until the next change of the buffer.
   */
  lineAt(id: number): Buffer | undefined {
    return id < this.#memory.firstId ? this.#older.lineAt(id) : this.#memory.lineAt(id);
  }

  /** The segment that holds `id`. To read on, ask for its `endId`. */
  segmentAt(id: number): SegmentView | undefined {
    return id < this.#memory.firstId ? this.#older.segmentAt(id) : this.#memory.segmentAt(id);
  }

  /** If markers wait, the open line may end in `bytes` with their last one only. */
  #put(bytes: Uint8Array, newlines: Uint32Array, from: number): void {
    for (let at = from; at < bytes.length; ) {
      at += this.#memory.put(bytes, newlines, at);
      if (!this.hasOpenLine) this.#addWaiting();
      this.#bound.trim();
    }
  }

  #addWaiting(): void {
    if (this.#waiting.length === 0) return;
    for (const marker of this.#waiting) this.#markers.add(this.#memory.addMarker(), marker);
    this.#waiting = [];
  }
}

/**
 * What leaves a log buffer's memory, and when: whole segments from the old end, once the memory costs more than
 * `maxBytes`. A segment that the cold store has still to keep waits for it, until that would be `waitingBytes` more.
 */
export class MemoryBound {
  readonly #memory: HotSegments;
  readonly #older: ColdSegments;
  readonly #maxBytes: number;
  readonly #waitingBytes: number;

  constructor(options: {memory: HotSegments; older: ColdSegments; maxBytes: number; waitingBytes: number}) {
    this.#memory = options.memory;
    this.#older = options.older;
    this.#maxBytes = options.maxBytes;
    this.#waitingBytes = options.waitingBytes;
  }

  trim(): void {
    while (this.#memory.cost > this.#maxBytes && this.#canTakeOldest) {
      const segment = this.#takeOldest();
      if (segment) this.#memory.reuse(segment);
    }
  }

  /** Goes below the bound, to about `bytes`, as long as `newest` bytes stay. Answers whether anything left. */
  shrinkTo(bytes: number, newest: number): boolean {
    const before = this.#memory.firstId;
    while (this.#memory.cost > bytes && this.#memory.costWithoutOldest >= newest && this.#canTakeOldest) {
      this.#takeOldest();
    }
    return this.#memory.firstId !== before;
  }

  /** Drops the whole segments below `id` that need not wait: nobody will ask for them, the cold store neither. */
  dropBefore(id: number): void {
    const end = Math.min(id, this.#older.keptTo);
    while (this.#memory.oldest && this.#memory.oldest.endId <= end) {
      const segment = this.#memory.removeOldest();
      if (!segment) return;
      this.#older.drop(segment);
      this.#memory.reuse(segment);
    }
  }

  get #canTakeOldest(): boolean {
    const {oldest, cost} = this.#memory;
    if (!oldest) return false;
    return oldest.endId <= this.#older.keptTo || cost > this.#maxBytes + this.#waitingBytes;
  }

  #takeOldest(): Segment | undefined {
    const segment = this.#memory.removeOldest();
    if (segment) this.#older.add(segment);
    return segment;
  }
}

/** Every entry that is held: `[firstId, endId)`. */
export function allEntries({firstId, endId}: {readonly firstId: number; readonly endId: number}): Entries {
  return {
    atOrAfter: (id) => (id < endId && firstId < endId ? Math.max(id, firstId) : undefined),
    atOrBefore: (id) => (id >= firstId && firstId < endId ? Math.min(id, endId - 1) : undefined),
    countFrom: (id) => Math.max(0, endId - Math.max(id, firstId)),
  };
}

/**
 * What is not in memory counts for so much more of a step's bytes, a look and a byte: a segment of 256 KiB takes 1 to 6
 * ms to read and unpack, and many small ones take as long.
 */
const coldCost = 64 * 1024;
const coldFactor = 4;

/** What a look at `bytes` bytes of entries from `id` on counts of the bytes of a step. */
export function stepCost(buffer: LogBuffer, id: number, bytes: number): number {
  return id < buffer.memoryFirstId ? coldCost + bytes * coldFactor : bytes;
}
