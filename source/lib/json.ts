/** Undefined if it is no JSON. */
export function parseJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : decode(text));
  } catch {
    return undefined;
  }
}

/** Bytes of a part: what is parsed of it is soon garbage, which costs far less than to keep a whole list. */
const partBytes = 64 * 1024;

/** Without a place to cut in so many bytes, the rest is read entry by entry: what it is made of may take much more memory. */
const mostParsed = 1024 * 1024;

/** Where most arrays of objects can be cut. */
const border = '},{"';

/**
 * The entries of a JSON array in their order, some at a time, so that a long list is neither in memory nor parsed at
 * once. Throws a `SyntaxError` if the text is no array, perhaps after its first entries.
 */
export function* jsonArrayParts(bytes: Uint8Array): Generator<readonly unknown[], void, undefined> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let start = 0;
  let open = '';
  for (;;) {
    const cut = text.indexOf(border, start + partBytes);
    if (cut < 0 || cut - start > mostParsed) break;
    // Cut inside an entry or a string, a part is no JSON: brackets do not match.
    const part = parseJson(`${open}${decode(text.subarray(start, cut + 1))}]`);
    if (!Array.isArray(part)) break;
    yield part;
    start = cut + '},'.length;
    open = '[';
  }
  if (text.length - start > mostParsed) {
    yield* entriesFrom(text, open === '' ? after(text, skipBlanks(text, start), openingBracket) : start);
    return;
  }
  const rest = parseJson(`${open}${decode(text.subarray(start))}`);
  if (!Array.isArray(rest)) throw new SyntaxError('no JSON array');
  yield rest;
}

/** The entries of an array of which `start` is behind the bracket, or behind a comma; empty parts are steps between. */
function* entriesFrom(text: Buffer, start: number): Generator<readonly unknown[], void, undefined> {
  for (let end = start; ; ) {
    const entry = valueFrom(text, end, 1);
    let step = entry.next();
    for (; !step.done; step = entry.next()) yield [];
    yield [step.value.value];
    end = skipBlanks(text, step.value.end);
    if (text[end] === closingBracket && skipBlanks(text, end + 1) === text.length) return;
    end = after(text, end, comma);
  }
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openingBracket = 0x5b;
const backslash = 0x5c;
const closingBracket = 0x5d;
const openingBrace = 0x7b;
const closingBrace = 0x7d;

/**
 * Parses JSON in steps of at most 64 KiB, with a `yield` after each; only a string that is longer is one step. The result
 * is that of `JSON.parse`. Throws a `SyntaxError` if it is no JSON, and a `RangeError` if it is nested too deep.
 */
export function* jsonSteps(bytes: Uint8Array): Generator<void, unknown, void> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const {value, end} = yield* valueFrom(text, 0, 0);
  if (skipBlanks(text, end) < text.length) throw new SyntaxError('more than one JSON value');
  return value;
}

type ReadValue = {readonly value: unknown; readonly end: number};

/** Values of more than 64 KiB in each other: each is looked through before its parts are. Statistics have six. */
const mostNested = 100;

/** The value after `start`; one of more than 64 KiB by its parts. `depth`: values around it. */
function* valueFrom(text: Buffer, start: number, depth: number): Generator<void, ReadValue, void> {
  const from = skipBlanks(text, start);
  const end = endOfValue(text, from);
  if (end !== undefined) return {value: JSON.parse(decode(text.subarray(from, end))), end};
  if (depth === mostNested) throw new RangeError('the JSON is nested too deep');
  // Finding that out has read as much as a step.
  yield;
  return text[from] === openingBracket ? yield* arrayFrom(text, from, depth) : yield* objectFrom(text, from, depth);
}

function* arrayFrom(text: Buffer, start: number, depth: number): Generator<void, ReadValue, void> {
  const value: unknown[] = [];
  let end = skipBlanks(text, start + 1);
  if (text[end] === closingBracket) return {value, end: end + 1};
  for (;;) {
    const item = yield* valueFrom(text, end, depth + 1);
    value.push(item.value);
    yield;
    end = skipBlanks(text, item.end);
    if (text[end] === closingBracket) return {value, end: end + 1};
    end = after(text, end, comma);
  }
}

