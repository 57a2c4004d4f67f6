import {newline} from '../buffer/segment.ts';
import {visibleBytes, visibleText} from '../buffer/style-joints.ts';
import {apostrophe, backslash, bytesOf, carriageReturn, colon, isDigit, openingBrace, quote, space} from './bytes.ts';
import {withShortMessage} from './json-members.ts';
import {levelStartIn, levelWordAt, sgrEnd, skipBlank} from './line-head.ts';
import {threadEndIn} from './line-kind.ts';
import {jsonAsText} from './parse-record.ts';

/** Constants of the FNV-1a hash. */
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;
/** `prime * inversePrime` is 1 in 32 bits: it undoes a step of the hash. */
const inversePrime = 0x359c449b;

const noBytes = new Uint8Array(0);
const numberSign = 0x23;
const star = 0x2a;

/** Classes of bytes in a fingerprint. Bytes of the classes up to `hexClass` are copied unchanged. */
const otherClass = 0;
const letterClass = 1;
/** `a` to `f` and `A` to `F`. */
const hexClass = 2;
const digitClass = 3;
const dashClass = 4;
const apostropheClass = 5;
const quoteClass = 6;
const escapeClass = 7;

const byteClasses = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) byteClasses[byte] = classOf(String.fromCharCode(byte));

/** Offsets of the dashes in a UUID, `01a211f2-15cc-70e3-b64e-8ab41f6b239d`. */
const uuidDashes = [8, 13, 18, 23];
const uuidDash = 8;
const uuidLength = 36;
/** A word of hexadecimal digits with a decimal one is an id if it has at least this length. */
const shortestId = 4;

/**
 * The fingerprint of a line: a signed 32-bit hash of its level, target and text, without name, time, colours, numbers,
 * ids and quoted values. A line in JSON has the fingerprint of the same record's first line in text form. Of a panic's
 * text (`panicText`) it is a hash of place and message. Only the first 64 KiB of a line count.
 */
export function fingerprintOf(line: Uint8Array): number {
  writeLine(line);
  return writer.end();
}

/** The text that is hashed, `INFO a::b:  step # finished in # ms`. `text`: the line's visible text. */
export function fingerprintText(text: string): string {
  const line = bytesOf(text);
  const stored = new Uint8Array(line.length * 2 + 16);
  writeLine(line, stored);
  writer.end();
  return new TextDecoder().decode(stored.subarray(0, writer.storedLength));
}

function writeLine(line: Uint8Array, stored?: Uint8Array): void {
  const start = levelStartIn(line, 0, line.length);
  const level = start === undefined ? undefined : levelWordAt(line, start);
  if (start === undefined || level === undefined) {
    writer.start(line, stored);
    const thread = threadEndIn(line, 0, line.length);
    if (thread === undefined) writer.text(0, visibleEnd(line, line.length));
    else writePanic(line, thread + 1);
    return;
  }
  if (line[0] === openingBrace) writeJson(line, start, start + level.length, stored);
  else writeText(line, {start, levelEnd: start + level.length, length: line.length}, stored);
}

function writeText(
  bytes: Uint8Array,
  {start, levelEnd, length}: {start: number; levelEnd: number; length: number},
  stored: Uint8Array | undefined,
): void {
  writer.start(bytes, stored);
  writer.copy(start, levelEnd);
  writer.put(space);
  writer.text(skipBlank(bytes, levelEnd), visibleEnd(bytes, length));
}

/** `place`: where it begins. Not the thread, of which there are several; but quotations, since they say what was wrong. */
function writePanic(text: Uint8Array, place: number): void {
  const end = visibleEnd(text, text.length);
  const newlineAt = text.indexOf(newline);
  const lineEnd = newlineAt === -1 ? end : newlineAt;
  const hasPlace = text[lineEnd - 1] === colon;
  if (hasPlace) writer.copy(place, lineEnd);
  else writer.quoted(place, lineEnd);
  if (newlineAt === -1) return;
  writer.put(space);
  writer.quoted(newlineAt + 1, end);
}

