import {ColdPart} from './cold-part.ts';
import type {ColdStore, PastBlock} from './cold-store.ts';
import type {Marker} from './marker.ts';
import {MarkerStore} from './marker-store.ts';
import {findSegment, newline, Segment, type SegmentView} from './segment.ts';

const defaultSegmentBytes = 256 * 1024;
const defaultWaitingBytes = 16 * 1024 * 1024;
/** Lines up to this length are kept whole, however small the scrollback: four times the server's own ring. */
const longestLineFloor = 4 * 1024 * 1024;
/** What an entry costs beside its bytes: its start; a marker: its object and its place in the map, roughly. */
const entryCost = 4;
const markerCost = 256;
const markersPerSegment = 1024;

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
  readonly #maxBytes: number;
  readonly #waitingBytes: number;
  readonly #segmentBytes: number;
  readonly #maxLineBytes: number;
  /** Oldest first. All but the last are sealed. */
  readonly #segments: Segment[] = [];
  readonly #markers = new MarkerStore();
  /** Older than all segments. */
  readonly #cold = new ColdPart((id) => this.#markers.get(id) !== undefined);
  #store: ColdStore | undefined;
  /** Markers that wait for the open line to end. Nothing can come between, so their ids are known: `endId` and on. */
  #waiting: Marker[] = [];
  #open = false;
  #endId = 0;
  #version = 0;
  #lineCount = 0;
  #byteLength = 0;
  #droppedLines = 0;
  #droppedBytes = 0;

  /**
   * `maxBytes`: the bound. `segmentBytes`: the unit of dropping, 256 KiB or an eighth of a smaller bound.
   * `maxLineBytes`: where an endless line is broken, the bound or 4 MiB, whichever is more. `waitingBytes`: how far
   * above the bound it goes for segments that the cold store has still to keep, 16 MiB.
   */
  constructor(options: {maxBytes: number; segmentBytes?: number; maxLineBytes?: number; waitingBytes?: number}) {
    this.#maxBytes = options.maxBytes;
    this.#waitingBytes = options.waitingBytes ?? defaultWaitingBytes;
    this.#segmentBytes =
      options.segmentBytes ?? Math.max(1, Math.min(defaultSegmentBytes, Math.ceil(options.maxBytes / 8)));
    this.#maxLineBytes = Math.max(
      options.maxLineBytes ?? Math.max(options.maxBytes, longestLineFloor),
      this.#segmentBytes,
    );
  }

  /** Id of the oldest entry held; `endId` when there is none. */
  get firstId(): number {
    return this.#cold.firstId ?? this.memoryFirstId;
  }

  /** Id of the oldest entry in memory: those below are read back from the cold store. */
  get memoryFirstId(): number {
    return this.#segments[0]?.firstId ?? this.#endId;
  }

  /** Lines and bytes that were held before the oldest entry in memory. */
  get beforeMemory(): {readonly lines: number; readonly bytes: number} {
    return {lines: this.#droppedLines + this.#cold.lines, bytes: this.#droppedBytes + this.#cold.byteLength};
  }

  /** One past the newest entry. */
  get endId(): number {
    return this.#endId;
  }

  /** Changes with every change of the buffer. */
  get version(): number {
    return this.#version;
  }

  /** Lines held, the open one included; markers are not lines. */
  get lineCount(): number {
    return this.#cold.lines + this.#lineCount;
  }

  /** Bytes of the lines held, newlines included. */
  get byteLength(): number {
    return this.#cold.byteLength + this.#byteLength;
  }

  /** Bytes in memory as the bound counts them. */
  get memoryBytes(): number {
    return this.#cost();
  }

  /** Lines dropped from the old end, in all. */
  get droppedLines(): number {
    return this.#droppedLines;
  }

  /** Lines ever received, a recorded past included. */
  get totalLines(): number {
    return this.#droppedLines + this.lineCount;
  }

  /** Bytes ever received, newlines and a recorded past included. */
  get totalBytes(): number {
    return this.#droppedBytes + this.byteLength;
  }

  /** The last line has not ended. */
  get hasOpenLine(): boolean {
    return this.#open;
  }

  /** What leaves memory from now on is asked of `store`; undefined: it is gone. */
  set coldStore(store: ColdStore | undefined) {
    this.#store = store;
  }

  /** Puts a run of entries of an earlier time at the end of a buffer that has had nothing but such runs. */
  addPast({lines, byteLength, markers, bytes}: PastBlock): void {
    this.#version += 1;
    const firstId = this.#endId;
    for (const [index, {line, marker}] of markers.entries()) this.#markers.add(firstId + line + index, marker);
    this.#endId += lines + markers.length;
    this.#cold.push({firstId, endId: this.#endId, markers: markers.length, byteLength, bytes});
    this.#shrinkCold();
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
    this.#shrinkCold();
  }

  /** The next line or marker begins a segment, so that what is before can leave memory on its own. */
  startSegment(): void {
    if (!this.#open && (this.#segments.at(-1)?.count ?? 0) > 0) this.#moveOn();
  }

  /**
   * Adds bytes, split on `\n` only. What follows the last `\n` becomes the open line, or goes on with it: it is
   * visible at once under its id. The array is not kept.
   */
  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#version += 1;
    const endOfOpen = this.#waiting.length > 0 ? bytes.indexOf(newline) + 1 : 0;
    if (endOfOpen > 0) {
      this.#put(bytes.subarray(0, endOfOpen));
      this.#addWaiting();
    }
    this.#put(bytes.subarray(endOfOpen));
  }

  /** The open line, if there is one, stands as received: what comes next is another line. */
  closeLine(): void {
    if (!this.#open) return;
    this.#version += 1;
    this.#newest().endOpenLine();
    this.#byteLength += 1;
    this.#open = false;
    this.#addWaiting();
  }

  /** Adds a marker and answers its id. While a line is open the marker waits for its end: undefined. */
  addMarker(marker: Marker): number | undefined {
    this.#version += 1;
    this.#waiting.push(marker);
    if (this.#open) return undefined;
    this.#addWaiting();
    return this.#endId - 1;
  }

  /** Puts another marker in the place of one that is held or waits; an id without a marker is left alone. */
  replaceMarker(id: number, marker: Marker): void {
    this.#version += 1;
    if (this.#markers.replace(id, marker)) return;
    const index = id - this.#endId;
    if (this.#waiting[index]) this.#waiting[index] = marker;
  }

  /** The newest marker that is held or waits, with the id that it has or will have. */
  lastMarker(): {id: number; marker: Marker} | undefined {
    const waiting = this.#waiting.at(-1);
    if (waiting) return {id: this.#endId + this.#waiting.length - 1, marker: waiting};
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
    const end = Math.min(id, this.#store?.keptTo ?? id);
    while (this.#segments.length > 1 && (this.#segments[0]?.endId ?? end) <= end) this.#dropOldest(undefined);
  }

  /** Takes the oldest segments out of memory until about `bytes` are left there, as long as `newest` bytes stay. */
  shrinkTo(bytes: number, newest: number): void {
    while (this.#segments.length > 1 && this.#cost() > bytes) {
      const oldest = this.#segments[0];
      if (oldest && this.#cost() - oldest.length - oldest.count * entryCost < newest) return;
      if (this.#isOldestWaiting) return;
      this.#version += 1;
      this.#dropOldest(this.#store);
    }
  }

  /**
   * Bytes of a line without its `\n` (a `\r` before it is kept); undefined for markers and ids that are not held.
   * A view: valid until the next change of the buffer.
   */
  lineAt(id: number): Buffer | undefined {
    if (id < this.memoryFirstId) {
      const view = this.#coldView(id);
      const start = view?.starts[id - view.firstId] ?? 0;
      const end = view?.starts[id + 1 - view.firstId] ?? view?.bytes.length ?? 0;
      return start === end ? undefined : view?.bytes.subarray(start, end - 1);
    }
    const segment = this.#segmentOf(id);
    if (!segment) return undefined;
    const index = id - segment.firstId;
    const start = segment.startOf(index);
    const end = segment.endOf(index);
    if (start === end) return undefined;
    return segment.slice(start, this.#open && id === this.#endId - 1 ? end : end - 1);
  }

  /** The segment that holds `id`. To read on, ask for its `endId`. */
  segmentAt(id: number): SegmentView | undefined {
    if (id < this.memoryFirstId) return this.#coldView(id);
    const segment = this.#segmentOf(id);
    return segment?.view(this.#open && segment.endId === this.#endId);
  }

  #put(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) rest = rest.subarray(this.#putSome(rest));
    this.#trim();
  }

  /** Stores what fits into the newest segment up to the end of a line, or makes room. Answers the bytes stored. */
  #putSome(bytes: Uint8Array): number {
    const segment = this.#newest();
    const alone = segment.count === 0 || (this.#open && segment.count === 1);
    const fits = segment.fitting(bytes, {alone, usual: this.#segmentBytes});
    if (fits > 0) {
      this.#write(segment, bytes.subarray(0, fits));
      return fits;
    }
    if (!alone) this.#moveOn();
    else if (segment.capacity < this.#maxLineBytes) segment.grow(Math.min(segment.capacity * 2, this.#maxLineBytes));
    else this.closeLine();
    return 0;
  }

  #write(segment: Segment, bytes: Uint8Array): void {
    const begun = segment.write(bytes, this.#open);
    this.#lineCount += begun;
    this.#endId += begun;
    this.#byteLength += bytes.length;
    this.#open = bytes[bytes.length - 1] !== newline;
  }

  /** Starts another segment and takes the open line along: a line never crosses segments. */
  #moveOn(): void {
    const open = this.#open ? this.#newest().removeLast() : undefined;
    this.#segments.at(-1)?.seal();
    const firstId = open ? this.#endId - 1 : this.#endId;
    const segment = new Segment(firstId, Math.max(this.#segmentBytes, open?.length ?? 0));
    if (open) segment.write(open, false);
    this.#segments.push(segment);
    this.#trim();
  }

  #newest(): Segment {
    let segment = this.#segments.at(-1);
    if (!segment) {
      segment = new Segment(this.#endId, this.#segmentBytes);
      this.#segments.push(segment);
    }
    return segment;
  }

  #addWaiting(): void {
    for (const marker of this.#waiting) {
      if (this.#newest().markers >= markersPerSegment) this.#moveOn();
      const segment = this.#newest();
      segment.beginEntry();
      segment.markers += 1;
      this.#markers.add(this.#endId, marker);
      this.#endId += 1;
    }
    this.#waiting = [];
    this.#trim();
  }

  #trim(): void {
    while (this.#segments.length > 1 && this.#cost() > this.#maxBytes && !this.#isOldestWaiting) {
      this.#dropOldest(this.#store);
    }
  }

  /** The cold store has still to keep the oldest segment, and will, unless it is far behind. */
  get #isOldestWaiting(): boolean {
    const keptTo = this.#store?.keptTo ?? Number.POSITIVE_INFINITY;
    return (this.#segments[0]?.endId ?? 0) > keptTo && this.#cost() <= this.#maxBytes + this.#waitingBytes;
  }

  /** Takes the oldest segment out of memory. What `store` does not keep is gone, and all that is older with it. */
  #dropOldest(store: ColdStore | undefined): void {
    const dropped = this.#segments.shift();
    if (!dropped) return;
    const {firstId, endId, markers, length: byteLength} = dropped;
    const byteOffset = this.#droppedBytes + this.#cold.byteLength;
    const lines = dropped.count - markers;
    this.#lineCount -= lines;
    this.#byteLength -= byteLength;
    const bytes = store?.keep({firstId, endId, byteOffset, byteLength});
    if (bytes) {
      this.#cold.push({firstId, endId, markers, byteLength, bytes});
      if (this.#cold.shouldShrink) this.#shrinkCold();
      return;
    }
    while (this.#cold.firstId !== undefined) this.#dropCold();
    this.#droppedLines += lines;
    this.#droppedBytes += byteLength;
    this.#markers.dropBelow(endId);
  }

  #shrinkCold(): void {
    while (this.#cold.shouldShrink) this.#dropCold();
  }

  #dropCold(): void {
    const dropped = this.#cold.shift();
    if (!dropped) return;
    this.#droppedLines += dropped.endId - dropped.firstId - dropped.markers;
    this.#droppedBytes += dropped.byteLength;
    this.#markers.dropBelow(dropped.endId);
  }

  /** What cannot be read any more is gone, and all that is older with it. */
  #coldView(id: number): SegmentView | undefined {
    if (id < this.firstId) return undefined;
    const view = this.#cold.view(id);
    if (view) return view;
    this.#version += 1;
    while ((this.#cold.firstId ?? id + 1) <= id) this.#dropCold();
    return undefined;
  }

  #cost(): number {
    const markers = this.#markers.size - this.#cold.markers;
    return this.#byteLength + this.#lineCount * entryCost + markers * (entryCost + markerCost);
  }

  #segmentOf(id: number): Segment | undefined {
    if (id < this.memoryFirstId || id >= this.#endId) return undefined;
    return findSegment(this.#segments, id);
  }
}
