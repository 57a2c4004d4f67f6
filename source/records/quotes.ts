import {isWord} from './byte-class.ts';

const quote = 0x22;
const apostrophe = 0x27;
const backslash = 0x5c;

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
    if (bytes[at] === backslash) at += 1;
  }
  return undefined;
}