function writeJson(line: Uint8Array, start: number, levelEnd: number, stored: Uint8Array | undefined): void {
  const {buffer, byteOffset, byteLength} = withShortMessage(line, visibleBytes);
  const text = jsonAsText(visibleText(Buffer.from(buffer, byteOffset, byteLength)));
  if (text !== undefined) {
    const bytes = bytesOf(text);
    writeText(bytes, {start: 0, levelEnd: levelEnd - start, length: bytes.length}, stored);
    return;
  }
  // Lines of broken JSON differ in their quotations alone.
  writer.start(line, stored);
  writer.copy(start, levelEnd);
  writer.quoted(levelEnd, visibleEnd(line, line.length));
}

/** The end of the text without its carriage return, after 64 KiB at most. */
function visibleEnd(bytes: Uint8Array, length: number): number {
  const visible = Math.min(length, visibleBytes);
  return bytes[visible - 1] === carriageReturn ? visible - 1 : visible;
}

/**
 * Writes a text without its variable parts: a number, a hexadecimal id or a UUID becomes `#`, a quoted text `*`; colours
 * are omitted. The written bytes are hashed and, with `stored`, also stored.
 */
class FingerprintWriter {
  hash = 0;
  storedLength = 0;
  #stored: Uint8Array | undefined;
  #bytes: Uint8Array = noBytes;
  /** The rest of the text has no closing quote: a second search would make long texts quadratic. */
  #noSingle = false;
  #noDouble = false;

  /** The following calls write parts of `bytes`. `stored` needs room for twice the text. */
  start(bytes: Uint8Array, stored?: Uint8Array): void {
    this.#bytes = bytes;
    this.#stored = stored;
    this.hash = offsetBasis | 0;
    this.storedLength = 0;
  }

  /** Returns the hash. Releases the bytes, which may be a view of a whole segment. */
  end(): number {
    this.#bytes = noBytes;
    this.#stored = undefined;
    return this.hash;
  }

