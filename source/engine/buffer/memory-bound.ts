import type {ColdSegments} from './cold-segments.ts';
import type {HotSegments} from './hot-segments.ts';

/** With a packer the newest lines stay as they are: in a share of the free room, not less than this, or if not viewed. */
const unpackedShare = 1 / 8;
const leastUnpackedBytes = 1024 * 1024;
const unviewedBytes = 256 * 1024;
/** Segments that are packed at once: 1 ms. The others wait for the next change, or for `packOlder`. */
const mostPackedAtOnce = 4;
/** Room for those that wait. */
const waitingToPack = 2 * 1024 * 1024;

type MemoryBoundOptions = {
  readonly hot: HotSegments;
  readonly cold: ColdSegments;
  readonly maxBytes: number;
  /** Room over the bound while the cold store is slow. */
  readonly waitingBytes: number;
  readonly isPacking: boolean;
};

/**
 * Decides what of a log buffer leaves memory, and when. Over the bound the oldest segments go: to the cold store, from
 * which they are read back, or for good. With a packer most of them are compressed long before, except those that the
 * cold store has. The bound counts lines, newlines and the index, so that a flood of empty lines is bounded too.
 */
export class MemoryBound {
  /** The log is viewed: more of it stays as it is. */
  #isViewed = true;
  readonly #hot: HotSegments;
  readonly #cold: ColdSegments;
  /** Call `enforce` after a change. */
  maxBytes: number;
  /** A segment was compressed, or is in the cold store, or gone. */
  onMoved = () => {};
  readonly #waitingBytes: number;
  readonly #isPacking: boolean;

  constructor({hot, cold, maxBytes, waitingBytes, isPacking}: MemoryBoundOptions) {
    this.#hot = hot;
    this.#cold = cold;
    this.maxBytes = maxBytes;
    this.#waitingBytes = waitingBytes;
    this.#isPacking = isPacking;
  }

  get memoryBytes(): number {
    return this.#hot.cost + this.#cold.memoryBytes;
  }

  set isViewed(isViewed: boolean) {
    this.#isViewed = isViewed;
    if (!isViewed) this.#cold.dropViews();
  }

  /** Nothing is left to compress. */
  get isPacked(): boolean {
    return !this.#isPacking || this.#hot.cost <= this.#unpackedBound;
  }

  /** After each change. */
  enforce(): void {
    if (this.#isPacking) {
      this.#pack();
      return;
    }
    while (this.#hot.cost > this.maxBytes && this.#mayOldestLeave) this.#moveOldest();
  }

  /** See `LogBuffer.shrinkTo`. */
  shrinkTo(bytes: number, newest: number): void {
    if (this.memoryBytes > bytes) this.#hot.endLongSegment();
    // What is compressed is still there.
    const mayMove = () => this.#isPacking || this.#hot.costWithoutOldest >= newest;
    while (this.memoryBytes > bytes && mayMove() && this.#mayOldestLeave) this.#moveOldest();
    const least = Math.max(bytes, newest);
    while (this.memoryBytes > least && this.#cold.packedBytes > 0) this.#cold.releaseOldestPacked();
  }

  /** See `LogBuffer.dropBefore`. */
  dropBefore(id: number): void {
    const end = Math.min(id, this.#cold.storedTo);
    this.#cold.dropBefore(end);
    while (this.#hot.oldest && this.#hot.oldest.endId <= end) {
      const segment = this.#hot.removeOldest();
      if (!segment) return;
      this.#cold.drop(segment);
      this.#hot.reuse(segment);
    }
  }

  /** A segment that the cold store has still to keep waits for it, within `waitingBytes`. */
  get #mayOldestLeave(): boolean {
    const {oldest, cost} = this.#hot;
    if (!oldest) return false;
    return oldest.endId <= this.#cold.storedTo || cost > this.maxBytes + this.#waitingBytes;
  }

  #moveOldest(): void {
    const segment = this.#hot.removeOldest();
    if (!segment) return;
    this.#cold.add(segment);
    this.#hot.reuse(segment);
    this.onMoved();
  }

  /** Bytes of the newest lines that are never packed. */
  get #unpackedBytes(): number {
    const least = Math.min(leastUnpackedBytes, this.maxBytes * unpackedShare);
    if (!this.#isViewed) return Math.min(unviewedBytes, least);
    return Math.max(least, (this.maxBytes - this.#cold.packedBytes) * unpackedShare);
  }

  /** Bytes that are not packed; of a log that is viewed and recorded, all for which there is room. */
  get #unpackedBound(): number {
    const isRecorded = Number.isFinite(this.#cold.storedTo);
    if (!isRecorded || !this.#isViewed) return this.#unpackedBytes;
    return Math.max(this.#unpackedBytes, this.maxBytes - this.#cold.packedBytes);
  }

  /** Old segments leave: to a store as soon as it has them, else compressed. Over the bound the oldest ones are dropped. */
  #pack(): void {
    if (this.#isViewed) this.#cold.freeEvicted();
    // Of a log that nobody scrolls through nothing is read twice: the four last segments of 64 logs would take 64 MiB.
    else this.#cold.dropViews();
    const bound = this.#unpackedBound;
    const most = bound + Math.min(waitingToPack, this.maxBytes * unpackedShare);
    for (let moved = 0, {oldest} = this.#hot; oldest && this.#hot.cost > bound; {oldest} = this.#hot, moved++) {
      const mayWait = moved >= mostPackedAtOnce || oldest.endId > this.#cold.storedTo;
      if (mayWait && this.#hot.cost <= most) break;
      this.#moveOldest();
    }
    this.#dropPackedOver(this.maxBytes - Math.min(this.#hot.cost, this.#unpackedBytes));
  }

  #dropPackedOver(bytes: number): void {
    if (this.#cold.memoryBytes > bytes) this.#cold.dropViews();
    while (this.#cold.packedBytes > Math.max(0, bytes)) {
      // What the store has still to keep waits for it, as what is not packed does.
      if (this.#cold.awaitsStore && this.#cold.packedBytes <= bytes + this.#waitingBytes) return;
      this.#cold.releaseOldestPacked();
    }
  }
}
