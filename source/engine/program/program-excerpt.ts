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

/** The statements of a program in SQL, each as its tokens without comments. */
function* statementsOf(code: string): Generator<readonly SqlToken[], void, void> {
  let statement: SqlToken[] = [];
  for (let from = 0; from < code.length; ) {
    tokenPattern.lastIndex = from;
    const [all, word, name, text, sign] = tokenPattern.exec(code) ?? ['?'];
    const to = from + all.length;
    if (word !== undefined) statement.push({kind: 'word', text: word, from, to});
    else if (name !== undefined) statement.push({kind: 'name', text: name.replaceAll('""', '"'), from, to});
    else if (text !== undefined) statement.push({kind: 'text', text: text.replaceAll("''", "'"), from, to});
    else if (sign !== undefined && sign !== ';') statement.push({kind: 'sign', text: sign, from, to});
    else if (sign === ';') {
      yield statement;
      statement = [];
    }
    from = to;
  }
  yield statement;
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

class ProgramLines {
  readonly #code: string;
  /** Where each line begins: a program may have millions. */
  readonly #starts: Uint32Array;

  constructor(code: string) {
    this.#code = code;
    let count = 1;
    for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) count += 1;
    this.#starts = new Uint32Array(count);
    for (let line = 1; line < count; line++) this.#starts[line] = code.indexOf('\n', this.#starts[line - 1]) + 1;
  }

  /** Returns where a line begins; for the line behind the last one, where it would. */
  #startOf(number: number): number {
    return this.#starts[number - 1] ?? this.#code.length + 1;
  }

  /** Returns undefined if there is no such line. A column behind its end is its end. */
  #offsetOf(line: number, column: number): number | undefined {
    const start = this.#starts[line - 1];
    return start === undefined ? undefined : Math.min(start + column, this.#startOf(line + 1)) - 1;
  }

  /** The number of the line that has this place. */
  numberAt(offset: number): number {
    return countBelow(this.#starts, offset + 1);
  }

  at({line, column, end}: Position): readonly ExcerptLine[] | undefined {
    const from = this.#offsetOf(line, column);
    if (from === undefined) return undefined;
    const last = end && this.#offsetOf(end.line, end.column);
    return this.around({from, to: Math.max(from, last ?? from) + 1});
  }

  around(marked: TextRange): readonly ExcerptLine[] {
    const at = this.numberAt(marked.from);
    return this.shown(Math.max(1, at - around), Math.min(this.#starts.length, at + around), {...marked, line: at});
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
 * A step is a statement.
 */
export function* declarationSteps(code: string, endpoint: string): Generator<void, Declaration | undefined, void> {
  for (const statement of statementsOf(code)) {
    yield;
    const [first] = statement;
    const name = declaredIn(statement);
    if (!first || !name || !endpoint.startsWith(`${nameOf(name)}.`)) continue;
    const list = connectorsIn(statement);
    const connector = list && placeOf(code, list, endpoint.slice(nameOf(name).length + 1));
    return {statement: {from: first.from, to: name.to}, connector};
  }
  return undefined;
}

/** `create local materialized view`: words up to the last of these, at most. */
const mostWords = 4;

/** The name of the table or view that a statement creates; undefined: it creates something else, or nothing. */
function declaredIn(statement: readonly SqlToken[]): SqlToken | undefined {
  const at = statement.slice(0, mostWords).findIndex(isRelation);
  if (at < 1 || !isWord(statement[0], 'create')) return undefined;
  const hasCondition = ['if', 'not', 'exists'].every((word, place) => isWord(statement[at + 1 + place], word));
  const name = statement[at + (hasCondition ? 4 : 1)];
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
  for (const [index, item] of itemsOf(list.text).entries()) {
    const given = fieldOf(parseJson(list.text.slice(item.from, item.to)), 'name');
    if ((given ?? `unnamed-${index}`) !== name) continue;
    const {from, to} = item.name ?? item;
    return {from: placeInToken(code, list, from), to: placeInToken(code, list, to)};
  }
  return undefined;
}

/** A string of JSON, a bracket, or a run of others. */
const jsonPattern = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]|[^"[\]{}]+|[\s\S]/g;

const namePattern = /"name"\s*:\s*"[^"\\]*(?:\\.[^"\\]*)*"/y;

/** Finds the objects in a JSON list. `name`: the place of the object's own `"name": "bad"`. */
function itemsOf(json: string): readonly (TextRange & {readonly name: TextRange | undefined})[] {
  const items: (TextRange & {readonly name: TextRange | undefined})[] = [];
  let depth = 0;
  let from = 0;
  let name: TextRange | undefined;
  for (const {0: token, index} of json.matchAll(jsonPattern)) {
    if (token === '{' || token === '[') {
      if (depth === 1) [from, name] = [index, undefined];
      depth += 1;
    } else if (token === '}' || token === ']') {
      depth -= 1;
      if (token === '}' && depth === 1) items.push({from, to: index + 1, name});
    } else if (depth === 2 && !name) {
      namePattern.lastIndex = index;
      if (namePattern.test(json)) name = {from: index, to: namePattern.lastIndex};
    }
  }
  return items;
}
