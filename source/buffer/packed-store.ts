import type {ColdBytes, ColdStore, LeavingSegment} from './cold-segments.ts';
import type {Segment} from './segment.ts';

/** Compresses blocks of a log: injected, since only some rooms may use Node. */
export type Packer = {
  /** On another thread: the bytes must not change until `onPacked` is called, in a later turn. Undefined: it failed. */
  readonly pack: (bytes: Uint8Array, onPacked: (packed: Uint8Array | undefined) => void) => void;
  /** Holds this thread: 256 KiB for 0.4 ms. */
  readonly packNow: (bytes: Uint8Array) => Uint8Array;
  /** Undefined: they cannot be unpacked. 256 KiB take 0.3 ms. */
  readonly unpack: (packed: Uint8Array, byteLength: number) => Buffer | undefined;
};

/** The objects that belong to one block, in bytes, roughly. */
const blockCost = 512;
/** At once: with two cores more would only wait for one, beside the disk and name look-ups, which share the threads. */
const mostPacking = 2;

/**
 * Keeps segments in memory, compressed: a Feldera log to a thirteenth. A segment is packed on another thread while it is
 * still readable as it is, and leaves the buffer's own memory after that.
 */
export class PackedStore implements ColdStore {
  readonly keptTo = Number.POSITIVE_INFINITY;
  readonly #packer: Packer;
  readonly #onPacked: () => void;
  readonly #packing = new Set<Segment>();
  /** Packed, and still in the buffer. By the id of the first entry, in order. */
  readonly #packed = new Map<number, Uint8Array>();

  /** `onPacked`: `keep` has more. */
  constructor({packer, onPacked}: {packer: Packer; onPacked: () => void}) {
    this.#packer = packer;
    this.#onPacked = onPacked;
  }

  /** The segment's memory is being read. */
  isPacking(segment: Segment): boolean {
    return this.#packing.has(segment);
  }

  /** Starts with the first of these sealed segments that are not packed yet. */
  start(segments: Iterable<Segment>): void {
    for (const segment of segments) {
      if (this.#packing.size >= mostPacking) return;
      if (!this.#packing.has(segment) && !this.#packed.has(segment.firstId)) this.#start(segment);
    }
  }

  /** For a segment that cannot wait. */
  packNow({firstId, bytes}: Segment): void {
    if (!this.#packed.has(firstId)) this.#packed.set(firstId, this.#packer.packNow(bytes));
  }

  keep({firstId, byteLength}: LeavingSegment): ColdBytes | undefined {
    const packed = this.#packed.get(firstId);
    if (!packed) return undefined;
    return {
      isKept: () => true,
      read: () => this.#packer.unpack(packed, byteLength),
      memoryBytes: packed.byteLength + blockCost,
    };
  }

  /** Entries below this id have left the buffer's own memory, kept or not. */
  forgetBelow(id: number): void {
    for (const firstId of this.#packed.keys()) {
      if (firstId >= id) return;
      this.#packed.delete(firstId);
    }
  }

  #start(segment: Segment): void {
    this.#packing.add(segment);
    this.#packer.pack(segment.bytes, (packed) => {
      this.#packing.delete(segment);
      // One that could not be packed stays as it is until `packNow`.
      if (packed && !this.#packed.has(segment.firstId)) this.#packed.set(segment.firstId, packed);
      this.#onPacked();
    });
  }
}
