import {type AST, ParseError, parseTOML} from 'toml-eslint-parser';
import {parseFilter, savedPrefix} from '../../engine/filters/filter.ts';
import {clean} from '../../lib/clean.ts';
import {
  type ConfigFile,
  type ContextKey,
  type ContextTable,
  emptyConfig,
  type FileValue,
  type KeyRemap,
} from './config-file.ts';
import {isConfigurable, type Option} from './option.ts';
import {credentialFlags, type FlagName, options, readValue} from './option-table.ts';
import {contextOptions, findContext, optionValues} from './option-values.ts';
import {didYouMean, numericValues, UsageError} from './parse-values.ts';
import {nameInFile, type SavedFilters} from './saved-filters.ts';
import {readServerOptions} from './server-options.ts';

const tables = ['contexts', 'filters', 'keys'] as const;

/** Throws a `UsageError` with file and line for an unknown key, a wrong type, an invalid value or a text that is not TOML. */
export function parseConfig(text: string, read: ReadOptions): ConfigFile {
  const place: Place = {line: 1};
  try {
    const rows = tomlRows(text, place);
    const of = (table: string) => rows.filter(({path}) => path[0] === table && path.length > 1);
    const file: ConfigFile = {
      name: read.name,
      options: readOptions(rows, read, place),
      contexts: readContexts(of('contexts'), read, place),
      filters: readFilters(of('filters'), place),
      keys: readKeys(of('keys'), read, place),
    };
    const own = file.options.get('context')?.text;
    place.line = rows.find(({path}) => path[0] === 'context')?.line ?? 1;
    if (own !== undefined) findContext(own, '', file);
    return file;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${read.name}:${place.line}: ${clean(error.message)}`);
  }
}

/** The line that is being read, for the message about a mistake in it. */
type Place = {line: number};

/** The keys above the first table. Each value is read as that of a flag or a variable is. */
function readOptions(rows: readonly TomlRow[], read: ReadOptions, place: Place): Map<FlagName, FileValue> {
  const values = new Map<FlagName, FileValue>();
  for (const {path, line, value} of rows) {
    const [key = '', ...rest] = path;
    const isTable = rest.length > 0 || value.type === 'table';
    const isKnown = tables.some((table) => table === key);
    if (isTable && isKnown) continue;
    place.line = line;
    if (isKnown) throw new UsageError(`'${key}' is a table: [${key === 'contexts' ? 'contexts.NAME' : key}]`);
    if (isTable)
      throw new UsageError(`unknown table '${key}'${didYouMean(key, tables) || ` · there are ${tables.join(', ')}`}`);
    const option = optionInFile(key);
    const text = textOf(option, value, read);
    readValue(option, text, key);
    values.set(option.flag, {text, where: `${read.name}:${line}`});
  }
  return values;
}

/** Throws `UsageError` for a key that cannot be at the top of the file. */
function optionInFile(key: string) {
  const option = options.find(({flag}) => flag === key);
  const canBe = (each: Option) => isConfigurable(each) && !each.ofContext;
  if (option && canBe(option)) return option;
  if (option && isConfigurable(option))
    throw new UsageError(`'${key}' belongs to a server: set it in a context, [contexts.NAME]`);
  if (option) throw new UsageError(`'${key}' can only be a flag: --${key}`);
  const near = didYouMean(key, [...options.filter(canBe).map(({flag}) => flag), ...tables]);
  throw new UsageError(`unknown key '${key}'${near || ' · pipetail --help all lists the options'}`);
}

/** `[keys]`: for a command, a key or a list of keys. The screen's table of commands checks later that they exist. */
function readKeys(rows: readonly TomlRow[], {name}: ReadOptions, place: Place): KeyRemap[] {
  const remaps: KeyRemap[] = [];
  const words = {one: 'a command', takes: 'a key in quotation marks, or a list of them'};
  readLists(rows, words, place, (command, keys) => {
    if (keys.some((key) => /\p{Cc}/u.test(key))) {
      throw new UsageError(
        `'${command}' takes the names of keys, such as ^D or Esc, not the characters that they send`,
      );
    }
    remaps.push({command, keys, where: `${name}:${place.line}`});
  });
  return remaps;
}

/** `[filters]`: for a name, a filter or a list of them. */
function readFilters(rows: readonly TomlRow[], place: Place): SavedFilters {
  const filters = new Map<string, readonly string[]>();
  const words = {one: 'a filter', takes: 'a filter in quotation marks, or a list of them'};
  readLists(rows, words, place, (name, texts) => {
    checkSaved(name, texts);
    filters.set(name, texts);
  });
  return filters;
}

/** Reads a table that has texts, or lists of them, under names. */
function readLists(
  rows: readonly TomlRow[],
  {one, takes}: {readonly one: string; readonly takes: string},
  place: Place,
  read: (name: string, texts: readonly string[]) => void,
): void {
  for (const {path, line, value} of rows) {
    if (value.type === 'table') continue;
    // TOML reads a dot in a name as a table.
    const name = path.slice(1).join('.');
    const items = value.type === 'list' ? value.items : [value];
    const texts = items.flatMap((item) => (item.type === 'text' ? [item.text] : []));
    place.line = line;
    if (!nameInFile.test(name)) throw new UsageError(`${one}'s name is made of letters, digits, '.', '-' and '_'`);
    if (texts.length < items.length) throw new UsageError(`'${name}' takes ${takes}`);
    read(name, texts);
  }
}

