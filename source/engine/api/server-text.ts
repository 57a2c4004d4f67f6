import {clean, cleanLines, cleanName} from '../../lib/clean.ts';
import {byteSize} from '../../lib/format.ts';
import {isObject, jsonArrayParts, parseJson} from '../../lib/json.ts';

/*
 * The border for all text of the server: what it sends is bytes, or a value that shows nothing, until it is read here as
 * text that is safe to show. So a name, a message or a header cannot reach a terminal, a title, a clipboard or a file in
 * any other form. Lines of a log do not come through here: they stay bytes until they are drawn, copied or printed.
 *
 * A text is cut here, too: what shows, wraps or compares one need not expect 20 MB of it. What somebody asks to have whole
 * is not: a program, and a configuration as JSON.
 */

/** Characters that are kept of a text as it was sent; Feldera's own are below this. */
export const textLimit = 64 * 1024;

/** Shortens a text that is too long to its beginning, and adds its length. `cleaned`: makes it safe to show. */
function cut(text: string, cleaned: (text: string) => string): string {
  if (text.length <= textLimit) return cleaned(text);
  // A copy, since a slice would keep the whole text in memory.
  const kept = Buffer.from(text.slice(0, textLimit)).toString();
  return `${cleaned(kept)}… ${byteSize(Buffer.byteLength(text))}, cut`;
}

/** A JSON value as the server sent it, which only these methods read. */
export class ServerJson {
  readonly #json: unknown;

  constructor(json: unknown) {
    this.#json = json;
  }

  /** A body that is no JSON is read as a missing value. */
  static read(body: Uint8Array): ServerJson {
    return new ServerJson(parseJson(body));
  }

  /** The entries of an array, some at a time. Throws a `SyntaxError` if the body is none, perhaps after some entries. */
  static *parts(body: Uint8Array): Generator<readonly ServerJson[], void, undefined> {
    for (const part of jsonArrayParts(body)) yield part.map((entry) => new ServerJson(entry));
  }

  /** There is no value, or null. */
  get isMissing(): boolean {
    return this.#json === undefined || this.#json === null;
  }

  /** A text, a number or a boolean. */
  get isLeaf(): boolean {
    return this.#json !== undefined && typeof this.#json !== 'object';
  }

  get isObject(): boolean {
    return isObject(this.#json);
  }

  /** A missing value if there is no such field. */
  field(key: string): ServerJson {
    return new ServerJson(this.#of(key));
  }

  /** The fields of an object or the items of an array; none of any other value. */
  get entries(): readonly (readonly [key: string, value: ServerJson])[] {
    if (typeof this.#json !== 'object' || this.#json === null) return [];
    return Object.entries(this.#json).map(([key, value]) => [cut(key, clean), new ServerJson(value)]);
  }

  /** Items of an array; undefined if it is none. */
  get items(): readonly ServerJson[] | undefined {
    return Array.isArray(this.#json) ? this.#json.map((item: unknown) => new ServerJson(item)) : undefined;
  }

  /** Text with its line breaks; undefined if it is no string. */
  get text(): string | undefined {
    return typeof this.#json === 'string' ? cut(this.#json, cleanLines) : undefined;
  }

  /** The text of what has one line, such as a tag; empty for what is no string. */
  get line(): string {
    return typeof this.#json === 'string' ? cut(this.#json, clean) : '';
  }

  /** The text of a field; empty if it is missing or no string. Line breaks stay. */
  textOf(key: string): string {
    return cut(this.#stringOf(key), cleanLines);
  }

  /** A field that is a program, whole: as `textOf`, but its tabs stay, since compilers count them as a column. */
  codeOf(key: string): string {
    return this.#stringOf(key).replace(/[^\t]+/g, (piece) => cleanLines(piece));
  }

  /** The text of a field that has one line: a name, a state, a time. Empty if it is missing or no string. */
  lineOf(key: string): string {
    return cut(this.#stringOf(key), clean);
  }

  /** The name of a pipeline in a field; empty if it is missing or no string. */
  nameOf(key: string): string {
    return cut(this.#stringOf(key), cleanName);
  }

  /** Reads a number; undefined if the field has none. */
  numberOf(key: string): number | undefined {
    const value = this.#of(key);
    return typeof value === 'number' ? value : undefined;
  }

  /** Reads a finite number from 0 on, as all counts, sizes and times are; undefined if the field has none. */
  countOf(key: string): number | undefined {
    const value = this.numberOf(key);
    return value !== undefined && Number.isFinite(value) && value >= 0 ? value : undefined;
  }

  /** Reads a boolean; undefined if the field has none. */
  flagOf(key: string): boolean | undefined {
    const value = this.#of(key);
    return typeof value === 'boolean' ? value : undefined;
  }

  /** The value as JSON. `indent`: cells a level; undefined: one line. */
  asJson(indent?: number): string {
    return cut(this.#stringify(indent), cleanLines);
  }

  /** Returns the JSON whole, however long it is. */
  wholeJson(indent?: number): string {
    return cleanLines(this.#stringify(indent));
  }

  #stringify(indent: number | undefined): string {
    return JSON.stringify(this.#json, undefined, indent) ?? '';
  }

  #stringOf(key: string): string {
    const value = this.#of(key);
    return typeof value === 'string' ? value : '';
  }

  #of(key: string): unknown {
    return isObject(this.#json) ? this.#json[key] : undefined;
  }
}

/** Headers of a response, by lower-case name, as undici has them. */
export type SentHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Headers as the server sent them, which only these methods read. */
export class ServerHeaders {
  readonly #headers: SentHeaders;

  constructor(headers: SentHeaders) {
    this.#headers = headers;
  }

  has(name: string): boolean {
    return this.#headers[name] !== undefined;
  }

  /** Empty if there is no such header. Of a repeated one, all values, with commas between them. */
  all(name: string): string {
    const value = this.#headers[name];
    return clean(typeof value === 'object' ? value.join(',') : (value ?? ''));
  }

  /** Empty if there is no such header. Of a repeated one, the first value. */
  first(name: string): string {
    const value = this.#headers[name];
    return clean((typeof value === 'object' ? value[0] : value) ?? '');
  }

  /** `text/plain` of `Text/Plain; charset=utf-8`; empty when the header is missing. */
  get mediaType(): string {
    const [type = ''] = this.first('content-type').split(';', 1);
    return type.trim().toLowerCase();
  }

  /** Content encoding in lower case; `identity` when the header is missing or empty. */
  get encoding(): string {
    return this.all('content-encoding').trim().toLowerCase() || 'identity';
  }
}

/** A body that is text, such as an error of a proxy. Line breaks stay. */
export function readText(body: Uint8Array): string {
  return cleanLines(new TextDecoder().decode(body));
}
