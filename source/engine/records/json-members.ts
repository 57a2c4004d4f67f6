import {
  backslash,
  bytesOf,
  closingBrace,
  closingBracket,
  colon,
  comma,
  isAt,
  openingBrace,
  openingBracket,
  quote,
  space,
} from './bytes.ts';

const noBytes = new Uint8Array(0);
const fieldsKey = bytesOf('fields');
const messageKeys = [bytesOf('message'), bytesOf('line')];

/** Bytes of a string that are read without native code: one call of it costs as much as reading these bytes. */
const longString = 12;

/**
 * Reads the members of a JSON object from its bytes, one by one, without allocating. Values are skipped as a whole:
 * members of nested objects are not read. The JSON may be invalid or incomplete: an incomplete member is the last.
 */
export class JsonMembers {
  /** The name is at `[key, keyEnd)`, without its quotes, with its escapes. */
  key = 0;
  keyEnd = 0;
  /** The value is at `[value, valueEnd)`; a string without its quotes. */
  value = 0;
  valueEnd = 0;
  isString = false;
  #bytes: Uint8Array = noBytes;
  #at = 0;
  #end = 0;

  /** Starts an object whose brace is at `start`. Bytes from `end` on are not read. */
  start(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start + 1;
    this.#end = end;
  }

  next(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = skipSpaces(bytes, this.#at, end);
    if (at >= end || bytes[at] !== quote) return false;
    this.key = at + 1;
    this.keyEnd = stringEnd(bytes, at + 1, end);
    at = skipSpaces(bytes, this.keyEnd + 1, end);
    if (at >= end || bytes[at] !== colon) return false;
    at = skipSpaces(bytes, at + 1, end);
    if (at >= end) return false;
    const first = bytes[at];
    this.isString = first === quote;
    this.value = this.isString ? at + 1 : at;
    const valueEnd =
      first === quote
        ? stringEnd(bytes, at + 1, end)
        : first === openingBrace || first === openingBracket
          ? nestedEnd(bytes, at, end)
          : wordEnd(bytes, at, end);
    this.valueEnd = Math.min(valueEnd, end);
    at = skipSpaces(bytes, this.isString ? valueEnd + 1 : valueEnd, end);
    this.#at = at < end && bytes[at] === comma ? at + 1 : end;
    return true;
  }

  isNamed(name: Uint8Array): boolean {
    return this.keyEnd - this.key === name.length && isAt(this.#bytes, this.key, name);
  }

  hasText(text: Uint8Array): boolean {
    return this.isString && this.valueEnd - this.value === text.length && isAt(this.#bytes, this.value, text);
  }
}

const members = new JsonMembers();

/**
 * Shortens a line in JSON to `maxBytes` by cutting the end of its message, so that the members after the message, such
 * as the level, are kept. Returns the line itself if it is short enough or not JSON, or if its message is too short.
 */
export function withShortMessage(line: Uint8Array, maxBytes: number): Uint8Array {
  const excess = line.length - maxBytes;
  const fields = excess > 0 && line[0] === openingBrace ? fieldsStart(line) : undefined;
  if (fields === undefined) return line;
  members.start(line, fields, line.length);
  while (members.next()) {
    const {value, valueEnd} = members;
    if (!members.isString || valueEnd - value < excess || !messageKeys.some((key) => members.isNamed(key))) continue;
    const cut = unitStart(line, value, valueEnd - excess);
    return Buffer.concat([line.subarray(0, cut), line.subarray(valueEnd)]);
  }
  return line;
}

function fieldsStart(line: Uint8Array): number | undefined {
  members.start(line, 0, line.length);
  while (members.next()) {
    if (members.isNamed(fieldsKey)) return line[members.value] === openingBrace ? members.value : undefined;
  }
  return undefined;
}

/** The last offset up to `limit` that is not inside an escape or a character of a JSON string. */
function unitStart(bytes: Uint8Array, start: number, limit: number): number {
  let from = start;
  for (let at = start; at <= limit; ) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80 || byte >= 0xc0) from = at;
    // `\u001b` has six characters, other escapes have two.
    at += byte !== backslash ? 1 : bytes[at + 1] === 0x75 ? 6 : 2;
  }
  return from;
}

function skipSpaces(bytes: Uint8Array, start: number, end: number): number {
  // A fast path: servers write no spaces.
  if ((bytes[start] ?? 0) > space) return start;
  let at = start;
  while (at < end && (bytes[at] ?? 0) <= space) at += 1;
  return at;
}

/** The offset of the quote that closes the string whose first byte is at `start`; `end` if there is none. */
function stringEnd(bytes: Uint8Array, start: number, end: number): number {
  const near = Math.min(end, start + longString);
  let at = start;
  for (; at < near; at++) {
    const byte = bytes[at];
    if (byte === quote) return at;
    if (byte === backslash) at += 1;
  }
  return at < end ? farStringEnd(bytes, at, end) : end;
}

/** `stringEnd` with native code. `start` is not inside an escape. */
function farStringEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = bytes.indexOf(quote, start); at !== -1 && at < end; at = bytes.indexOf(quote, at + 1)) {
    let first = at;
    while (first > start && bytes[first - 1] === backslash) first -= 1;
    // After an even number of backslashes, which escape each other, the quote is not escaped.
    if ((at - first) % 2 === 0) return at;
  }
  return end;
}

/** Past the bracket that closes the object or list at `start`; `end` if there is none. */
function nestedEnd(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === quote) at = stringEnd(bytes, at + 1, end);
    else if (byte === openingBrace || byte === openingBracket) depth += 1;
    else if ((byte === closingBrace || byte === closingBracket) && --depth === 0) return at + 1;
  }
  return end;
}

/** Past the number, `true`, `false` or `null` at `start`. */
function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === comma || byte === closingBrace || byte === closingBracket || byte <= space) break;
  }
  return at;
}