type ReadOptions = {
  /** The file, as messages name it. */
  readonly name: string;
  /** Home folder, for paths that begin with `~/`. */
  readonly home: string;
  /** Only its owner can read the file. */
  readonly isPrivate: boolean;
};

/** The value as its flag would have it. Throws `UsageError`, which never quotes the value: it may be a key. */
function textOf({flag, value: called}: Option, value: TomlValue, {home}: ReadOptions): string {
  if (called === undefined) {
    if (value.type === 'switch') return value.text;
    throw new UsageError(`'${flag}' takes true or false${unquoted(value)}`);
  }
  if (value.type === 'number' && numericValues.includes(called)) return value.text;
  if (called === 'N') throw new UsageError(`'${flag}' takes a whole number${unquoted(value)}`);
  if (value.type !== 'text') throw new UsageError(`'${flag}' takes a text, in quotation marks`);
  if (value.text.trim() === '') throw new UsageError(`'${flag}' has an empty value · leave the line out`);
  if ((called !== 'FILE' && called !== 'DIR') || value.text.startsWith('/')) return value.text;
  // A relative path could start at the file's folder or at the working directory.
  if (value.text.startsWith('~/')) return `${home}${value.text.slice(1)}`;
  throw new UsageError(`'${flag}' takes a path that begins with / or ~/`);
}

function unquoted({type}: TomlValue): string {
  return type === 'text' ? ', without quotation marks' : '';
}

/** A value of TOML; `other` is one that no option has (a date, nan). */
type TomlValue =
  | {readonly type: 'text' | 'number' | 'switch'; readonly text: string}
  | {readonly type: 'list'; readonly items: readonly TomlValue[]}
  | {readonly type: 'table' | 'other'};

/** A key with the tables around it, written as `[a.b]`, `a.b = …` or `a = {b = …}`. */
type TomlRow = {readonly path: readonly string[]; readonly line: number; readonly value: TomlValue};

