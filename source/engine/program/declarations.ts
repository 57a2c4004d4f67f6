import {fieldOf, parseJson} from '../../lib/json.ts';
import {creations, placeInToken, type SqlToken, sqlTokens, type TextRange} from './sql-tokens.ts';

/** Where a program declares a connector. */
export type Declaration = {
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

/** As Feldera's names of endpoints have it. */
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
