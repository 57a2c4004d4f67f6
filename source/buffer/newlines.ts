export const newline = 0x0a;

/** Room for the newlines of a piece, in the order of what a socket gives at once: 64 KiB, lines of 16 bytes. */
let room = new Uint32Array(4096);

/**
 * The offsets of the newlines in `bytes`, in order. A piece of the log is searched once, and what was found goes with it
 * to all that want its lines: a search costs 45 ns a line, and the stitch, the buffer and the counter of errors would
 * each make one, which is a tenth of what taking in a log costs.
 */
export function newlinesIn(bytes: Uint8Array): Uint32Array {
  // `Buffer`'s search takes half the time of the typed array's.
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = view.indexOf(newline); at !== -1; at = view.indexOf(newline, at + 1)) {
    if (count === room.length) {
      const larger = new Uint32Array(2 * count);
      larger.set(room);
      room = larger;
    }
    room[count] = at;
    count += 1;
  }
  return room.slice(0, count);
}

/** How many of the offsets are below `bound`. */
export function countBelow(offsets: Uint32Array, bound: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
