import {
  byteClasses,
  dash,
  digit,
  doubleQuote,
  escapeSign,
  hexLetter,
  isWord,
  other,
  singleQuote,
} from './byte-class.ts';
import {isDigit} from './bytes.ts';
import {endOfId, isUuid, uuidDash, uuidLength, wordStart} from './ids.ts';
import {sgrEnd} from './line-head.ts';
import {closingApostrophe, closingQuote} from './quotes.ts';

/** FNV-1a. */
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;
/** The prime times this is 1, in 32 bits. */
const inversePrime = 0x359c449b;

const nothing = new Uint8Array(0);
const numberSign = 0x23;
const star = 0x2a;
const quote = 0x22;
const apostrophe = 0x27;

/**
 * Writes a text with what varies left out: a number, a hexadecimal id or a UUID becomes `#`, what stands between quotes
 * `*`; colours are nothing. What is written is hashed and, given a place for it, kept.
 */
export class ShapeWriter {
  /** 32 bits, signed. */
  hash = 0;
  /** Bytes kept. */
  length = 0;
  #kept: Uint8Array | undefined;
  #bytes: Uint8Array = nothing;
  /** No quote of the kind closes any more. */
  #noSingle = false;
  #noDouble = false;

  /** Begins anew, with the texts of `bytes`. What is kept must have room for twice the text. */
  begin(bytes: Uint8Array, kept?: Uint8Array): void {
    this.#bytes = bytes;
    this.#kept = kept;
    this.hash = offsetBasis | 0;
    this.length = 0;
  }

  /** Lets go of the bytes, which are a view of a block that may be dropped. Answers the hash. */
  end(): number {
    this.#bytes = nothing;
    this.#kept = undefined;
    return this.hash;
  }

  put(byte: number): void {
    this.hash = Math.imul(this.hash ^ byte, prime);
    if (this.#kept) this.#kept[this.length++] = byte;
  }

  /** Takes `[start, end)` back, which was written last and as it is. */
  #takeBack(start: number, end: number): void {
    for (let at = end - 1; at >= start; at--) this.hash = Math.imul(this.hash, inversePrime) ^ (this.#bytes[at] ?? 0);
    if (this.#kept) this.length -= end - start;
  }

  /** Writes `[start, end)` as it is. */
  copy(start: number, end: number): void {
    for (let at = start; at < end; at++) this.put(this.#bytes[at] ?? 0);
  }

  /** Writes `[start, end)` without what varies. */
  text(start: number, end: number): void {
    this.#noSingle = false;
    this.#noDouble = false;
    /** What begins here or later was written as it is. */
    let from = start;
    for (let at = this.#plain(start, end); at < end; at = this.#plain(from, end)) {
      const kind = byteClasses[this.#bytes[at] ?? 0] ?? other;
      from = kind === digit ? this.#digit(at, from, end) : this.#special(kind, at, from, end);
    }
  }

  /** Writes letters and the like up to the first byte that may be more; answers where that is. */
  #plain(start: number, end: number): number {
    // A loop without calls, and without a look at where words begin, takes half the time of one with them.
    const bytes = this.#bytes;
    let {hash} = this;
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if ((byteClasses[byte] ?? other) > hexLetter) break;
      hash = Math.imul(hash ^ byte, prime);
    }
    this.hash = hash;
    if (this.#kept) {
      this.#kept.set(bytes.subarray(start, at), this.length);
      this.length += at - start;
    }
    return at;
  }

  /** Goes on at the first digit of a word, of which letters may have been written. */
  #digit(at: number, from: number, end: number): number {
    const bytes = this.#bytes;
    let wordEnd = at;
    while (wordEnd < end && isDigit(bytes[wordEnd])) wordEnd += 1;
    const isNumber = wordEnd === end || !isWord(bytes[wordEnd]);
    const start = wordStart(this.#bytes, at, from);
    if (isNumber && start === at && wordEnd - start !== uuidDash) return this.#number(wordEnd, end);
    while (wordEnd < end && isWord(bytes[wordEnd])) wordEnd += 1;
    const idEnd = endOfId(bytes, start, wordEnd, end);
    if (idEnd === undefined) return this.#mixedWord(at, wordEnd, end);
    this.#takeBack(start, at);
    return this.#number(idEnd, end);
  }

  /** The rest of a word like `ipv4` or `12ms`, whose letters stay. */
  #mixedWord(start: number, wordEnd: number, end: number): number {
    let at = start;
    while (at < wordEnd) {
      if (!isDigit(this.#bytes[at])) {
        this.put(this.#bytes[at] ?? 0);
        at += 1;
        continue;
      }
      while (at < wordEnd && isDigit(this.#bytes[at])) at += 1;
      at = this.#number(at, end);
    }
    return at;
  }

  /** Writes the number that ends at `at`, or goes on as in `1,204.5`. */
  #number(at: number, end: number): number {
    const bytes = this.#bytes;
    let last = at;
    while (last + 1 < end && (bytes[last] === 0x2e || bytes[last] === 0x2c) && isDigit(bytes[last + 1])) {
      last += 1;
      while (last < end && isDigit(bytes[last])) last += 1;
    }
    this.put(numberSign);
    return last;
  }

  #special(kind: number, at: number, from: number, end: number): number {
    if (kind === escapeSign) {
      const styled = sgrEnd(this.#bytes, at);
      if (styled > at && styled <= end) return styled;
    } else if (kind === singleQuote) return this.#single(at, end);
    else if (kind === doubleQuote) return this.#double(at, end);
    else if (kind === dash) {
      // The digits of a UUID begin in a later group.
      const start = wordStart(this.#bytes, at, from);
      if (at - start === uuidDash && isUuid(this.#bytes, start, end)) {
        this.#takeBack(start, at);
        return this.#number(start + uuidLength, end);
      }
    }
    this.put(this.#bytes[at] ?? 0);
    return at + 1;
  }

  /** What stands between single quotes; an apostrophe is none. */
  #single(at: number, end: number): number {
    if (!this.#noSingle && !isWord(this.#bytes[at - 1])) {
      const close = closingApostrophe(this.#bytes, at + 1, end);
      if (close !== undefined) return this.#value(apostrophe, close + 1);
      this.#noSingle = true;
    }
    this.put(apostrophe);
    return at + 1;
  }

  /** What stands between double quotes. */
  #double(at: number, end: number): number {
    if (!this.#noDouble) {
      const close = closingQuote(this.#bytes, at + 1, end);
      if (close !== undefined) return this.#value(quote, close + 1);
      this.#noDouble = true;
    }
    this.put(quote);
    return at + 1;
  }

  #value(mark: number, next: number): number {
    this.put(mark);
    this.put(star);
    this.put(mark);
    return next;
  }
}
