/** The bytes of a text, to compare with. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Whether `part` stands at offset `at`. */
export function isAt(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  for (let index = 0; index < part.length; index++) if (bytes[at + index] !== part[index]) return false;
  return true;
}

/** The offset of the first `byte` in `[start, end)`. */
export function offsetOf(bytes: Uint8Array, byte: number, start: number, end: number): number | undefined {
  for (let at = start; at < end; at++) if (bytes[at] === byte) return at;
  return undefined;
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** What a byte is to the shape of a text. Up to `hexLetter` it is written as it is. */
export const other = 0;
const letter = 1;
/** `a` to `f`, either case: a letter, too. */
export const hexLetter = 2;
export const digit = 3;
export const dash = 4;
export const singleQuote = 5;
export const doubleQuote = 6;
export const escapeSign = 7;
const backslash = 8;

/** The class of each byte. */
export const byteClasses = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) byteClasses[byte] = classify(String.fromCharCode(byte));

function classify(character: string): number {
  if (/[0-9]/.test(character)) return digit;
  if (/[a-f]/i.test(character)) return hexLetter;
  if (/[g-z]/i.test(character)) return letter;
  return {'-': dash, "'": singleQuote, '"': doubleQuote, '\x1b': escapeSign, '\\': backslash}[character] ?? other;
}

/** A letter or a digit. */
export function isWord(byte: number | undefined): boolean {
  const kind = byte === undefined ? other : byteClasses[byte];
  return kind === letter || kind === hexLetter || kind === digit;
}

/** A hexadecimal digit. */
export function isHex(byte: number | undefined): boolean {
  const kind = byte === undefined ? other : byteClasses[byte];
  return kind === digit || kind === hexLetter;
}

const quote = 0x22;
const apostrophe = 0x27;
const backslashByte = 0x5c;

/** The next `'` that ends a quotation: an apostrophe, which a letter follows, does not. */
export function closingApostrophe(bytes: Uint8Array, start: number, end: number): number | undefined {
  for (let at = start; at < end; at++) {
    if (bytes[at] === apostrophe && (at + 1 === end || !isWord(bytes[at + 1]))) return at;
  }
  return undefined;
}

/** The next `"` that is not escaped. */
export function closingQuote(bytes: Uint8Array, start: number, end: number): number | undefined {
  for (let at = start; at < end; at++) {
    if (bytes[at] === quote) return at;
    if (bytes[at] === backslashByte) at += 1;
  }
  return undefined;
}

/** Where the dashes of `01a211f2-15cc-70e3-b64e-8ab41f6b239d` stand; the first one, and its length. */
const uuidDashes = [8, 13, 18, 23];
export const uuidDash = 8;
export const uuidLength = 36;
/** A word of hexadecimal digits, one of them decimal, is an id from this length on. */
const shortestId = 4;

/** Where the word that goes on at `at` begins, not before `from`. */
export function wordStart(bytes: Uint8Array, at: number, from: number): number {
  let start = at;
  while (start > from && isWord(bytes[start - 1])) start -= 1;
  return start;
}

/** Where the number or id that begins with a word ends; undefined if it is none. The word has a digit. */
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
