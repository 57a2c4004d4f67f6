import {countBelow} from '../../lib/bisect.ts';
import {fieldOf, parseJson} from '../../lib/json.ts';
import {maskCredentials} from '../../lib/secrets.ts';
import {runAtOnce} from '../../lib/slices.ts';

/** A range of a text, the end exclusive. */
type TextRange = {readonly from: number; readonly to: number};

/** A word, a name in double quotes, a text in single quotes, or another sign, with what it stands for. */
type SqlToken = TextRange & {readonly kind: 'word' | 'name' | 'text' | 'sign'; readonly text: string};

/** Blanks and comments, or one token. A text or a comment without an end reaches to the end of the program. */
const tokenPattern =
  /(?:\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|([A-Za-z_][\w$]*)|"([^"]*(?:""[^"]*)*)(?:"|$)|'([^']*(?:''[^']*)*)(?:'|$)|([\s\S])/y;

/** The tokens of a program in SQL, without its comments, from the start of one on. */
function* sqlTokens(code: string, start: number): Generator<SqlToken, void, void> {
  for (let from = start; from < code.length; ) {
    tokenPattern.lastIndex = from;
    const [all, word, name, text, sign] = tokenPattern.exec(code) ?? ['?'];
    const to = from + all.length;
    if (word !== undefined) yield {kind: 'word', text: word, from, to};
    else if (name !== undefined) yield {kind: 'name', text: name.replaceAll('""', '"'), from, to};
    else if (text !== undefined) yield {kind: 'text', text: text.replaceAll("''", "'"), from, to};
    else if (sign !== undefined) yield {kind: 'sign', text: sign, from, to};
    from = to;
  }
}

/** Matches the word, and what may have it without meaning it: a megabyte is searched in some milliseconds. */
const createPattern =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"[^"]*(?:""[^"]*)*(?:"|$)|'[^']*(?:''[^']*)*(?:'|$)|\bcreate\b/gi;

/** Yields the places where statements begin with `create`. */
function* creations(code: string): Generator<number, void, void> {
  for (const {0: found, index} of code.matchAll(createPattern)) if (/^create$/i.test(found)) yield index;
}

/** Finds a place of a token's text in the program, where two quotes stand for one. */
function placeInToken(code: string, {kind, from}: SqlToken, offset: number): number {
  const quote = kind === 'text' ? "'" : '"';
  let at = from + 1;
  for (let left = offset; left > 0; left--) at += code[at] === quote ? 2 : 1;
  return at;
}

/** A place in a program that a message names. Lines and columns begin with 1; `end` is the last character. */
export type ProgramPlace =
  | {
      readonly kind: 'position';
      readonly line: number;
      readonly column: number;
      readonly end?: {readonly line: number; readonly column: number} | undefined;
    }
  /** `orders.kafka`: table or view, and connector. */
  | {readonly kind: 'endpoint'; readonly endpoint: string};

/** A line of a program, without credentials. `marked`: the part of its text that the message is about. */
export type ExcerptLine = {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  readonly marked?: TextRange | undefined;
};

/** Lines above and below the place. */
const around = 3;
/** Lines above those that are shown, which may have the name of what is below it, or the beginning of a key. */
const aboveSecret = 60;

/**
 * `line 3 column 18: …`, with which the message of a panic in SQL begins (`sqllib/src/casts.rs`): of a panic's text, of
 * Feldera's report of it, or of a deployment error.
 */
const positionPattern = /(?:^|\n|panicked at '|panic message: )line (\d+) column (\d+): /;

export function positionIn(message: string): ProgramPlace | undefined {
  const [, line, column] = positionPattern.exec(message) ?? [];
  return line === undefined ? undefined : {kind: 'position', line: Number(line), column: Number(column)};
}

/**
 * The lines around a place, and for a connector the first line of its statement. Undefined: the program has no such
 * place. In steps: a program of a megabyte takes longer than a frame.
 */
export function* excerptSteps(
  code: string,
  place: ProgramPlace,
): Generator<void, readonly ExcerptLine[] | undefined, void> {
  if (place.kind === 'endpoint') return yield* endpointSteps(code, place.endpoint);
  return new ProgramLines(code).at(place);
}

type Position = Extract<ProgramPlace, {kind: 'position'}>;

/** Returns the lines around several positions; undefined stays so. */
export function excerptsOf(
  code: string,
  places: readonly (Omit<Position, 'kind'> | undefined)[],
): readonly (readonly ExcerptLine[] | undefined)[] {
  const lines = new ProgramLines(code);
  return places.map((place) => place && lines.at({kind: 'position', ...place}));
}

/** Runs `excerptSteps` at once. */
export function excerptOf(code: string, place: ProgramPlace): readonly ExcerptLine[] | undefined {
  return runAtOnce(excerptSteps(code, place));
}

function* endpointSteps(code: string, endpoint: string): Generator<void, readonly ExcerptLine[] | undefined, void> {
  const declaration = yield* declarationSteps(code, endpoint);
  if (!declaration) return undefined;
  const lines = new ProgramLines(code);
  const {statement, connector} = declaration;
  if (!connector) return lines.around(statement);
  const shown = lines.around(connector);
  const head = lines.numberAt(statement.from);
  return shown.some(({number}) => number === head) ? shown : [...lines.shown(head, head), ...shown];
}

/** The start of every 128th line is kept: a program may have ten million lines. */
const linesPerStart = 128;

class ProgramLines {
  readonly #code: string;
  readonly #starts: readonly number[];
  readonly #count: number;

  constructor(code: string) {
    this.#code = code;
    const starts = [0];
    let count = 1;
    for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) {
      if (count % linesPerStart === 0) starts.push(at + 1);
      count += 1;
    }
    this.#starts = starts;
    this.#count = count;
  }

  /** Returns where a line begins; for the line behind the last one, where it would. */
  #startOf(number: number): number {
    let start = this.#starts[Math.floor((number - 1) / linesPerStart)] ?? this.#code.length + 1;
    for (let left = (number - 1) % linesPerStart; left > 0; left--) start = this.#endOf(start) + 1;
    return start;
  }

  #endOf(start: number): number {
    const end = this.#code.indexOf('\n', start);
    return end < 0 ? this.#code.length : end;
  }

  /** Returns undefined if there is no such line. A column behind its end is its end. */
  #offsetOf(line: number, column: number): number | undefined {
    if (line < 1 || line > this.#count) return undefined;
    const start = this.#startOf(line);
    return Math.min(start + column - 1, this.#endOf(start));
  }

  /** The number of the line that has this place. */
  numberAt(offset: number): number {
    const kept = countBelow(this.#starts, offset + 1) - 1;
    let number = kept * linesPerStart + 1;
    for (let end = this.#endOf(this.#starts[kept] ?? 0); end < offset; end = this.#endOf(end + 1)) number += 1;
    return number;
  }

  at({line, column, end}: Position): readonly ExcerptLine[] | undefined {
    const from = this.#offsetOf(line, column);
    if (from === undefined) return undefined;
    const last = end && this.#offsetOf(end.line, end.column);
    return this.around({from, to: Math.max(from, last ?? from) + 1});
  }

  around(marked: TextRange): readonly ExcerptLine[] {
    const at = this.numberAt(marked.from);
    return this.shown(Math.max(1, at - around), Math.min(this.#count, at + around), {...marked, line: at});
  }

  /** `marked`: what is beyond its line is left out. */
  shown(first: number, last: number, marked?: TextRange & {readonly line: number}): readonly ExcerptLine[] {
    const startOf = (number: number) => this.#startOf(number);
    const from = startOf(Math.max(1, first - aboveSecret));
    const {text, placeOf} = maskCredentials(this.#code.slice(from, startOf(last + 1) - 1));
    return Array.from({length: last - first + 1}, (_, index): ExcerptLine => {
      const number = first + index;
      const [start, end] = [placeOf(startOf(number) - from), placeOf(startOf(number + 1) - 1 - from)];
      const line = {number, text: text.slice(start, end)};
      if (marked?.line !== number) return line;
      const begin = placeOf(marked.from - from) - start;
      const stop = Math.min(placeOf(marked.to - from), end) - start;
      return {...line, marked: {from: begin, to: Math.max(begin + 1, stop)}};
    });
  }
}

/** Place where a program declares a connector. */
type Declaration = {
  /** `create table orders`. */
  readonly statement: TextRange;
  /** Its name, or its beginning, in the `connectors` of the statement; undefined: that has none of this name. */
  readonly connector: TextRange | undefined;
};

/**
 * Finds the table or view of an endpoint such as `orders.kafka`, and the connector in its `connectors`. Feldera names
 * one without a name `unnamed-0`, by its place (`db/types/program.rs`). Undefined: the program declares no such table.
 * A step is a statement, or more of a program that has few.
 */
export function* declarationSteps(code: string, endpoint: string): Generator<void, Declaration | undefined, void> {
  for (const from of creations(code)) {
    yield;
    const tokens = sqlTokens(code, from);
    const name = declaredIn(tokens);
    if (!name || !endpoint.startsWith(`${nameOf(name)}.`)) continue;
    const rest: SqlToken[] = [];
    for (const token of tokens) {
      if (token.text === ';' && token.kind === 'sign') break;
      rest.push(token);
    }
    const list = connectorsIn(rest);
    const connector = list && placeOf(code, list, endpoint.slice(nameOf(name).length + 1));
    return {statement: {from, to: name.to}, connector};
  }
  return undefined;
}

/** Words between `create` and `table`, at most: `local`, `materialized`. */
const mostBetween = 2;

/** The name of the table or view that a statement creates; undefined: it creates something else. */
function declaredIn(tokens: Generator<SqlToken, void, void>): SqlToken | undefined {
  const next = () => tokens.next().value ?? undefined;
  next();
  let word = next();
  for (let between = 0; between < mostBetween && word?.kind === 'word' && !isRelation(word); between++) word = next();
  if (!word || !isRelation(word)) return undefined;
  let name = next();
  if (isWord(name, 'if') && isWord(next(), 'not') && isWord(next(), 'exists')) name = next();
  return name?.kind === 'word' || name?.kind === 'name' ? name : undefined;
}

function isRelation(token: SqlToken): boolean {
  return isWord(token, 'table') || isWord(token, 'view');
}

function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word;
}

/** Spells a name as Feldera's names of endpoints do. */
function nameOf({kind, text}: SqlToken): string {
  return kind === 'name' ? text : text.toLowerCase();
}

/** The text of `'connectors' = '[…]'`. */
function connectorsIn(tokens: readonly SqlToken[]): SqlToken | undefined {
  const at = tokens.findIndex(
    ({kind, text}, place) => kind === 'text' && text === 'connectors' && tokens[place + 1]?.text === '=',
  );
  const list = at < 0 ? undefined : tokens[at + 2];
  return list?.kind === 'text' ? list : undefined;
}

function placeOf(code: string, list: SqlToken, name: string): TextRange | undefined {
  for (const [index, {from, to}] of itemsOf(list.text).entries()) {
    const item = list.text.slice(from, to);
    const given = fieldOf(parseJson(item), 'name');
    if ((given ?? `unnamed-${index}`) !== name) continue;
    const named = typeof given === 'string' ? placeOfName(item) : undefined;
    const place = named ? {from: from + named.from, to: from + named.to} : {from, to};
    return {from: placeInToken(code, list, place.from), to: placeInToken(code, list, place.to)};
  }
  return undefined;
}

/** A string of JSON, a bracket, or a run of others. */
const jsonPattern = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]|[^"[\]{}]+|[\s\S]/g;

/** The objects that are the items of a list in JSON. */
function itemsOf(json: string): readonly TextRange[] {
  const items: TextRange[] = [];
  let depth = 0;
  let from = 0;
  for (const {0: token, index} of json.matchAll(jsonPattern)) {
    if (token === '{' && depth === 1) from = index;
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') {
      depth -= 1;
      if (token === '}' && depth === 1) items.push({from, to: index + 1});
    }
  }
  return items;
}

/** `"name": "bad"` of the object itself, not of what is in it. */
function placeOfName(item: string): TextRange | undefined {
  let depth = 0;
  for (const {0: token, index} of item.matchAll(jsonPattern)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    if (token !== '"name"' || depth !== 1) continue;
    const pair = /"name"\s*:\s*"[^"\\]*(?:\\.[^"\\]*)*"/y;
    pair.lastIndex = index;
    const found = pair.exec(item);
    if (found) return {from: index, to: index + found[0].length};
  }
  return undefined;
}
