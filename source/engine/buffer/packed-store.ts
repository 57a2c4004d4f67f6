import {freeOwn, ownMemory} from './own-memory.ts';

/** Compresses segments of a log, and reads them back: injected, since only some rooms may use Node. */
export type Packer = {
  /** 256 KiB of a Feldera log become a thirteenth, in 0.3 ms. `keep` has to copy the packed bytes, which end with it. */
  readonly pack: <Kept>(bytes: Uint8Array, keep: (packed: Uint8Array) => Kept) => Kept;
  /** Returns undefined when they cannot be unpacked. 256 KiB take 0.3 ms. */
  readonly unpack: (packed: Uint8Array, byteLength: number) => Buffer | undefined;
};

export type PackedBlock = {
  /** Returns undefined when it cannot be read any more. */
  readonly read: () => Buffer | undefined;
  /** Its first bytes alone, if it was added with `startBytes`: that many. */
  readonly readStart?: (() => Buffer | undefined) | undefined;
  /** Bytes that it takes in memory. */
  readonly memoryBytes: number;
  /** It is not needed any more. */
  readonly free: () => void;
};

/** The objects that belong to one block, in bytes, roughly. */
const blockCost = 512;
/** A piece is as large as this part of all that is held: what is free in the oldest and the newest one stays little. */
const pieceShare = 1 / 4;
const smallestPiece = 32 * 1024;
const largestPiece = 1024 * 1024;

type Piece = {readonly bytes: Uint8Array<ArrayBuffer>; used: number; blocks: number};

/**
 * Compressed blocks in a few large pieces of memory, in the order in which they come and go. Each in memory of its own
 * would take whole pages, and a call of the system.
 */
export class PackedStore {
  readonly #packer: Packer;
  /** The one that is being filled. */
  #newest: Piece | undefined;
  /** Bytes of all pieces. */
  #pieceBytes = 0;
  /** Bytes of the blocks in them. */
  #blockBytes = 0;

  constructor(packer: Packer) {
    this.#packer = packer;
  }

  /** Bytes of the pieces beside their blocks: those that are not used yet, or no more. */
  get unusedBytes(): number {
    return this.#pieceBytes - this.#blockBytes;
  }

  /** `startBytes`: the first bytes, of more, can be read alone. */
  add(bytes: Uint8Array, startBytes = 0): PackedBlock {
    const {length} = bytes;
    if (startBytes > 0) return joined(this.add(bytes.subarray(0, startBytes)), this.add(bytes.subarray(startBytes)));
    return this.#packer.pack(bytes, (packed) => {
      const piece = this.#pieceFor(packed.length);
      const kept = piece.bytes.subarray(piece.used, piece.used + packed.length);
      kept.set(packed);
      piece.used += packed.length;
      piece.blocks += 1;
      this.#blockBytes += packed.length;
      return {
        read: () => this.#packer.unpack(kept, length),
        memoryBytes: packed.length + blockCost,
        free: () => this.#free(piece, kept.length),
      };
    });
  }

  #pieceFor(length: number): Piece {
    const newest = this.#newest;
    if (newest && newest.used + length <= newest.bytes.length) return newest;
    const size = Math.min(largestPiece, Math.max(smallestPiece, this.#blockBytes * pieceShare));
    const piece = {bytes: ownMemory(Math.max(Math.ceil(size), length)), used: 0, blocks: 0};
    this.#newest = piece;
    this.#pieceBytes += piece.bytes.length;
    return piece;
  }

  /** A block of `length` bytes is gone. */
  #free(piece: Piece, length: number): void {
    piece.blocks -= 1;
    this.#blockBytes -= length;
    if (piece.blocks > 0) return;
    if (piece === this.#newest) this.#newest = undefined;
    this.#pieceBytes -= piece.bytes.length;
    freeOwn(piece.bytes);
  }
}

function joined(start: PackedBlock, rest: PackedBlock): PackedBlock {
  return {
    read: () => {
      const parts = [start, rest].flatMap((block) => block.read() ?? []);
      return parts.length === 2 ? Buffer.concat(parts) : undefined;
    },
    readStart: start.read,
    memoryBytes: start.memoryBytes + rest.memoryBytes,
    free: () => {
      start.free();
      rest.free();
    },
  };
}
