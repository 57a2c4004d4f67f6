import zlib from 'node:zlib';

/** One piece for nearly every block of 256 KiB; zlib's own are of 16 KiB. No pool of Node's has this size. */
const chunkSize = 63 * 1024;

/** The `Packer` of the log buffers (source/buffer/packed-store.ts): zstd, on libuv's threads. */
export const zstdPacker = {
  pack(bytes: Uint8Array, onPacked: (packed: Uint8Array | undefined) => void): void {
    const stream = zlib.createZstdCompress(optionsOf(bytes));
    const pieces: Buffer<ArrayBuffer>[] = [];
    stream.on('data', (piece) => pieces.push(piece));
    stream.once('end', () => onPacked(joined(pieces)));
    stream.once('error', () => onPacked(undefined));
    stream.end(bytes);
  },

  packNow(bytes: Uint8Array): Uint8Array {
    return joined([zlib.zstdCompressSync(bytes, optionsOf(bytes))]);
  },

  unpack(packed: Uint8Array, byteLength: number): Buffer | undefined {
    try {
      // One piece; zlib's smallest is 64 bytes.
      return zlib.zstdDecompressSync(packed, {
        chunkSize: Math.max(64, byteLength),
        maxOutputLength: Math.max(1, byteLength),
      });
    } catch {
      return undefined;
    }
  },
};

/**
 * Of a Feldera log level 1 leaves a thirteenth, at 0.5 GB/s; 3 leaves a twelfth and takes a fifth longer, and -3 an
 * eighth and takes a fifth less. Not a constant: nothing of zlib is loaded before the first frame.
 */
function optionsOf({length}: Uint8Array) {
  // With the size zstd takes half as much memory while it works.
  return {params: {[zlib.constants.ZSTD_c_compressionLevel]: 1}, chunkSize, pledgedSrcSize: length};
}

/** A copy, without the unused rest of what zlib made, which is freed: the engine would wait for many megabytes. */
function joined(pieces: readonly Buffer<ArrayBuffer>[]): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const all = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  // Small ones may be of a pool.
  for (const {buffer} of pieces) if (buffer.byteLength === chunkSize) buffer.transfer(0);
  return all;
}
