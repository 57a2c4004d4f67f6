import {ColdSegments, type ColdStore, type PastBlock} from './cold-segments.ts';
import {HotSegments} from './hot-segments.ts';
import {type Marker, MarkerStore} from './markers.ts';
import {newlinesIn, type Segment, type SegmentView} from './segment.ts';

/**
 * The entries of a log that a pane shows, in order, under their absolute ids: all of them, or what filters and folds
 * leave. Which they are may change with every frame; no call walks over the log.
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
const defaultWaitingBytes = 16 * 1024 * 1024;
/** Lines up to this length are kept whole, however small the scrollback: four times the server's own ring. */
const longestLineFloor = 4 * 1024 * 1024;

/**
 * The scrollback of one stream: lines as bytes, and markers between them, under absolute ids that are never reused.
 * Entries live in segments; when the bound is passed, whole segments leave memory from the old end. A cold store keeps
 * them, if there is one: they are still held, and read as before. Otherwise they are gone.
 *
 * The bound counts line bytes, newlines and the cost of the index, so that a flood of empty lines is bounded too. The
 * newest segment never leaves: a line longer than the bound is held alone, up to `maxLineBytes`. A line that reaches
 * that length is broken there and continues as another line: its bytes are all kept, and memory stays bounded.
 */
export class LogBuffer {
  readonly #markers = new MarkerStore();
  readonly #hot: HotSegments;
  readonly #cold = new ColdSegments(this.#markers);
  readonly #maxBytes: number;
  readonly #waitingBytes: number;
  /** Markers that wait for the open line to end. Nothing can come between: they will have the ids from `endId` on. */
  #waiting: Marker[] = [];
  #version = 0;

  /**
   * `maxBytes`: the bound. `segmentBytes`: the unit of dropping, 256 KiB or an eighth of a smaller bound.
   * `maxLineBytes`: where an endless line is broken, the bound or 4 MiB, whichever is more. `waitingBytes`: how far above
   * the bound memory grows with segments that the cold store has still to keep, 16 MiB.
   */
  constructor(options: {maxBytes: number; segmentBytes?: number; maxLineBytes?: number; waitingBytes?: number}) {
    const {maxBytes} = options;
    const segmentBytes = options.segmentBytes ?? Math.max(1, Math.min(defaultSegmentBytes, Math.ceil(maxBytes / 8)));
    const maxLineBytes = Math.max(options.maxLineBytes ?? Math.max(maxBytes, longestLineFloor), segmentBytes);
    this.#hot = new HotSegments({segmentBytes, maxLineBytes});
    this.#maxBytes = maxBytes;
    this.#waitingBytes = options.waitingBytes ?? defaultWaitingBytes;
  }

  /** Id of the oldest entry held; `endId` when there is none. */
  get firstId(): number {
    return this.#cold.firstId ?? this.#hot.firstId;
  }

  /** Id of the oldest entry in memory: those below are read back from the cold store. */
  get memoryFirstId(): number {
    return this.#hot.firstId;
  }

