export const tab = 0x09;
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

/** Returns whether a line has more than spaces and control characters. */
export function hasText(line: Uint8Array): boolean {
  return line.some((byte) => byte > space);
}

/** Classes of bytes in a fingerprint. Bytes of the classes up to `hexClass` are copied unchanged. */
export const otherClass = 0;
const letterClass = 1;
/** `a` to `f` and `A` to `F`. */
export const hexClass = 2;
export const digitClass = 3;
export const dashClass = 4;
export const apostropheClass = 5;
export const quoteClass = 6;
export const escapeClass = 7;

export const byteClasses = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) byteClasses[byte] = classOf(String.fromCharCode(byte));

function classOf(character: string): number {
  if (/[0-9]/.test(character)) return digitClass;
  if (/[a-f]/i.test(character)) return hexClass;
  if (/[g-z]/i.test(character)) return letterClass;
  const marks: Readonly<Record<string, number>> = {
    '-': dashClass,
    "'": apostropheClass,
    '"': quoteClass,
    '\x1b': escapeClass,
  };
  return marks[character] ?? otherClass;
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isHex(byte: number | undefined): boolean {
  const kind = byte === undefined ? otherClass : byteClasses[byte];
  return kind === digitClass || kind === hexClass;
}

/** An ASCII letter or digit. */
export function isWord(byte: number | undefined): boolean {
  const kind = byte === undefined ? otherClass : byteClasses[byte];
  return kind === letterClass || kind === hexClass || kind === digitClass;
}

/** The next `'` that closes a quotation: one before a letter or digit is an apostrophe. */
export function closingApostrophe(bytes: Uint8Array, start: number, end: number): number | undefined {
  for (let at = start; at < end; at++) {
    if (bytes[at] === apostrophe && (at + 1 === end || !isWord(bytes[at + 1]))) return at;
  }
  return undefined;
}

/** The next `"` without a backslash before it. */
export function closingQuote(bytes: Uint8Array, start: number, end: number): number | undefined {
  for (let at = start; at < end; at++) {
    if (bytes[at] === quote) return at;
    if (bytes[at] === backslash) at += 1;
  }
  return undefined;
}

/** Offsets of the dashes in a UUID, `01a211f2-15cc-70e3-b64e-8ab41f6b239d`. */
const uuidDashes = [8, 13, 18, 23];
export const uuidDash = 8;
export const uuidLength = 36;
/** A word of hexadecimal digits with a decimal one is an id if it has at least this length. */
const shortestId = 4;

/** The start of the word that contains or ends at `at`; at least `from`. */
export function wordStart(bytes: Uint8Array, at: number, from: number): number {
  let start = at;
  while (start > from && isWord(bytes[start - 1])) start -= 1;
  return start;
}

/** The end of the number or id that begins with a word with a digit; undefined if the word begins neither. */
export function endOfId(bytes: Uint8Array, start: number, wordEnd: number, end: number): number | undefined {
  if (wordEnd - start === uuidDash && isUuid(bytes, start, end)) return start + uuidLength;
  // `0x1f`
  const isPrefixed = bytes[start] === 0x30 && bytes[start + 1] === 0x78 && wordEnd > start + 2;
  const isLong = isPrefixed || wordEnd - start >= shortestId;
  for (let at = isPrefixed ? start + 2 : start; at < wordEnd; at++) {
    if (isLong ? !isHex(bytes[at]) : !isDigit(bytes[at])) return undefined;
  }
  return wordEnd;
}

export function isUuid(bytes: Uint8Array, start: number, end: number): boolean {
  if (start + uuidLength > end || isWord(bytes[start + uuidLength])) return false;
  for (let index = 0; index < uuidLength; index++) {
    const byte = bytes[start + index];
    if (uuidDashes.includes(index) ? byte !== 0x2d : !isHex(byte)) return false;
  }
  return true;
}
