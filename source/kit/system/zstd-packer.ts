import zlib from 'node:zlib';

/** No pool of Node's has as much. */
const leastChunk = 64 * 1024;

/**
 * The `Packer` of the log buffers (source/engine/buffer/packed-store.ts): zstd, at once. To hand a block to libuv's threads
 * takes the main thread longer (0.6 ms) than to compress it (0.25 ms), and their memory is never given back.
 */
export const zstdPacker = {
  pack<Kept>(bytes: Uint8Array, keep: (packed: Uint8Array) => Kept): Kept {
    const packed = zlib.zstdCompressSync(bytes, optionsOf(bytes));
    const kept = keep(packed);
    // Freed now: the engine would wait for many megabytes.
    if (packed.byteOffset === 0 && packed.buffer.byteLength >= leastChunk) packed.buffer.transfer(0);
    return kept;
  },

  unpack(packed: Uint8Array, byteLength: number): Buffer | undefined {
    try {
      // One piece, at least of zlib's smallest size. Of one that is full zlib makes another.
      return zlib.zstdDecompressSync(packed, {
        chunkSize: Math.max(64, byteLength + 1),
        maxOutputLength: Math.max(1, byteLength),
      });
    } catch {
      return undefined;
    }
  },
};

/**
 * Chooses level 1: of a Feldera log it leaves a thirteenth, at 0.8 GB/s; 3 leaves a twelfth and takes a fifth longer,
 * and -3 an eighth and takes a fifth less. Not a constant: nothing of zlib is loaded before the first frame.
 */
function optionsOf({length}: Uint8Array) {
  // With the size zstd takes half as much memory while it works.
  const params = {[zlib.constants.ZSTD_c_compressionLevel]: 1};
  // Zstandard's bound for bytes that do not become smaller: of a result in several pieces all but a copy are garbage.
  return {params, chunkSize: length + (length >> 8) + leastChunk, pledgedSrcSize: length};
}
