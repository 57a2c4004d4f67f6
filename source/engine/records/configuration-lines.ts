import {
  bytesOf,
  closingBrace,
  closingBracket,
  colon,
  comma,
  isAt,
  isDigit,
  offsetOf,
  openingBrace,
  openingBracket,
  quote,
  space,
} from './bytes.ts';
import {longestReach} from './open-records.ts';

const firstWords = bytesOf('Pipeline configuration ');
const indentOfMember = 2;

/** A line of indented JSON, as the line before it requires it. */
type JsonLine = {
  /** Spaces before its text. */
  readonly indent: number;
  /** It is the end of an object or a list; else a member or an item. */
  readonly closes: boolean;
};

/** A configuration whose end has not come. */
type Open = {
  /** Id of its first line, and of its last one so far. */
  readonly head: number;
  readonly last: number;
  readonly next: JsonLine;
};

/** In a merged log several pipelines may start at a time. */
const mostOpen = 4;
/** Entries of others between two lines of a configuration, at most: it is printed within milliseconds. */
const longestPause = 1000;

/**
 * The configuration that a pipeline prints at its start, on stdout (Feldera's server in `dbsp_adapters`):
 *
 *     Pipeline configuration loaded successfully: {
 *       "given_name": "orders",
 *       "global": {
 *         "workers": 1
 *       }
 *     }
 *
 * Lines of stderr come in between. Each line of indented JSON determines the indentation of the next one, and whether
 * that one ends an object: so the lines are found by their first and last characters. Of a configuration whose beginning
 * is missing, the first line with a name or an end is its head.
 */
export class Configurations {
  /** The one with the newest line last. */
  #open: readonly Open[] = [];
  /** The log begins here, or lines are missing: the next line may be in the middle of a configuration. */
  #isCut = true;

  /** The first lines of those whose end has not come. */
  get heads(): readonly number[] {
    return this.#open.map(({head}) => head);
  }

  /** Lines are missing here. */
  cut(): void {
    this.#open = [];
    this.#isCut = true;
  }

  /** The next line is not in the middle of a configuration whose beginning is missing. */
  setWhole(): void {
    this.#isCut = false;
  }

  /** Adds the first line of a configuration. */
  start(head: number): void {
    this.#add({head, last: head, next: {indent: indentOfMember, closes: false}});
  }

  /** Adds a line without a head. Returns the head of its configuration; undefined if it is in none. */
  add(id: number, bytes: Uint8Array, start: number, end: number): number | undefined {
    const head = this.headFor(id, bytes, start, end);
    if (head === undefined) return undefined;
    this.#open = this.#open.filter((each) => each.head !== head);
    const next = lineAfter(indentOf(bytes, start, end), bytes[end - 1]);
    if (next) this.#add({head, last: id, next});
    return head;
  }

  /** The head of the configuration to which `add` would add the line. */
  headFor(id: number, bytes: Uint8Array, start: number, end: number): number | undefined {
    if (this.#open.length === 0) return this.#isCut && isMemberOrEnd(bytes, start, end) ? id : undefined;
    return this.#open.findLast(
      ({head, last, next}) => id - last <= longestPause && id - head <= longestReach && isNext(bytes, start, end, next),
    )?.head;
  }

  #add(configuration: Open): void {
    this.#open = [...this.#open, configuration].slice(-mostOpen);
    this.#isCut = false;
  }
}

/** `Pipeline configuration read from …` and `Pipeline configuration loaded successfully: {`: a record begins. */
export function isConfigurationLine(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start > firstWords.length && isAt(bytes, start, firstWords);
}

/** Returns whether more lines follow the line of `isConfigurationLine`. */
export function opensConfiguration(bytes: Uint8Array, end: number): boolean {
  return bytes[end - 1] === openingBrace;
}

function indentOf(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] === space) at += 1;
  return at - start;
}

function isNext(bytes: Uint8Array, start: number, end: number, {indent, closes}: JsonLine): boolean {
  const text = start + indent;
  if (text >= end || indentOf(bytes, start, text) < indent) return false;
  return closes ? isEnd(bytes, text, end) : beginsValue(bytes[text]);
}

/** Returns undefined after the last line. */
function lineAfter(indent: number, last: number | undefined): JsonLine | undefined {
  if (last === openingBrace || last === openingBracket) return {indent: indent + indentOfMember, closes: false};
  if (last === comma) return {indent, closes: false};
  return indent === 0 ? undefined : {indent: indent - indentOfMember, closes: true};
}

/** `}`, `},`, `]` or `],` */
function isEnd(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] !== closingBrace && bytes[at] !== closingBracket) return false;
  return at + 1 === end || (bytes[at + 1] === comma && at + 2 === end);
}

/** A string, a list, an object, a number, or the first letter of `true`, `false` and `null`. */
function beginsValue(byte: number | undefined): boolean {
  const isWord = byte === 0x74 || byte === 0x66 || byte === 0x6e;
  const isNumber = isDigit(byte) || byte === 0x2d;
  return byte === quote || byte === openingBrace || byte === openingBracket || isNumber || isWord;
}

/** `    "name": …`, `  },` or `  ]`, indented as JSON. */
function isMemberOrEnd(bytes: Uint8Array, start: number, end: number): boolean {
  const indent = indentOf(bytes, start, end);
  if (indent === 0 || indent % indentOfMember !== 0) return false;
  const text = start + indent;
  if (isEnd(bytes, text, end)) return true;
  const nameEnd = bytes[text] === quote ? offsetOf(bytes, quote, text + 1, end) : undefined;
  return nameEnd !== undefined && bytes[nameEnd + 1] === colon && bytes[nameEnd + 2] === space && nameEnd + 3 < end;
}
