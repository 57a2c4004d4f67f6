import {type AST, ParseError, parseTOML} from 'toml-eslint-parser';
import type {Problem} from './config-file.ts';

/** A value of TOML: what has no business in a configuration of ours (a date, nan) is `other`. */
export type TomlValue =
  | {readonly type: 'text' | 'number' | 'switch'; readonly text: string}
  | {readonly type: 'list'; readonly items: readonly TomlValue[]}
  | {readonly type: 'table' | 'other'};

/** A key with all tables that it is in, however that is written: `[a.b]`, `a.b = …` or `a = {b = …}`. */
export type TomlRow = {readonly path: readonly string[]; readonly line: number; readonly value: TomlValue};

/** The keys and tables of a text in their order, or what keeps it from being TOML. Tables come before what is in them. */
export function tomlRows(text: string): {readonly rows: readonly TomlRow[]} | {readonly problem: Problem} {
  try {
    const [{body}] = parseTOML(text, {tomlVersion: '1.0'}).body;
    return {rows: body.flatMap((node) => (node.type === 'TOMLTable' ? rowsOfTable(node) : rowsOf(node, [])))};
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return {problem: problemOf(error, text)};
  }
}

function rowsOfTable({key, kind, body, loc}: AST.TOMLTable): TomlRow[] {
  const path = pathOf(key);
  const value: TomlValue = {type: kind === 'array' ? 'other' : 'table'};
  const head = {path, line: loc.start.line, value};
  return kind === 'array' ? [head] : [head, ...body.flatMap((node) => rowsOf(node, path))];
}

function rowsOf({key, value, loc}: AST.TOMLKeyValue, within: readonly string[]): TomlRow[] {
  const path = [...within, ...pathOf(key)];
  const row = {path, line: loc.start.line, value: tomlValue(value)};
  return value.type === 'TOMLInlineTable' ? [row, ...value.body.flatMap((node) => rowsOf(node, path))] : [row];
}

function pathOf({keys}: AST.TOMLKey): string[] {
  return keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
}

function tomlValue(node: AST.TOMLContentNode): TomlValue {
  if (node.type === 'TOMLInlineTable') return {type: 'table'};
  if (node.type === 'TOMLArray') return {type: 'list', items: node.elements.map(tomlValue)};
  switch (node.kind) {
    case 'string':
      return {type: 'text', text: node.value};
    case 'integer':
      return {type: 'number', text: String(node.bigint)};
    case 'boolean':
      return {type: 'switch', text: String(node.value)};
    default:
      return {type: 'other'};
  }
}

/** The parser's words in ours. None repeats what stands in the file, which may be a key. */
const words: ReadonlyMap<string, string> = new Map([
  ['Defining a key multiple times is invalid', 'this is there already · leave one out'],
  ['Unspecified values are invalid', "a value is missing behind '='"],
  ['Expected equal (=) token', "'=' is missing behind the key"],
  ['Must be a newline', 'something is left over behind the value · # begins a comment'],
  ['Unterminated string constant', 'a quotation mark is missing'],
  ['Unterminated table-key', "']' is missing"],
  ['Unterminated array', "']' is missing"],
  ['Unterminated inline table', "'}' is missing"],
  ['Unexpected character', 'this is not TOML · text stands in quotation marks'],
  ['Unexpected token', 'this is not TOML · text stands in quotation marks'],
  ['Invalid character in escape sequence', "this is no escape sequence · write \\\\ for \\, or the text in '…'"],
  ['Leading zeros are not allowed', 'a number has no zeros in front'],
]);

/** For these the parser has gone on to the next line. */
const seenLate = ['Unspecified values are invalid', 'Unterminated table-key'];

function problemOf({message, lineNumber, column}: ParseError, text: string): Problem {
  const isSeenLate = column === 0 && seenLate.includes(message);
  const line = Math.max(1, isSeenLate ? lineNumber - 1 : lineNumber);
  const what = words.get(message) ?? `this is not TOML · ${lowered(message)}`;
  const name = nameIn(text.split('\n')[line - 1] ?? '');
  if (name === undefined) return {line, message: what};
  return {line, message: what.startsWith('this is there') ? what.replace('this', `'${name}'`) : `'${name}': ${what}`};
}

/** The key or table that a line begins with, and nothing of its value. */
function nameIn(line: string): string | undefined {
  return /^\s*([\w.-]+)\s*=/.exec(line)?.[1] ?? /^\s*\[+\s*([\w.-]+)/.exec(line)?.[1];
}

function lowered(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}
