import {visibleBytes} from '../buffer/style-joints.ts';
import {
  apostrophe,
  apostropheClass,
  byteClasses,
  bytesOf,
  carriageReturn,
  closingApostrophe,
  closingQuote,
  colon,
  dashClass,
  digitClass,
  endOfId,
  escapeClass,
  hexClass,
  isDigit,
  isUuid,
  isWord,
  openingBrace,
  otherClass,
  quote,
  quoteClass,
  space,
  uuidDash,
  uuidLength,
  wordStart,
} from './bytes.ts';
import {JsonAsText} from './json-as-text.ts';
import {levelStartIn, levelWordAt, sgrEnd, skipBlank} from './line-head.ts';

/** FNV-1a. */
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;
/** The prime times this is 1, in 32 bits. */
const inversePrime = 0x359c449b;

const noBytes = new Uint8Array(0);
const numberSign = 0x23;
const star = 0x2a;

/**
 * The fingerprint of a line, equal for equal messages: a hash (32 bits, signed) of its level, target and text, without name,
 * time, colours, numbers, ids and quoted values. A line in JSON has the fingerprint of the first line of the same record in
 * text form. Of a long line the first 64 KiB count.
 */
export function fingerprintOf(line: Uint8Array): number {
  writeLine(line);
  return writer.end();
}

/**
 * The fingerprint as text to read, `INFO a::b:  step # finished in # ms`: equal exactly where `fingerprintOf` is equal.
 * `text` is the line's visible text.
 */
export function fingerprintText(text: string): string {
  const line = bytesOf(text);
  const kept = new Uint8Array(line.length * 2 + 16);
  writeLine(line, kept);
  writer.end();
  return new TextDecoder().decode(kept.subarray(0, writer.length));
}

function writeLine(line: Uint8Array, kept?: Uint8Array): void {
  const start = levelStartIn(line, 0, line.length);
  const level = start === undefined ? undefined : levelWordAt(line, start);
  if (start === undefined || level === undefined) {
    writer.start(line, kept);
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
  writer.start(bytes, kept);
  writer.copy(start, levelEnd);
  writer.put(space);
  writer.text(skipBlank(bytes, levelEnd), visibleEnd(bytes, length));
}

function writeJson(line: Uint8Array, start: number, levelEnd: number, kept: Uint8Array | undefined): void {
  if (!asText.read(line)) {
    const length = asText.write(line, start, levelEnd);
    writeText(asText.bytes, {start: 0, levelEnd: levelEnd - start, length}, kept);
    return;
  }
  // Most lines need no copy.
  const {target, message} = asText;
  writer.start(line, kept);
  writer.copy(start, levelEnd);
  writer.put(space);
  writer.text(target.start, target.end);
  writer.put(colon);
  writer.put(space);
  writer.put(space);
  writer.text(message.start, message.end);
}

/** Where the text ends that counts: after 64 KiB at most. */
function visibleEnd(bytes: Uint8Array, length: number): number {
  const visible = Math.min(length, visibleBytes);
  return bytes[visible - 1] === carriageReturn ? visible - 1 : visible;
}

/**
 * Writes a text without its variable parts: a number, a hexadecimal id or a UUID becomes `#`, a text between quotes `*`;
 * colours are left out. The written bytes are hashed and, if a block is given, kept.
 */
class FingerprintWriter {
  /** 32 bits, signed. */
  hash = 0;
  /** Bytes kept. */
  length = 0;
  #kept: Uint8Array | undefined;
  #bytes: Uint8Array = noBytes;
  /** The rest of the text has no closing quote of this kind. */
  #noSingle = false;
  #noDouble = false;

  /** Starts with texts of `bytes`. `kept` must have room for twice the text. */
  start(bytes: Uint8Array, kept?: Uint8Array): void {
    this.#bytes = bytes;
    this.#kept = kept;
    this.hash = offsetBasis | 0;
    this.length = 0;
  }

  /** Releases the bytes: they may be a view of a whole segment. Returns the hash. */
  end(): number {
    this.#bytes = noBytes;
    this.#kept = undefined;
    return this.hash;
  }

  put(byte: number): void {
    this.hash = Math.imul(this.hash ^ byte, prime);
    if (this.#kept) this.#kept[this.length++] = byte;
  }

  /** Removes `[start, end)`, which was written last, unchanged. */
  #unwrite(start: number, end: number): void {
    for (let at = end - 1; at >= start; at--) this.hash = Math.imul(this.hash, inversePrime) ^ (this.#bytes[at] ?? 0);
    if (this.#kept) this.length -= end - start;
  }

  /** Writes `[start, end)` unchanged. */
  copy(start: number, end: number): void {
    for (let at = start; at < end; at++) this.put(this.#bytes[at] ?? 0);
  }

  /** Writes `[start, end)` without its variable parts. */
  text(start: number, end: number): void {
    this.#noSingle = false;
    this.#noDouble = false;
    /** Bytes from here on were written unchanged. */
    let from = start;
    for (let at = this.#plain(start, end); at < end; at = this.#plain(from, end)) {
      const kind = byteClasses[this.#bytes[at] ?? 0] ?? otherClass;
      from = kind === digitClass ? this.#digit(at, from, end) : this.#special(kind, at, from, end);
    }
  }

  /** Writes letters and other bytes that never vary. Returns the offset of the first byte that may vary. */
  #plain(start: number, end: number): number {
    // Without calls and without a search for the beginnings of words this loop takes half the time.
    const bytes = this.#bytes;
    let {hash} = this;
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if ((byteClasses[byte] ?? otherClass) > hexClass) break;
      hash = Math.imul(hash ^ byte, prime);
    }
    this.hash = hash;
    if (this.#kept) {
      this.#kept.set(bytes.subarray(start, at), this.length);
      this.length += at - start;
    }
    return at;
  }

  /** Continues at the first digit of a word, whose letters may have been written. */
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
    this.#unwrite(start, at);
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

  /** Writes the number that ends at `at`, or continues as in `1,204.5`. */
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
    if (kind === escapeClass) {
      const styled = sgrEnd(this.#bytes, at);
      if (styled > at && styled <= end) return styled;
    } else if (kind === apostropheClass) return this.#single(at, end);
    else if (kind === quoteClass) return this.#double(at, end);
    else if (kind === dashClass) {
      // The digits of a UUID begin in a later group.
      const start = wordStart(this.#bytes, at, from);
      if (at - start === uuidDash && isUuid(this.#bytes, start, end)) {
        this.#unwrite(start, at);
        return this.#number(start + uuidLength, end);
      }
    }
    this.put(this.#bytes[at] ?? 0);
    return at + 1;
  }

  /** A text between single quotes; an apostrophe is no quote. */
  #single(at: number, end: number): number {
    if (!this.#noSingle && !isWord(this.#bytes[at - 1])) {
      const close = closingApostrophe(this.#bytes, at + 1, end);
      if (close !== undefined) return this.#value(apostrophe, close + 1);
      this.#noSingle = true;
    }
    this.put(apostrophe);
    return at + 1;
  }

  /** A text between double quotes. */
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

/** One for all calls, so that none allocates: each starts anew and ends before the next. */
const writer = new FingerprintWriter();
const asText = new JsonAsText();
