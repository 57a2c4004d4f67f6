import zlib from 'node:zlib';

/** One piece for nearly every block of 256 KiB: zlib would make pieces of 16 KiB and join them. */
const chunkSize = 64 * 1024;

/** The `Packer` of the log buffers (source/buffer/packed-store.ts): zstd, on libuv's threads. */
export const zstdPacker = {
  pack(bytes: Uint8Array, onPacked: (packed: Uint8Array | undefined) => void): void {
    zlib.zstdCompress(bytes, optionsNow(), (error, packed) => onPacked(error ? undefined : exactCopy(packed)));
  },

  packNow(bytes: Uint8Array): Uint8Array {
    return exactCopy(zlib.zstdCompressSync(bytes, optionsNow()));
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
function optionsNow() {
  return {params: {[zlib.constants.ZSTD_c_compressionLevel]: 1}, chunkSize};
}

/** Without the unused rest of the piece that zlib made. */
function exactCopy(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
