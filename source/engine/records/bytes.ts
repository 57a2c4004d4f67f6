export const carriageReturn = 0x0d;
export const escapeByte = 0x1b;
export const space = 0x20;
export const quote = 0x22;
export const apostrophe = 0x27;
export const comma = 0x2c;
export const colon = 0x3a;
export const openingBracket = 0x5b;
export const backslash = 0x5c;
export const closingBracket = 0x5d;
export const openingBrace = 0x7b;
export const closingBrace = 0x7d;

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function isAt(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  for (let index = 0; index < part.length; index++) if (bytes[at + index] !== part[index]) return false;
  return true;
}

/**
 * A text that is searched in many single lines. The search is for `part` of it, which is short and begins with a rare byte:
 * for a longer text than eight bytes Node makes a table first, which takes longer than the search of a line.
 */
export class Word {
  readonly length: number;
  readonly #word: Uint8Array;
  readonly #part: Uint8Array;
  readonly #partAt: number;

  constructor(word: string, part: string) {
    this.#word = bytesOf(word);
    this.#part = bytesOf(part);
    this.#partAt = word.indexOf(part);
    this.length = this.#word.length;
  }

  /** Its first place from `from` on; -1: there is none. */
  in(bytes: Buffer, from: number): number {
    let at = bytes.indexOf(this.#part, from + this.#partAt);
    while (at !== -1 && !isAt(bytes, at - this.#partAt, this.#word)) at = bytes.indexOf(this.#part, at + 1);
    return at === -1 ? -1 : at - this.#partAt;
  }
}

export function offsetOf(bytes: Uint8Array, byte: number, start: number, end: number): number | undefined {
  for (let at = start; at < end; at++) if (bytes[at] === byte) return at;
  return undefined;
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