function* objectFrom(text: Buffer, start: number, depth: number): Generator<void, ReadValue, void> {
  const fields: [string, unknown][] = [];
  let end = skipBlanks(text, start + 1);
  if (text[end] === closingBrace) return {value: {}, end: end + 1};
  for (;;) {
    const from = skipBlanks(text, end);
    const keyEnd = endOfString(text, from);
    const field = yield* valueFrom(text, after(text, skipBlanks(text, keyEnd), colon), depth + 1);
    fields.push([String(JSON.parse(decode(text.subarray(from, keyEnd)))), field.value]);
    yield;
    end = skipBlanks(text, field.end);
    // Not by assignment: `__proto__` is a name like any other.
    if (text[end] === closingBrace) return {value: Object.fromEntries(fields), end: end + 1};
    end = after(text, end, comma);
  }
}

/** One past the value at `start`; undefined: an array or an object of more than 64 KiB. */
function endOfValue(text: Buffer, start: number): number | undefined {
  const first = text[start];
  if (first === quote) return endOfString(text, start);
  if (first !== openingBracket && first !== openingBrace) return endOfWord(text, start);
  const limit = start + partBytes;
  let depth = 0;
  for (let at = start; at < text.length; ) {
    if (at > limit) return undefined;
    const byte = text[at];
    if (byte === quote) {
      at = endOfString(text, at);
      continue;
    }
    at += 1;
    if (byte === openingBracket || byte === openingBrace) depth += 1;
    else if (byte === closingBracket || byte === closingBrace) depth -= 1;
    if (depth === 0) return at;
  }
  throw new SyntaxError('the JSON has no end');
}

/** One past the quote that ends the string at `start`. */
function endOfString(text: Buffer, start: number): number {
  if (text[start] !== quote) throw new SyntaxError('no string where JSON has one');
  for (let end = text.indexOf(quote, start + 1); end !== -1; end = text.indexOf(quote, end + 1)) {
    let before = end - 1;
    while (text[before] === backslash) before -= 1;
    if ((end - before) % 2 === 1) return end + 1;
  }
  throw new SyntaxError('a string of the JSON has no end');
}

/** No number is longer: of a longer word the beginning is read, and then no comma is found. */
const longestWord = 1024;

/** Of a number, `true`, `false` or `null`. */
function endOfWord(text: Buffer, start: number): number {
  let end = start;
  while (end < text.length && end - start < longestWord && !isBlank(text[end]) && !isMark(text[end])) end += 1;
  return end;
}

function isMark(byte: number | undefined): boolean {
  return byte === comma || byte === closingBracket || byte === closingBrace;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function skipBlanks(text: Buffer, start: number): number {
  let at = start;
  while (isBlank(text[at])) at += 1;
  return at;
}

function after(text: Buffer, at: number, mark: number): number {
  if (text[at] !== mark) throw new SyntaxError('no comma, colon or bracket where JSON has one');
  return at + 1;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Undefined if `json` is no object or lacks the field. */
export function fieldOf(json: unknown, key: string): unknown {
  return isObject(json) ? json[key] : undefined;
}

/** The empty string if the field is missing or no string. */
export function stringOf(json: unknown, key: string): string {
  const value = fieldOf(json, key);
  return typeof value === 'string' ? value : '';
}

export function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/**
 * JSON may hold them unescaped, but they control a terminal (DEL, C1), end a line, change the direction of text, or are
 * invisible: zero-width characters, tags, selectors of variants.
 */
const controls = /[\x7f-\x9f\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** JSON that is safe to show and parses to the same value. `indent`: cells a level; undefined: one line. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(controls, escaped);
}

/** A character beyond U+FFFF has two escapes. */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
