/**
 * Memory that goes back to the system once it is freed: the engine maps what can be resized on its own.
 * The C library keeps what it frees, with holes: 64 busy tabs had 80 MiB of them, also when they were closed.
 *
 * Use it for bytes that are copied as a whole: reading them one by one takes longer, once code has seen both kinds.
 */
export function ownMemory(length: number, most = length): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(length, {maxByteLength: most}), 0, length);
}

/** Resizes the memory: keeps the bytes that fit, and adds zeros. All other views may become empty. */
export function resizeOwn({buffer}: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  buffer.resize(length);
  return new Uint8Array(buffer, 0, length);
}

/** All views become empty. Now: the engine would wait for many megabytes. */
export function freeOwn({buffer}: Uint8Array<ArrayBuffer>): void {
  buffer.transferToFixedLength(0);
}