  /** Lines and bytes that were held before the oldest entry in memory. */
  get beforeMemory(): {readonly lines: number; readonly bytes: number} {
    return {lines: this.#cold.allLines, bytes: this.#cold.allBytes};
  }

  /** One past the newest entry. */
  get endId(): number {
    return this.#hot.endId;
  }

  /** One past the newest entry that has ended: the id of the open line, if there is one. */
  get endedTo(): number {
    return this.#hot.isOpen ? this.endId - 1 : this.endId;
  }

  /** Changes with every change of the buffer. */
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

  /** Bytes in memory as the bound counts them. */
  get memoryBytes(): number {
    return this.#hot.cost;
  }

  /** Lines dropped from the old end, in all. */
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

  /** The last line has not ended. */
  get hasOpenLine(): boolean {
    return this.#hot.isOpen;
  }

  /** Keeps what leaves memory from now on; undefined: it is gone. */
  set coldStore(store: ColdStore | undefined) {
    this.#cold.store = store;
  }

  /** Puts a run of entries of an earlier time at the end of a buffer that has had nothing but such runs. */
  addPast(block: PastBlock): void {
    this.#version += 1;
    this.#hot.startAt(this.#cold.addPast(this.endId, block));
  }

  /**
   * Where the last `bytes` bytes of lines begin, or a little before; reads nothing from the cold store. `linesBefore`: how
   * many lines there ever were before that entry.
   */
  lastBytes(bytes: number): {readonly id: number; readonly linesBefore: number} {
    const older = this.#cold.lastBytes(bytes - this.#hot.byteLength);
    return older ?? {id: this.memoryFirstId, linesBefore: this.#cold.allLines};
  }

  /** The cold store has kept more: what waited for that leaves memory. */
  releaseKept(): void {
    const {firstId} = this;
    this.#trim();
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
    this.#trim();
  }

  /**
   * Adds bytes, split on `\n` only. What follows the last `\n` becomes the open line, or continues it: it is visible at
   * once under its id. The array is not kept. `newlines`: where they are in it.
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
    this.#hot.closeLine();
    if (cut) this.#waiting.unshift(cut);
    this.#addWaiting();
    this.#trim();
  }

  /** Adds a marker and returns its id. While a line is open the marker waits for its end: undefined. */
  addMarker(marker: Marker): number | undefined {
    this.#version += 1;
    this.#waiting.push(marker);
    if (this.hasOpenLine) return undefined;
    this.#addWaiting();
    this.#trim();
    return this.endId - 1;
  }

  /** Replaces a marker that is held or waits; an id without a marker is left alone. */
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
   * Drops the whole segments below `id`, for a reader that needs them no more. They count as dropped. What the cold store
   * has still to keep stays.
   */
  dropBefore(id: number): void {
    this.#version += 1;
    const end = Math.min(id, this.#cold.keptTo);
    while (this.#hot.oldest && this.#hot.oldest.endId <= end) {
      const segment = this.#hot.removeOldest();
      if (!segment) return;
      this.#cold.drop(segment);
      this.#hot.reuse(segment);
    }
  }

  /**
   * Moves the oldest segments out of memory until about `bytes` are left there, as long as `newest` bytes stay. Returns
   * whether any left.
   */
  shrinkTo(bytes: number, newest: number): boolean {
    const before = this.memoryFirstId;
    while (this.#hot.cost > bytes && this.#hot.costWithoutOldest >= newest && this.#mayOldestLeave) this.#moveOldest();
    const hasLeft = this.memoryFirstId !== before;
    if (hasLeft) this.#version += 1;
    return hasLeft;
  }

  /**
   * Bytes of a line without its `\n` (a `\r` before it is kept); undefined for markers and ids that are not held.
   * A view: valid until the next change of the buffer.
   */
  lineAt(id: number): Buffer | undefined {
    return id < this.#hot.firstId ? this.#cold.lineAt(id) : this.#hot.lineAt(id);
  }

  /** The segment that holds `id`. The next one is at its `endId`. */
  segmentAt(id: number): SegmentView | undefined {
    return id < this.#hot.firstId ? this.#cold.segmentAt(id) : this.#hot.segmentAt(id);
  }

  /** If markers wait, the open line may end in `bytes` with their last one only. */
  #put(bytes: Uint8Array, newlines: Uint32Array, from: number): void {
    for (let at = from; at < bytes.length; ) {
      at += this.#hot.append(bytes, newlines, at);
      if (!this.hasOpenLine) this.#addWaiting();
      this.#trim();
    }
  }

  #trim(): void {
    while (this.#hot.cost > this.#maxBytes && this.#mayOldestLeave) {
      const segment = this.#moveOldest();
      if (segment) this.#hot.reuse(segment);
    }
  }

  /** A segment that the cold store has still to keep waits for it, but not without end. */
  get #mayOldestLeave(): boolean {
    const {oldest, cost} = this.#hot;
    if (!oldest) return false;
    return oldest.endId <= this.#cold.keptTo || cost > this.#maxBytes + this.#waitingBytes;
  }

  #moveOldest(): Segment | undefined {
    const segment = this.#hot.removeOldest();
    if (segment) this.#cold.add(segment);
    return segment;
  }

  #addWaiting(): void {
    if (this.#waiting.length === 0) return;
    for (const marker of this.#waiting) this.#markers.add(this.#hot.addMarker(), marker);
    this.#waiting = [];
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
 * What is not in memory counts for more bytes of a step, once for each read and for each byte: a segment of 256 KiB takes
 * 1 to 6 ms to read and unpack, and many small ones take as long.
 */
const coldCost = 64 * 1024;
const coldFactor = 4;

/** The bytes of a step that count for reading `bytes` bytes of entries from `id` on. */
export function stepCost(buffer: LogBuffer, id: number, bytes: number): number {
  return id < buffer.memoryFirstId ? coldCost + bytes * coldFactor : bytes;
}