  put(byte: number): void {
    this.hash = Math.imul(this.hash ^ byte, prime);
    if (this.#stored) this.#stored[this.storedLength++] = byte;
  }

  /** Removes `[start, end)` from the hash; `copy` or `#plain` must have written it last. */
  #unwrite(start: number, end: number): void {
    for (let at = end - 1; at >= start; at--) this.hash = Math.imul(this.hash, inversePrime) ^ (this.#bytes[at] ?? 0);
    if (this.#stored) this.storedLength -= end - start;
  }

  copy(start: number, end: number): void {
    for (let at = start; at < end; at++) this.put(this.#bytes[at] ?? 0);
  }

  text(start: number, end: number): void {
    this.#noSingle = false;
    this.#noDouble = false;
    /** `[from, at)` was written unchanged and may be removed again. */
    let from = start;
    for (let at = this.#plain(start, end); at < end; at = this.#plain(from, end)) {
      const kind = byteClasses[this.#bytes[at] ?? 0] ?? otherClass;
      from = kind === digitClass ? this.#digit(at, from, end) : this.#special(kind, at, from, end);
    }
  }

  /** Writes a text as `text` does, but its quotations are no variable parts, only the numbers and ids in them. */
  quoted(start: number, end: number): void {
    let from = start;
    for (let at = start; at < end; at++) {
      const byte = this.#bytes[at] ?? 0;
      if (byte !== apostrophe && byte !== quote) continue;
      this.text(from, at);
      this.put(byte);
      from = at + 1;
    }
    this.text(from, end);
  }

  /** Copies letters and other constant bytes. Returns the offset of the first byte that may vary. */
  #plain(start: number, end: number): number {
    // A loop with calls, or one that looks for the start of words, takes twice as long.
    const bytes = this.#bytes;
    let {hash} = this;
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if ((byteClasses[byte] ?? otherClass) > hexClass) break;
      hash = Math.imul(hash ^ byte, prime);
    }
    this.hash = hash;
    if (this.#stored) {
      this.#stored.set(bytes.subarray(start, at), this.storedLength);
      this.storedLength += at - start;
    }
    return at;
  }

  /** Writes from the first digit of a word on. Letters before it have been written already. */
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

  /** Writes the rest of a word like `ipv4` or `12ms`, with its letters. */
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

  /** Writes a number that ends at `at`, or after further digits as in `1,204.5`. */
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
      // A UUID whose first group has only letters.
      const start = wordStart(this.#bytes, at, from);
      if (at - start === uuidDash && isUuid(this.#bytes, start, end)) {
        this.#unwrite(start, at);
        return this.#number(start + uuidLength, end);
      }
    }
    this.put(this.#bytes[at] ?? 0);
    return at + 1;
  }

  /** Writes a text between single quotes, or an apostrophe. */
  #single(at: number, end: number): number {
    if (!this.#noSingle && !isWord(this.#bytes[at - 1])) {
      const close = closingApostrophe(this.#bytes, at + 1, end);
      if (close !== undefined) return this.#value(apostrophe, close + 1);
      if (this.#isQuoted(at + 1, end)) return this.#value(apostrophe, end);
      this.#noSingle = true;
    }
    this.put(apostrophe);
    return at + 1;
  }

  #double(at: number, end: number): number {
    if (!this.#noDouble) {
      const close = closingQuote(this.#bytes, at + 1, end);
      if (close !== undefined) return this.#value(quote, close + 1);
      if (this.#isQuoted(at + 1, end)) return this.#value(quote, end);
      this.#noDouble = true;
    }
    this.put(quote);
    return at + 1;
  }

  /** The text after an opening quote, which is closed in a later line of the record. */
  #isQuoted(start: number, end: number): boolean {
    return start < end && this.#bytes[start] !== space;
  }

  #value(mark: number, next: number): number {
    this.put(mark);
    this.put(star);
    this.put(mark);
    return next;
  }
}

/** Shared by all calls, so that no call allocates: each finishes before the next starts. */
const writer = new FingerprintWriter();

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

function isHex(byte: number | undefined): boolean {
  const kind = byte === undefined ? otherClass : byteClasses[byte];
  return kind === digitClass || kind === hexClass;
}

/** An ASCII letter or digit. */
function isWord(byte: number | undefined): boolean {
  const kind = byte === undefined ? otherClass : byteClasses[byte];
  return kind === letterClass || kind === hexClass || kind === digitClass;
}

/** The next `'` that closes a quotation: one before a letter or digit is an apostrophe. */
function closingApostrophe(bytes: Uint8Array, start: number, end: number): number | undefined {
  for (let at = start; at < end; at++) {
    if (bytes[at] === apostrophe && (at + 1 === end || !isWord(bytes[at + 1]))) return at;
  }
  return undefined;
}

/** The next `"` without a backslash before it. */
function closingQuote(bytes: Uint8Array, start: number, end: number): number | undefined {
  for (let at = start; at < end; at++) {
    if (bytes[at] === quote) return at;
    if (bytes[at] === backslash) at += 1;
  }
  return undefined;
}

/** The start of the word that contains or ends at `at`; at least `from`. */
function wordStart(bytes: Uint8Array, at: number, from: number): number {
  let start = at;
  while (start > from && isWord(bytes[start - 1])) start -= 1;
  return start;
}

/** The end of the number or id that begins with a word with a digit; undefined if the word begins neither. */
function endOfId(bytes: Uint8Array, start: number, wordEnd: number, end: number): number | undefined {
  if (wordEnd - start === uuidDash && isUuid(bytes, start, end)) return start + uuidLength;
  // `0x1f`
  const isPrefixed = bytes[start] === 0x30 && bytes[start + 1] === 0x78 && wordEnd > start + 2;
  const isLong = isPrefixed || wordEnd - start >= shortestId;
  for (let at = isPrefixed ? start + 2 : start; at < wordEnd; at++) {
    if (isLong ? !isHex(bytes[at]) : !isDigit(bytes[at])) return undefined;
  }
  return wordEnd;
}

function isUuid(bytes: Uint8Array, start: number, end: number): boolean {
  if (start + uuidLength > end || isWord(bytes[start + uuidLength])) return false;
  for (let index = 0; index < uuidLength; index++) {
    const byte = bytes[start + index];
    if (uuidDashes.includes(index) ? byte !== 0x2d : !isHex(byte)) return false;
  }
  return true;
}
