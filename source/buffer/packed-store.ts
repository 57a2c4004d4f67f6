/** Compresses segments of a log, and reads them back: injected, since only some rooms may use Node. */
export type Packer = {
  /** 256 KiB of a Feldera log become a thirteenth, in 0.3 ms. `keep` has to copy the packed bytes, which end with it. */
  readonly pack: <Kept>(bytes: Uint8Array, keep: (packed: Uint8Array) => Kept) => Kept;
  /** Undefined: they cannot be unpacked. 256 KiB take 0.3 ms. */
  readonly unpack: (packed: Uint8Array, byteLength: number) => Buffer | undefined;
};

export type PackedBlock = {
  /** Undefined: it cannot be read any more. */
  readonly read: () => Buffer | undefined;
  /** Its first bytes alone, if it was added with `startBytes`: that many. */
  readonly readStart?: (() => Buffer | undefined) | undefined;
  /** What it takes of the memory. */
  readonly memoryBytes: number;
  /** It is not needed any more. */
  readonly free: () => void;
};

/** The objects that belong to one block, in bytes, roughly. */
const blockCost = 512;
/** The first piece of a log is small: there may be many logs. */
const firstPiece = 32 * 1024;
const largestPiece = 1024 * 1024;

type Piece = {readonly bytes: Uint8Array<ArrayBuffer>; used: number; blocks: number};

/**
 * Compressed blocks in a few large pieces of memory, in the order in which they come and go. Each in memory of its own
 * would leave holes among what compressing takes for a moment: 490 MB of log in 32 MiB took 149 MiB.
 */
export class PackedStore {
  readonly #packer: Packer;
  /** The one that is being filled. */
  #newest: Piece | undefined;

  constructor(packer: Packer) {
    this.#packer = packer;
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
      return {
        read: () => this.#packer.unpack(kept, length),
        memoryBytes: packed.length + blockCost,
        free: () => this.#free(piece),
      };
    });
  }

  #pieceFor(length: number): Piece {
    const newest = this.#newest;
    if (newest && newest.used + length <= newest.bytes.length) return newest;
    const size = newest ? Math.min(largestPiece, newest.bytes.length * 2) : firstPiece;
    const piece = {bytes: new Uint8Array(Math.max(size, length)), used: 0, blocks: 0};
    this.#newest = piece;
    if (newest?.blocks === 0) freeMemory(newest);
    return piece;
  }

  /** One of its blocks is gone. */
  #free(piece: Piece): void {
    piece.blocks -= 1;
    if (piece.blocks === 0 && piece !== this.#newest) freeMemory(piece);
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

/** Now: the engine would wait for many megabytes. */
function freeMemory({bytes}: Piece): void {
  bytes.buffer.transfer(0);
}
