/** What a byte is to the shape of a text. Up to `hexLetter` it is written as it is. */
export const other = 0;
export const letter = 1;
/** `a` to `f`, either case: a letter, too. */
export const hexLetter = 2;
export const digit = 3;
export const dash = 4;
export const singleQuote = 5;
export const doubleQuote = 6;
export const escapeSign = 7;
export const backslash = 8;

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
