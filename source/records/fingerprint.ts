import {visibleBytes} from '../buffer/style-joints.ts';
import {
  byteClasses,
  bytesOf,
  closingApostrophe,
  closingQuote,
  dash,
  digit,
  doubleQuote,
  endOfId,
  escapeSign,
  hexLetter,
  isDigit,
  isUuid,
  isWord,
  other,
  singleQuote,
  uuidDash,
  uuidLength,
  wordStart,
} from './bytes.ts';
import {JsonAsText} from './json-as-text.ts';
import {levelStartIn, levelWordAt, openingBrace, sgrEnd, skipBlank} from './line-head.ts';

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
class FingerprintWriter {
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

const space = 0x20;
const colon = 0x3a;
const carriageReturn = 0x0d;

/** One for all calls, so that none allocates: each begins anew and is over before the next. */
const writer = new FingerprintWriter();
const asText = new JsonAsText();

/**
 * What lines that say the same have in common: a hash, 32 bits, of a line's level, target and text without the name, the
 * time, colours, and with numbers, ids and quoted values left out. A line in JSON has the shape of the line that begins
 * the same record in text form. Of a long line the first 64 KiB.
 */
export function fingerprintOf(line: Uint8Array): number {
  writeShape(line);
  return writer.end();
}

/**
 * The same as text to read, `INFO a::b:  step # finished in # ms`: two lines have one shape text exactly if they have one
 * shape. `text` is the line's visible text.
 */
export function fingerprintText(text: string): string {
  const line = bytesOf(text);
  const kept = new Uint8Array(line.length * 2 + 16);
  writeShape(line, kept);
  writer.end();
  return new TextDecoder().decode(kept.subarray(0, writer.length));
}

function writeShape(line: Uint8Array, kept?: Uint8Array): void {
  const start = levelStartIn(line, 0, line.length);
  const level = start === undefined ? undefined : levelWordAt(line, start);
  if (start === undefined || level === undefined) {
    writer.begin(line, kept);
    writer.text(0, visibleEnd(line, line.length));
    return;
  }
  if (line[0] === openingBrace) writeJson(line, start, start + level.length, kept);
  else writeText(line, {start, levelEnd: start + level.length, length: line.length}, kept);
}

/** Writes the text of a record from its level on. */
function writeText(
  bytes: Uint8Array,
  {start, levelEnd, length}: {start: number; levelEnd: number; length: number},
  kept: Uint8Array | undefined,
): void {
  writer.begin(bytes, kept);
  writer.copy(start, levelEnd);
  writer.put(space);
  writer.text(skipBlank(bytes, levelEnd), visibleEnd(bytes, length));
}

function writeJson(line: Uint8Array, start: number, levelEnd: number, kept: Uint8Array | undefined): void {
  if (!asText.look(line)) {
    const length = asText.write(line, start, levelEnd);
    writeText(asText.bytes, {start: 0, levelEnd: levelEnd - start, length}, kept);
    return;
  }
  // Most lines: nothing need be copied.
  const {target, message} = asText;
  writer.begin(line, kept);
  writer.copy(start, levelEnd);
  writer.put(space);
  writer.text(target.start, target.end);
  writer.put(colon);
  writer.put(space);
  writer.put(space);
  writer.text(message.start, message.end);
}

/** Where the text ends of which the first 64 KiB count. */
function visibleEnd(bytes: Uint8Array, length: number): number {
  const visible = Math.min(length, visibleBytes);
  return bytes[visible - 1] === carriageReturn ? visible - 1 : visible;
}
