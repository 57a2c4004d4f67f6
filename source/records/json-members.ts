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

/** Bytes of a string after which native code searches it: one call costs as much as reading these bytes. */
const longString = 12;

/**
 * Reads the members of a JSON object from its bytes, one after the other, and allocates nothing. The inside of a value is
 * skipped: no text and no nested object is mistaken for a member. The JSON need not be valid, nor complete: an incomplete
 * member is the last.
 */
export class JsonMembers {
  /** The name, `[key, keyEnd)`, without its quotes; escapes in it are not decoded. */
  key = 0;
  keyEnd = 0;
  /** The value, `[value, valueEnd)`; a string without its quotes. */
  value = 0;
  valueEnd = 0;
  isString = false;
  #bytes: Uint8Array = noBytes;
  #at = 0;
  #end = 0;

  /** Starts with the object whose brace is at `start`. Bytes from `end` on are not read. */
  start(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start + 1;
    this.#end = end;
  }

  /** Reads the next member; false if there is none. */
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
    // A member without a comma after it is the last.
    this.#at = at < end && bytes[at] === comma ? at + 1 : end;
    return true;
  }

  /** Whether the member has this name. */
  isNamed(name: Uint8Array): boolean {
    return this.keyEnd - this.key === name.length && isAt(this.#bytes, this.key, name);
  }

  /** Whether the value is a string of these bytes. */
  hasText(text: Uint8Array): boolean {
    return this.isString && this.valueEnd - this.value === text.length && isAt(this.#bytes, this.value, text);
  }
}

/** One for all calls: each starts anew. */
const members = new JsonMembers();

/**
 * Shortens a line in JSON to `maxBytes` by cutting the end of its message: the members after the message, the level for
 * example, are kept. The line itself where it is no longer than that, or where its message is too short for the cut.
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

/** Offset of the brace of the first `fields` object of a line in JSON; undefined if it has none. */
function fieldsStart(line: Uint8Array): number | undefined {
  members.start(line, 0, line.length);
  while (members.next()) {
    if (members.isNamed(fieldsKey)) return line[members.value] === openingBrace ? members.value : undefined;
  }
  return undefined;
}

/** The last offset up to `limit` at which a JSON string can be cut: not inside an escape or a character. */
function unitStart(bytes: Uint8Array, start: number, limit: number): number {
  let from = start;
  for (let at = start; at <= limit; ) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80 || byte >= 0xc0) from = at;
    // `\u001b` has four more digits.
    at += byte !== backslash ? 1 : bytes[at + 1] === 0x75 ? 6 : 2;
  }
  return from;
}

function skipSpaces(bytes: Uint8Array, start: number, end: number): number {
  // Servers write none.
  if ((bytes[start] ?? 0) > space) return start;
  let at = start;
  while (at < end && (bytes[at] ?? 0) <= space) at += 1;
  return at;
}

/** The quote that ends the string of which `start` is the first byte, or `end`. */
export function stringEnd(bytes: Uint8Array, start: number, end: number): number {
  const near = Math.min(end, start + longString);
  let at = start;
  for (; at < near; at++) {
    const byte = bytes[at];
    if (byte === quote) return at;
    if (byte === backslash) at += 1;
  }
  return at < end ? farStringEnd(bytes, at, end) : end;
}

/** The same for a string that continues at `start`, which is not inside an escape. */
function farStringEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = bytes.indexOf(quote, start); at !== -1 && at < end; at = bytes.indexOf(quote, at + 1)) {
    let first = at;
    while (first > start && bytes[first - 1] === backslash) first -= 1;
    // An even number of backslashes escape each other.
    if ((at - first) % 2 === 0) return at;
  }
  return end;
}

/** Past the bracket that ends the object or list at `start`, or `end`. */
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

/** Past a number, `true`, `false` or `null`. */
function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === comma || byte === closingBrace || byte === closingBracket || byte <= space) break;
  }
  return at;
}
