import {findSegment, newline, Segment, type SegmentView} from './segment.ts';

/** Bytes that an entry costs beside its own: its start; a marker also an object and a place in a map, roughly. */
const entryCost = 4;
const markerCost = 256;
const markersPerSegment = 1024;

/** Memory of removed segments, for the next ones of any log: several may leave at once. */
const spareMemory: ArrayBuffer[] = [];
const mostSpare = 4;

/** The newest entries of a log buffer, in memory. Only the last segment grows; the owner removes the oldest. */
export class HotSegments {
  readonly #segmentBytes: number;
  /** Length at which an endless line is broken, at least a segment's. */
  maxLineBytes: number;
  /** Oldest first. All but the last are sealed. */
  readonly #segments: Segment[] = [];
  #isOpen = false;
  #endId = 0;
  #lines = 0;
  #markers = 0;
  #byteLength = 0;

  /** `segmentBytes`: size of a segment. `maxLineBytes`, not less: where an endless line is broken. */
  constructor(options: {segmentBytes: number; maxLineBytes: number}) {
    this.#segmentBytes = options.segmentBytes;
    this.maxLineBytes = options.maxLineBytes;
  }

  /** `endId` when there is no entry. */
  get firstId(): number {
    return this.#segments[0]?.firstId ?? this.#endId;
  }

  /** One past the newest entry. */
  get endId(): number {
    return this.#endId;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The open line included. */
  get lines(): number {
    return this.#lines;
  }

  /** Newlines included. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** In bytes, those of the index included. */
  get cost(): number {
    return this.#byteLength + this.#lines * entryCost + this.#markers * (entryCost + markerCost);
  }

  /** Bytes of room in the newest segment that nothing is in. */
  get unusedBytes(): number {
    const newest = this.#segments.at(-1);
    return newest ? newest.capacity - newest.length : 0;
  }

  /** The segment that leaves memory next; undefined: there is only the newest one, which stays. */
  get oldest(): Segment | undefined {
    return this.#segments.length > 1 ? this.#segments[0] : undefined;
  }

  /** `cost` without the oldest segment, but with the objects of its markers. */
  get costWithoutOldest(): number {
    const {oldest} = this;
    return this.cost - (oldest ? oldest.length + oldest.count * entryCost : 0);
  }

  removeOldest(): Segment | undefined {
    const {oldest} = this;
    if (!oldest) return undefined;
    this.#segments.shift();
    this.#lines -= oldest.count - oldest.markers;
    this.#markers -= oldest.markers;
    this.#byteLength -= oldest.length;
    return oldest;
  }

  /** See `LogBuffer.segmentStart`: the lines and bytes in memory. `id` is in memory, or the next one. */
  segmentStart(id: number): {readonly id: number; readonly lines: number; readonly bytes: number} {
    let lines = 0;
    let bytes = 0;
    for (const {firstId, endId, length, count, markers} of this.#segments) {
      if (id < endId) return {id: firstId, lines, bytes};
      lines += count - markers;
      bytes += length;
    }
    return {id, lines, bytes};
  }

  /** The next segment gets the memory of this removed one: for 163 MB the garbage would cost 60 to 100 ms of CPU. */
  reuse(segment: Segment): void {
    const memory = segment.giveMemory();
    if (memory.byteLength === this.#segmentBytes + 1 && spareMemory.length < mostSpare) spareMemory.push(memory);
    // Freed now: the engine would wait for megabytes of them.
    else memory.transfer(0);
  }

  /** Id of the first entry. Only while there is none. */
  startAt(id: number): void {
    this.#endId = id;
  }

  /**
   * Stores the bytes from `offset` on that fit into the newest segment, up to the end of a line; a line of the greatest
   * length is ended. Returns how many; 0: it made room for the next call. `newlines`: offsets in all of `bytes`.
   */
  append(bytes: Uint8Array, newlines: Uint32Array, offset: number): number {
    const segment = this.#newest();
    const alone = segment.count === 0 || (this.#isOpen && segment.count === 1);
    const fits = segment.fitting(bytes.subarray(offset), {alone, usual: this.#segmentBytes});
    if (fits > 0) {
      this.#write(segment, bytes.subarray(offset, offset + fits), newlines, offset);
      return fits;
    }
    if (!alone) this.#beginSegment();
    // By one byte at least: the bound need not be a whole number, and memory is.
    else if (segment.capacity + 1 <= this.maxLineBytes) segment.grow(Math.min(segment.capacity * 2, this.maxLineBytes));
    else this.closeLine();
    return 0;
  }

  closeLine(): void {
    if (!this.#isOpen) return;
    this.#newest().endOpenLine();
    this.#byteLength += 1;
    this.#isOpen = false;
  }

  /** Returns the marker's id. Only while no line is open. */
  addMarker(): number {
    if (this.#newest().markers >= markersPerSegment) this.#beginSegment();
    const segment = this.#newest();
    segment.addMarker();
    this.#markers += 1;
    this.#endId += 1;
    return this.#endId - 1;
  }

  /** The next line or marker begins a segment. Does nothing while a line is open. */
  startSegment(): void {
    if (!this.#isOpen && (this.#segments.at(-1)?.count ?? 0) > 0) this.#beginSegment();
  }

  /** A long line that has ended shall be able to leave memory: the next line begins a segment of the usual size. */
  endLongSegment(): void {
    if ((this.#segments.at(-1)?.capacity ?? 0) > this.#segmentBytes) this.startSegment();
  }

  lineAt(id: number): Buffer | undefined {
    const segment = this.#find(id);
    if (!segment) return undefined;
    const index = id - segment.firstId;
    const start = segment.startOf(index);
    const end = segment.endOf(index);
    if (start === end) return undefined;
    return segment.slice(start, this.#isOpen && id === this.#endId - 1 ? end : end - 1);
  }

  segmentAt(id: number): SegmentView | undefined {
    const segment = this.#find(id);
    return segment?.view(this.#isOpen && segment.endId === this.#endId);
  }

  #write(segment: Segment, bytes: Uint8Array, newlines: Uint32Array, offset: number): void {
    const added = segment.write(bytes, this.#isOpen, newlines, offset);
    this.#lines += added;
    this.#endId += added;
    this.#byteLength += bytes.length;
    this.#isOpen = bytes[bytes.length - 1] !== newline;
  }

  /** Starts another segment and moves the open line there: a line never crosses segments. */
  #beginSegment(): void {
    const open = this.#isOpen ? this.#newest().removeLast() : undefined;
    const before = this.#segments.at(-1);
    const firstId = open ? this.#endId - 1 : this.#endId;
    const segment = new Segment(firstId, Math.max(this.#segmentBytes, open?.length ?? 0), spareMemory.pop());
    if (open) segment.write(open, false);
    before?.seal();
    this.#segments.push(segment);
  }

  #newest(): Segment {
    let segment = this.#segments.at(-1);
    if (!segment) {
      segment = new Segment(this.#endId, this.#segmentBytes, spareMemory.pop());
      this.#segments.push(segment);
    }
    return segment;
  }

  #find(id: number): Segment | undefined {
    if (id < this.firstId || id >= this.#endId) return undefined;
    return findSegment(this.#segments, id);
  }
}
