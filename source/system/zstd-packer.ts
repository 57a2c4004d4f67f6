import zlib from 'node:zlib';

/** One piece for nearly every block of 256 KiB; zlib's own are of 16 KiB. No pool of Node's has this size. */
const chunkSize = 63 * 1024;
/** The last block did not fit into one: those of a log are alike. */
let isLarge = false;

/**
 * The `Packer` of the log buffers (source/buffer/packed-store.ts): zstd, at once. To hand a block to libuv's threads
 * takes the main thread longer (0.6 ms) than to compress it (0.25 ms), and their memory is never given back.
 */
export const zstdPacker = {
  pack<Kept>(bytes: Uint8Array, keep: (packed: Uint8Array) => Kept): Kept {
    const packed = zlib.zstdCompressSync(bytes, optionsOf(bytes));
    const kept = keep(packed);
    isLarge = packed.length > chunkSize;
    // Freed now: the engine would wait for many megabytes. What is smaller may be of a pool.
    if (packed.byteOffset === 0 && packed.buffer.byteLength >= chunkSize) packed.buffer.transfer(0);
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
 * Of a Feldera log level 1 leaves a thirteenth, at 0.8 GB/s; 3 leaves a twelfth and takes a fifth longer, and -3 an
 * eighth and takes a fifth less. Not a constant: nothing of zlib is loaded before the first frame.
 */
function optionsOf({length}: Uint8Array) {
  // With the size zstd takes half as much memory while it works.
  const params = {[zlib.constants.ZSTD_c_compressionLevel]: 1};
  // Zstandard's bound for bytes that do not become smaller: pieces of a result that has several are garbage.
  const bound = length + (length >> 8) + 64 * 1024;
  return {params, chunkSize: isLarge ? Math.max(bound, chunkSize) : chunkSize, pledgedSrcSize: length};
}