/** Keys and tables in their order, a table before its keys. Throws `UsageError` for a text that is not TOML. */
function tomlRows(text: string, place: Place): readonly TomlRow[] {
  try {
    const [{body}] = parseTOML(text, {tomlVersion: '1.0'}).body;
    return body.flatMap((node) => (node.type === 'TOMLTable' ? rowsOfTable(node) : rowsOf(node, [])));
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    place.line = lineOf(error);
    throw new UsageError(wordsOf(error, text.split('\n')[place.line - 1] ?? ''));
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

/** The parser's messages in our words. None quotes the file, which may hold a key. */
const words: ReadonlyMap<string, string> = new Map([
  ['Defining a key multiple times is invalid', 'this is set twice · leave one out'],
  ['Unspecified values are invalid', "a value is missing after '='"],
  ['Expected equal (=) token', "'=' is missing after the key"],
  ['Must be a newline', 'there is text after the value · # begins a comment'],
  ['Unterminated string constant', 'a quotation mark is missing'],
  ['Unterminated table-key', "']' is missing"],
  ['Unterminated array', "']' is missing"],
  ['Unterminated inline table', "'}' is missing"],
  ['Unexpected character', 'this is not TOML · text needs quotation marks'],
  ['Unexpected token', 'this is not TOML · text needs quotation marks'],
  [
    'Invalid character in escape sequence',
    "this is not an escape sequence · write \\\\ for \\, or put the text in '…'",
  ],
  ['Leading zeros are not allowed', 'a number cannot begin with a zero'],
]);

/** The parser reports these on the next line. */
const seenLate = ['Unspecified values are invalid', 'Unterminated table-key'];

function lineOf({message, lineNumber, column}: ParseError): number {
  return Math.max(1, column === 0 && seenLate.includes(message) ? lineNumber - 1 : lineNumber);
}

function wordsOf({message}: ParseError, line: string): string {
  const what = words.get(message) ?? `this is not TOML · ${message.slice(0, 1).toLowerCase()}${message.slice(1)}`;
  // The key or table that the line begins with, without the value.
  const name = (/^\s*([\w.-]+)\s*=/.exec(line) ?? /^\s*\[+\s*([\w.-]+)/.exec(line))?.[1];
  if (name === undefined) return what;
  return what.startsWith('this is set') ? what.replace('this', `'${name}'`) : `'${name}': ${what}`;
}

/** `[contexts.NAME]`. */
function readContexts(rows: readonly TomlRow[], read: ReadOptions, place: Place): ReadonlyMap<string, ContextTable> {
  const found = new Map<string, {line: number; values: Map<ContextKey, FileValue>}>();
  for (const {path, line, value} of rows) {
    const [, name = '', key, ...rest] = path;
    place.line = line;
    if (key === undefined && value.type !== 'table')
      throw new UsageError(`'${name}' is not a context · a context is a table: [contexts.NAME]`);
    const {values} = found.get(name) ?? {values: new Map<ContextKey, FileValue>()};
    if (!found.has(name)) found.set(name, {line, values});
    if (key === undefined) continue;
    const option = rest.length > 0 ? undefined : contextOptions.find(({flag}) => flag === key);
    if (!option) throw unknownKey(key, name);
    const text = textOf(option, value, read);
    readValue(option, text, `'${key}'`);
    checkOfContext(option.flag, text, read);
    values.set(option.flag, {text, where: `${read.name}:${line}`});
  }
  const contexts = new Map<string, ContextTable>();
  for (const [name, {line, values}] of found) {
    place.line = line;
    const context = {name, where: `${read.name}:${line}`, host: hostOf(name, values), values};
    checkTogether(context);
    contexts.set(name, context);
  }
  return contexts;
}

/** Throws `UsageError` for a value that its flag could have. */
function checkOfContext(key: ContextKey, text: string, {name, isPrivate}: ReadOptions): void {
  if (key === 'auth' && !isPrivate) {
    throw new UsageError(
      `'auth' is a key in a file that other users can read · chmod 600 ${name}, or name a variable: auth-variable`,
    );
  }
  if (key === 'host' && !isBaseUrl(text))
    throw new UsageError("'host' takes a URL that begins with https:// or http://, without a login in it");
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const {protocol, username, password} = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}

const [auth, ...others] = credentialFlags;
const credentials = [auth, 'auth-variable', ...others] as const;

/** Throws `UsageError` for a context that lacks something, or has too much. */
function hostOf(name: string, values: ReadonlyMap<ContextKey, FileValue>): string {
  const host = values.get('host')?.text;
  if (!/^[\w.-]{1,40}$/.test(name))
    throw new UsageError("a context's name is made of letters, digits, '.', '-' and '_', 40 at the most");
  if (host === undefined) throw new UsageError(`context '${name}' has no host`);
  const [one, other] = credentials.filter((key) => values.has(key));
  if (other !== undefined) {
    throw new UsageError(
      `${one} and ${other} of context ${name} cannot be combined · both are credentials · leave one out`,
    );
  }
  return host;
}

/** Throws `UsageError`. A context that lacks `allow-http-key` is refused when it is used: the others still work. */
function checkTogether(context: ContextTable): void {
  const variable = context.values.get('auth-variable')?.text;
  const environment = variable === undefined ? {} : {[variable]: 'set'};
  const flags = new Map([['allow-http-key', true]]);
  readServerOptions(optionValues({command: 'list', flags, environment, file: emptyConfig}, context), environment);
}

function unknownKey(key: string, name: string): UsageError {
  const keys = contextOptions.map(({flag}) => flag);
  const isOption = options.some(({flag}) => flag === key) && !keys.some((each) => each === key);
  const advice = isOption
    ? ' · as an option it belongs above the first [table]'
    : didYouMean(key, keys) || ` · there are ${keys.join(', ')}`;
  return new UsageError(`unknown key '${key}' of context '${name}'${advice}`);
}

/** Checks a line of `[filters]`. Throws `UsageError`. */
function checkSaved(name: string, texts: readonly string[]): void {
  if (texts.length === 0) throw new UsageError(`filter '${name}' is empty · leave the line out`);
  for (const text of texts) {
    if (text.startsWith(savedPrefix))
      throw new UsageError(`filter '${name}': a saved filter cannot contain '${text}' · for that text: 'text:${text}'`);
    const parsed = parseFilter(text);
    if (parsed.kind === 'error') throw new UsageError(`filter '${name}': ${parsed.text}`);
  }
}
