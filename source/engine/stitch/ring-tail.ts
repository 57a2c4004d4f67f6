import {freeOwn, ownMemory, resizeOwn} from '../buffer/own-memory.ts';
import {type PackedBlock, PackedStore, type Packer} from '../buffer/packed-store.ts';
import {newline} from '../buffer/segment.ts';

const initialRoom = 16 * 1024;
/** The compressed blocks of a full tail: one of the server's ring has 256 KiB. Less than one is not compressed. */
const mostBlocks = 4;
const nothing = new Uint8Array(0);
const beforeFirst = Uint8Array.of(newline);

/** Most that the server's ring holds, whichever is reached first. `bytes`: without newlines. */
export type RingLimits = {readonly bytes: number; readonly entries: number};

/** Limits of Feldera 0.337, for each pipeline. */
export const serverRing: RingLimits = {bytes: 1_000_000, entries: 50_000};

/**
 * The last bytes of the log that a ring could still hold: the reference for a replay.
 *
 * A copy of the bytes costs 0.03 ns a byte; hashes would cost more for every line, for a reconnect that may never come.
 * The newline before the first line makes every line follow one. The room grows with the log: quiet tabs cost 16 KiB.
 * When full it is a ring buffer, which only a reconnect puts in order. `pack` compresses it, to a thirteenth.
 */
export class RingTail {
  readonly #limit: number;
  readonly #store: PackedStore | undefined;
  /** Bytes before those in the room, oldest first. */
  readonly #packed: {readonly block: PackedBlock; readonly length: number}[] = [];
  #packedLength = 0;
  /** The last byte that is compressed. */
  #packedEnd = newline;
  #room: Uint8Array<ArrayBuffer>;
  #length = 0;
  /** Offset of the next byte. While the room is not full, the bytes begin at 0. */
  #end = 0;

  /** Without `packer` nothing is compressed. */
  constructor(ring: RingLimits, packer?: Packer) {
    this.#store = packer && new PackedStore(packer);
    // Every entry of the ring ends with a newline on the wire; one more is before the first.
    this.#limit = ring.bytes + ring.entries + 1;
    this.#room = ownMemory(Math.min(initialRoom, this.#limit), this.#limit);
    this.reset();
  }

  /** The bytes, oldest first. Valid until the next change. */
  get bytes(): Uint8Array {
    if (this.#packed.length === 0) return this.#inRoom;
    const parts: Uint8Array[] = [this.#inRoom];
    for (const {block} of this.#packed.toReversed()) {
      const bytes = block.read();
      // Bytes before a block that cannot be read are of no use: they do not join those after it.
      if (!bytes) break;
      parts.unshift(bytes);
    }
    const bytes = Buffer.concat(parts);
    return bytes.subarray(Math.max(0, bytes.length - this.#limit));
  }

  /** In memory. */
  get memoryBytes(): number {
    const packed = this.#packed.reduce((sum, {block}) => sum + block.memoryBytes, this.#store?.unusedBytes ?? 0);
    return this.#room.length + packed;
  }

  get isWithinLine(): boolean {
    if (this.#length === 0) return this.#packedEnd !== newline;
    return this.#room[(this.#end || this.#room.length) - 1] !== newline;
  }

  reset(): void {
    this.#freePacked(0);
    this.#setRoom(beforeFirst);
  }

  dropPartialLine(): void {
    if (!this.isWithinLine) return;
    if (!this.#inRoom.includes(newline)) this.#unpack();
    const lineStart = this.#inRoom.lastIndexOf(newline) + 1;
    if (lineStart === 0) {
      this.reset();
    } else {
      this.#length = lineStart;
      this.#end = lineStart;
    }
  }

  append(bytes: Uint8Array): void {
    const kept = bytes.length > this.#limit ? bytes.subarray(-this.#limit) : bytes;
    const needed = Math.min(this.#length + kept.length, this.#limit);
    if (needed > this.#room.length) this.#grow(needed);
    const untilEnd = this.#room.length - this.#end;
    this.#room.set(kept.subarray(0, untilEnd), this.#end);
    if (kept.length > untilEnd) this.#room.set(kept.subarray(untilEnd), 0);
    this.#end = (this.#end + kept.length) % this.#room.length;
    this.#length = needed;
    if (this.#packedLength > 0) this.#freePacked(this.#limit - needed);
  }

  /** Compresses what came since the last call, within 2 ms; true if that is too little. `bytes` must not be in use. */
  pack(): boolean {
    const blockBytes = Math.ceil(this.#limit / mostBlocks);
    if (!this.#store || this.#length < blockBytes) return true;
    const bytes = this.#inRoom;
    for (let start = 0; start < bytes.length; start += blockBytes) {
      const part = bytes.subarray(start, start + blockBytes);
      this.#packed.push({block: this.#store.add(part), length: part.length});
    }
    this.#packedLength += bytes.length;
    this.#packedEnd = bytes.at(-1) ?? newline;
    this.#setRoom(nothing);
    this.#freePacked(this.#limit);
    return false;
  }

  #unpack(): void {
    const {bytes} = this;
    this.#freePacked(0);
    this.#setRoom(bytes);
  }

  /** Frees the oldest blocks that lie wholly before the newest `kept` compressed bytes. */
  #freePacked(kept: number): void {
    for (let [oldest] = this.#packed; oldest && this.#packedLength - oldest.length >= kept; [oldest] = this.#packed) {
      oldest.block.free();
      this.#packed.shift();
      this.#packedLength -= oldest.length;
    }
  }

  get #inRoom(): Uint8Array {
    if (this.#length === this.#room.length && this.#end > 0) this.#putInOrder();
    return this.#room.subarray(0, this.#length);
  }

  #setRoom(bytes: Uint8Array): void {
    const size = Math.min(this.#limit, Math.max(initialRoom, bytes.length));
    this.#room = resizeOwn(this.#room, size);
    this.#room.set(bytes);
    this.#length = bytes.length;
    this.#end = bytes.length % size;
  }

  #grow(needed: number): void {
    const size = Math.min(this.#limit, Math.max(needed, 2 * this.#room.length));
    this.#room = resizeOwn(this.#room, size);
    this.#end = this.#length;
  }

  /** The room is full, and its oldest byte is at `#end`. */
  #putInOrder(): void {
    const {length} = this.#room;
    const room = ownMemory(length, this.#limit);
    room.set(this.#room.subarray(this.#end));
    room.set(this.#room.subarray(0, this.#end), length - this.#end);
    freeOwn(this.#room);
    this.#room = room;
    this.#end = 0;
  }
}
