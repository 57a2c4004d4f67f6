import {bisect, countBelow} from '../../lib/bisect.ts';
import {StyleJoints} from './style-joints.ts';

export const newline = 0x0a;

/** Entries in contiguous bytes. Views: valid until the next change. */
export type SegmentView = {
  readonly firstId: number;
  readonly endId: number;
  /** All entries' bytes with their newlines; markers have none. */
  readonly bytes: Buffer;
  /** `starts[i]` is the offset of entry `firstId + i` in `bytes`; it ends where the next one starts. */
  readonly starts: Uint32Array;
  /** The last entry is a line without its newline. */
  readonly open: boolean;
  /** Joints as far as a search has read. */
  readonly styleJoints: StyleJoints;
};

export class Segment {
  readonly firstId: number;
  /** Lines and markers. */
  count = 0;
  markers = 0;
  /** In bytes. */
  length = 0;
  readonly styleJoints = new StyleJoints();
  #bytes: Buffer<ArrayBuffer>;
  #starts = new Uint32Array(512);

  /** One byte more than `capacity` is for the newline of an open line. `memory`: used if it has that size. */
  constructor(firstId: number, capacity: number, memory?: ArrayBuffer) {
    this.firstId = firstId;
    const size = capacity + 1;
    this.#bytes = memory?.byteLength === size ? Buffer.from(memory) : Buffer.allocUnsafeSlow(size);
  }

  /** Bytes that the segment can hold before it must grow. */
  get capacity(): number {
    return this.#bytes.length - 1;
  }

  get endId(): number {
    return this.firstId + this.count;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  get starts(): Uint32Array {
    return this.#starts.subarray(0, this.count);
  }

  startOf(index: number): number {
    return this.#starts[index] ?? this.length;
  }

  /** Newline included. Equal to the start for a marker, and for nothing else. */
  endOf(index: number): number {
    return index + 1 < this.count ? this.startOf(index + 1) : this.length;
  }

  slice(start: number, end: number): Buffer {
    return this.#bytes.subarray(start, end);
  }

  view(open: boolean): SegmentView {
    return {
      firstId: this.firstId,
      endId: this.endId,
      bytes: this.bytes,
      starts: this.starts,
      open,
      styleJoints: this.styleJoints,
    };
  }

  /** Whole lines, or a part of a line that is `alone`: only such a line makes a segment larger than `usual`. */
  fitting(bytes: Uint8Array, {alone, usual}: {alone: boolean; usual: number}): number {
    const room = this.capacity - this.length;
    if (this.capacity > usual) {
      if (!alone) return 0;
      const end = bytes.indexOf(newline) + 1;
      return Math.min(end > 0 ? end : bytes.length, room);
    }
    if (bytes.length <= room) return bytes.length;
    const end = room > 0 ? bytes.lastIndexOf(newline, room - 1) + 1 : 0;
    return end === 0 && alone ? room : end;
  }

  addMarker(): void {
    this.#addStart(this.length);
    this.markers += 1;
  }

  /** Returns how many entries begin. `open`: the last continues. `newlines`: counted from `offset` before `bytes`. */
  write(bytes: Uint8Array, open: boolean, newlines = newlinesIn(bytes), offset = 0): number {
    const before = this.count;
    const from = this.length;
    this.#bytes.set(bytes, from);
    this.length += bytes.length;
    if (!open) this.#addStart(from);
    // A newline at the very end begins nothing yet.
    const last = countBelow(newlines, offset + bytes.length - 1);
    for (let index = offset === 0 ? 0 : countBelow(newlines, offset); index < last; index++) {
      this.#addStart(from + (newlines[index] ?? 0) - offset + 1);
    }
    return this.count - before;
  }

  /** Returns the bytes of the removed entry. */
  removeLast(): Buffer {
    this.count -= 1;
    const start = this.startOf(this.count);
    const bytes = this.#bytes.subarray(start, this.length);
    this.length = start;
    return bytes;
  }

  endOpenLine(): void {
    this.#bytes[this.length] = newline;
    this.length += 1;
  }

  /** All views become empty, and so they do with `seal`: the engine would wait for many megabytes. */
  grow(capacity: number): void {
    this.#bytes = Buffer.from(this.#bytes.buffer.transfer(capacity + 1));
  }

  /** Nothing will be added any more: frees what is not used. */
  seal(): void {
    this.#starts = this.#starts.slice(0, this.count);
    // A copy for less than 1/16 is not worth it; the usual waste is half a line.
    if (this.#bytes.length - this.length > this.#bytes.length >> 4) {
      this.#bytes = Buffer.from(this.#bytes.buffer.transfer(this.length));
    }
  }

  /** All views become empty: they must not show what another segment writes there. */
  giveMemory(): ArrayBuffer {
    return this.#bytes.buffer.transfer();
  }

  #addStart(offset: number): void {
    if (this.count === this.#starts.length) {
      const larger = new Uint32Array(this.count * 2);
      larger.set(this.#starts);
      this.#starts = larger;
    }
    this.#starts[this.count] = offset;
    this.count += 1;
  }
}

/** `segments` are in order; `id` is not outside of them. */
export function findSegment<Held extends {readonly firstId: number}>(
  segments: readonly Held[],
  id: number,
): Held | undefined {
  return segments[Math.max(0, bisect(0, segments.length, (at) => (segments[at]?.firstId ?? 0) <= id) - 1)];
}

/** Enough for a usual read of a socket: 64 KiB, lines of 16 bytes. */
let offsetsFound = new Uint32Array(4096);

/** Stitch, buffer and error log share one search (45 ns a line): one each is a tenth of what reading a log costs. */
export function newlinesIn(bytes: Uint8Array): Uint32Array {
  // `Buffer`'s search takes half the time of the typed array's.
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = view.indexOf(newline); at !== -1; at = view.indexOf(newline, at + 1)) {
    if (count === offsetsFound.length) {
      const larger = new Uint32Array(2 * count);
      larger.set(offsetsFound);
      offsetsFound = larger;
    }
    offsetsFound[count] = at;
    count += 1;
  }
  return offsetsFound.slice(0, count);
}
