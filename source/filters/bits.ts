/** How many bits of a 32-bit word are set. */
export function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The lowest bit that is set, 0 to 31, of a word that is not 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** The highest bit that is set, 0 to 31, of a word that is not 0. */
export function highestBit(word: number): number {
  return 31 - Math.clz32(word);
}

/** The bits `[from, to)` of a word; `0 <= from < to <= 32`. */
export function bitsBetween(from: number, to: number): number {
  return (-1 << from) & (-1 >>> (32 - to));
}
