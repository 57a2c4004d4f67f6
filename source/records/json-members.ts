import {bytesOf, isAt} from './bytes.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openingBrace = 0x7b;
const closingBrace = 0x7d;
const openingBracket = 0x5b;
const closingBracket = 0x5d;
const space = 0x20;
const newlineEscape = bytesOf('\\n');

const nothing = new Uint8Array(0);
const fieldsKey = bytesOf('fields');
const messageKeys = [bytesOf('message'), bytesOf('line')];

/** A longer string is looked through by native code, a call of which costs as much as so many bytes. */
const longString = 12;

/**
 * Goes through the members of a JSON object as bytes, one after the other, and makes nothing. What stands within a value
 * is passed over, so that no text and no nested object is taken for a member. The JSON need not be valid, nor end: a
 * member that is not whole is the last.
 */
export class JsonMembers {
  /** The name, `[key, keyEnd)`, without its quotes; escapes in it are left as they are. */
  key = 0;
  keyEnd = 0;
  /** The value, `[value, valueEnd)`; a string without its quotes. */
  value = 0;
  valueEnd = 0;
  isString = false;
  /** The end of the value is there. */
  isWhole = false;
  #bytes: Uint8Array = nothing;
  #at = 0;
  #end = 0;

  /** Begins with the object whose brace is at `start`. Nothing at or behind `end` is looked at. */
  begin(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start + 1;
    this.#end = end;
    this.isWhole = true;
  }

  /** Goes to the next member; false if there is none. */
  next(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = skipSpaces(bytes, this.#at, end);
    if (at >= end || bytes[at] !== quote || !this.isWhole) return false;
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
    this.isWhole = valueEnd < end;
    this.valueEnd = Math.min(valueEnd, end);
    at = skipSpaces(bytes, this.isString ? valueEnd + 1 : valueEnd, end);
    // What is not followed by a comma is the last.
    this.#at = at < end && bytes[at] === comma ? at + 1 : end;
    return true;
  }

  /** Whether the member has this name. */
  is(name: Uint8Array): boolean {
    return this.keyEnd - this.key === name.length && isAt(this.#bytes, this.key, name);
  }

  /** Whether the value is a string of these bytes. */
  says(text: Uint8Array): boolean {
    return this.isString && this.valueEnd - this.value === text.length && isAt(this.#bytes, this.value, text);
  }
}

const top = new JsonMembers();
const inner = new JsonMembers();

/** The first `fields` object of a line in JSON, from its brace on; undefined if it has none. */
function fieldsStart(line: Uint8Array, end: number): number | undefined {
  top.begin(line, 0, end);
  while (top.next()) if (top.is(fieldsKey)) return line[top.value] === openingBrace ? top.value : undefined;
  return undefined;
}

/**
 * A line in JSON that is longer than `most` bytes, with so much of its message left out at the end that it is not, if that
 * is enough: what stands behind the message, the level for example, is kept. A line of its own, else the line itself.
 */
export function withShortMessage(line: Uint8Array, most: number): Uint8Array {
  const excess = line.length - most;
  const fields = excess > 0 && line[0] === openingBrace ? fieldsStart(line, line.length) : undefined;
  if (fields === undefined) return line;
  inner.begin(line, fields, line.length);
  while (inner.next()) {
    const {value, valueEnd} = inner;
    if (!inner.isString || valueEnd - value < excess || !messageKeys.some((key) => inner.is(key))) continue;
    const cut = unitStart(line, value, valueEnd - excess);
    return Buffer.concat([line.subarray(0, cut), line.subarray(valueEnd)]);
  }
  return line;
}

/** The last place up to `limit` at which a JSON string can be cut: in no escape, in no character of several bytes. */
function unitStart(bytes: Uint8Array, start: number, limit: number): number {
  let from = start;
  for (let at = start; at <= limit; ) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80 || byte >= 0xc0) from = at;
    // `\u001b` has four digits more.
    at += byte !== backslash ? 1 : bytes[at + 1] === 0x75 ? 6 : 2;
  }
  return from;
}

/** Where the first line of a text in a JSON string ends: at its first `\n`, or at `end`. */
export function firstLineEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== backslash) continue;
    if (isAt(bytes, at, newlineEscape)) return at;
    at += 1;
  }
  return end;
}

function skipSpaces(bytes: Uint8Array, start: number, end: number): number {
  // There are none in what servers write.
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

/** The same for a string that goes on at `start`, where no escape goes on. */
function farStringEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = bytes.indexOf(quote, start); at !== -1 && at < end; at = bytes.indexOf(quote, at + 1)) {
    let first = at;
    while (first > start && bytes[first - 1] === backslash) first -= 1;
    // An even number of them are escaped themselves.
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

/** Past a number, `true` and the like. */
function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === comma || byte === closingBrace || byte === closingBracket || byte <= space) break;
  }
  return at;
}
