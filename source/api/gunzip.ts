import zlib from 'node:zlib';

/**
 * Decompresses a whole gzip body off the main thread. Rejects when it is broken, incomplete, or larger than `limit`
 * bytes.
 */
export function gunzip(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zlib.gunzip(bytes, {maxOutputLength: limit}, (error, plain) => {
      if (error) reject(error);
      else resolve(plain);
    });
  });
}
