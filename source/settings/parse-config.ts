import {type AST, ParseError, parseTOML} from 'toml-eslint-parser';
import {
  type ConfigFile,
  type ConfigProblem,
  type ContextKey,
  type ContextTable,
  emptyConfig,
  type FileValue,
  type KeyRemap,
} from './config-file.ts';
import {type CommandName, effectiveCommands, isConfigurable, type Option} from './option.ts';
import {type FlagName, optionOf, options} from './option-table.ts';
import {type ContextOption, contextOptions, type Environment, type Flags} from './option-values.ts';
import {colorForms, readColor} from './palette.ts';
import {didYouMean, numericValues, UsageError} from './parse-values.ts';
import {settingsOf} from './settings.ts';

const tables = ['contexts', 'keys'] as const;

/**
 * Unknown keys, wrong types and invalid values are problems, in the order of lines; everything else is read. A text that
 * is not TOML is one problem and an empty file.
 */
export function parseConfig(text: string, read: ReadOptions): {file: ConfigFile; problems: readonly ConfigProblem[]} {
  const toml = tomlRows(text);
  if ('problem' in toml) return {file: {...emptyConfig, name: read.name}, problems: [toml.problem]};
  const problems: ConfigProblem[] = [];
  const report = (line: number, message: string) => void problems.push({line, message});
  const of = (table: string) => toml.rows.filter(({path}) => path[0] === table && path.length > 1);
  const file: ConfigFile = {
    name: read.name,
    options: readOptions(toml.rows, read, report),
    contexts: readContexts(of('contexts'), read, report),
    keys: readKeys(of('keys'), read, report),
  };
  problems.push(...checkConfig(file));
  return {file, problems: problems.sort((a, b) => a.line - b.line)};
}

type Report = (line: number, message: string) => void;

/** The keys above the first table. */
function readOptions(rows: readonly TomlRow[], read: ReadOptions, report: Report): Map<FlagName, FileValue> {
  const values = new Map<FlagName, FileValue>();
  const wrongTables = new Set<string>();
  for (const {path, line, value} of rows) {
    const [key = '', ...rest] = path;
    if (tables.some((table) => table === key)) {
      if (rest.length === 0 && value.type !== 'table') report(line, `'${key}' is a table: [${exampleOf(key)}]`);
      continue;
    }
    if (rest.length > 0 || value.type === 'table') {
      // One message for the table and everything in it.
      if (!wrongTables.has(key))
        report(line, `unknown table '${key}'${didYouMean(key, tables) || ` · there are ${tables.join(', ')}`}`);
      wrongTables.add(key);
      continue;
    }
    const option = options.find(({flag}) => flag === key);
    const reason = refusalOf(key, option);
    if (!option || reason !== undefined) {
      report(line, reason ?? '');
      continue;
    }
    const result = optionValue(option, value, read);
    if ('wrong' in result) report(line, result.wrong);
    else values.set(option.flag, {text: result.text, where: `${read.name}:${line}`});
  }
  return values;
}

/** Why a key cannot be at the top of the file; undefined if it can. */
function refusalOf(key: string, option: Option | undefined): string | undefined {
  if (option?.ofContext) return `'${key}' belongs to a server: set it in a context, [contexts.NAME]`;
  if (option && isConfigurable(option)) return undefined;
  if (option) return `'${key}' can only be a flag: --${key}`;
  const keys = options.filter((each: Option) => isConfigurable(each) && !each.ofContext).map(({flag}) => flag);
  const near = didYouMean(key, [...keys, ...tables]);
  return `unknown key '${key}'${near || ' · pipetail --help all lists the options'}`;
}

function exampleOf(table: string): string {
  return table === 'keys' ? table : `${table}.NAME`;
}

/** `[keys]`: for a command, a key or a list of keys. The screen's table of commands checks later that they exist. */
function readKeys(rows: readonly TomlRow[], {name}: ReadOptions, report: Report): KeyRemap[] {
  const remaps: KeyRemap[] = [];
  for (const {path, line, value} of rows) {
    // TOML reads a dot in a command's name as a table.
    const command = path.slice(1).join('.');
    const items = value.type === 'list' ? value.items : [value];
    const keys = items.flatMap((item) => (item.type === 'text' ? [item.text] : []));
    if (value.type === 'table') continue;
    if (!/^[\w.-]+$/.test(command)) report(line, "a command's name is made of letters, digits, '.', '-' and '_'");
    else if (keys.some((key) => /\p{Cc}/u.test(key))) {
      report(line, `'${command}' takes the names of keys, such as ^D or Esc, not the characters that they send`);
    } else if (keys.length < items.length)
      report(line, `'${command}' takes a key in quotation marks, or a list of them`);
    else remaps.push({command, keys, where: `${name}:${line}`});
  }
  return remaps;
}

type ReadOptions = {
  /** The file, as messages name it. */
  readonly name: string;
  /** For paths that begin with `~/`. */
  readonly home: string;
  /** Only its owner can read the file. */
  readonly isPrivate: boolean;
};

type ReadValue = {readonly text: string} | {readonly wrong: string};

/** The value as its flag would have it. The message never quotes the value: it may be a key. */
function optionValue({flag, value: called}: Option, value: TomlValue, {home}: ReadOptions): ReadValue {
  if (called === undefined) {
    return value.type === 'switch' ? {text: value.text} : {wrong: `'${flag}' takes true or false${unquoted(value)}`};
  }
  if (value.type === 'number' && numericValues.includes(called)) return {text: value.text};
  if (called === 'N') return {wrong: `'${flag}' takes a whole number${unquoted(value)}`};
  if (value.type !== 'text') return {wrong: `'${flag}' takes a text, in quotation marks`};
  if (value.text.trim() === '') return {wrong: `'${flag}' has an empty value · leave the line out`};
  if (called !== 'FILE' && called !== 'DIR') return {text: value.text};
  // A relative path could start at the file's folder or at the working directory.
  if (value.text.startsWith('~/')) return {text: `${home}${value.text.slice(1)}`};
  return value.text.startsWith('/') ? {text: value.text} : {wrong: `'${flag}' takes a path that begins with / or ~/`};
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

/** Keys and tables in their order, a table before its keys; or why the text is not TOML. */
function tomlRows(text: string): {readonly rows: readonly TomlRow[]} | {readonly problem: ConfigProblem} {
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

function problemOf({message, lineNumber, column}: ParseError, text: string): ConfigProblem {
  const isSeenLate = column === 0 && seenLate.includes(message);
  const line = Math.max(1, isSeenLate ? lineNumber - 1 : lineNumber);
  const what = words.get(message) ?? `this is not TOML · ${lowered(message)}`;
  const name = nameIn(text.split('\n')[line - 1] ?? '');
  if (name === undefined) return {line, message: what};
  return {line, message: what.startsWith('this is set') ? what.replace('this', `'${name}'`) : `'${name}': ${what}`};
}

/** The key or table that a line begins with, without the value. */
function nameIn(line: string): string | undefined {
  return /^\s*([\w.-]+)\s*=/.exec(line)?.[1] ?? /^\s*\[+\s*([\w.-]+)/.exec(line)?.[1];
}

function lowered(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}

/** `[contexts.NAME]`. An incomplete context is left out. */
function readContexts(rows: readonly TomlRow[], read: ReadOptions, report: Report): ReadonlyMap<string, ContextTable> {
  const found = new Map<string, {line: number; values: Map<ContextKey, FileValue>}>();
  for (const {path, line, value} of rows) {
    const [, name = '', key, ...rest] = path;
    if (key === undefined && value.type !== 'table') {
      report(line, `'${name}' is not a context · a context is a table: [contexts.NAME]`);
      continue;
    }
    const context = found.get(name) ?? {line, values: new Map<ContextKey, FileValue>()};
    found.set(name, context);
    if (key === undefined) continue;
    const option = rest.length > 0 ? undefined : contextOptions.find(({flag}) => flag === key);
    if (!option) {
      report(line, unknownKey(key, name));
      continue;
    }
    const result = contextValue(option, value, read);
    if ('wrong' in result) report(line, result.wrong);
    else context.values.set(option.flag, {text: result.text, where: `${read.name}:${line}`});
  }
  return new Map(
    [...found].flatMap(([name, {line, values}]): [string, ContextTable][] => {
      const missing = incomplete(name, values, rows);
      if (missing !== undefined) report(line, missing);
      const host = values.get('host')?.text;
      return missing !== undefined || host === undefined
        ? []
        : [[name, {name, where: `${read.name}:${line}`, host, values}]];
    }),
  );
}

function contextValue(option: ContextOption, value: TomlValue, read: ReadOptions): ReadValue {
  const result = optionValue(option, value, read);
  const wrong = 'wrong' in result ? undefined : whatIsWrong(option.flag, result.text, read);
  return wrong === undefined ? result : {wrong};
}

function whatIsWrong(key: ContextKey, text: string, {name, isPrivate}: ReadOptions): string | undefined {
  switch (key) {
    case 'auth':
      return isPrivate
        ? undefined
        : `'auth' is a key in a file that other users can read · chmod 600 ${name}, or name a variable: auth-variable`;
    case 'auth-variable':
      // Any other text may be the key itself, so the message does not quote it.
      return /^[A-Za-z_]\w*$/.test(text) ? undefined : "'auth-variable' takes the name of a variable, not a key";
    case 'host':
      return isBaseUrl(text)
        ? undefined
        : "'host' takes a URL that begins with https:// or http://, without a login in it";
    case 'color':
      return readColor(text) === undefined ? `'color' takes ${colorForms}, not '${text}'` : undefined;
    default:
      return undefined;
  }
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const {protocol, username, password} = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}

const credentials = ['auth', 'auth-variable', 'oidc-token-file', 'auth-token-command'] as const;

/** Why a context is incomplete or contradicts itself. `rows`: a key with a wrong value is not missing. */
function incomplete(
  name: string,
  values: ReadonlyMap<ContextKey, FileValue>,
  rows: readonly TomlRow[],
): string | undefined {
  if (!/^[\w.-]{1,40}$/.test(name))
    return "a context's name is made of letters, digits, '.', '-' and '_', 40 at the most";
  const isNamed = (key: string) => rows.some(({path}) => path[1] === name && path[2] === key);
  if (!isNamed('host')) return `context '${name}' has no host`;
  const [one, other] = credentials.filter((key) => values.has(key));
  if (other !== undefined)
    return `${one} and ${other} of context ${name} cannot be combined · both are credentials · leave one out`;
  return undefined;
}

function unknownKey(key: string, name: string): string {
  const keys = contextOptions.map(({flag}) => flag);
  const isOption = options.some(({flag}) => flag === key) && !keys.some((each) => each === key);
  const advice = isOption
    ? ' · as an option it belongs above the first [table]'
    : didYouMean(key, keys) || ` · there are ${keys.join(', ')}`;
  return `unknown key '${key}' of context '${name}'${advice}`;
}

/** Reads each value alone, in every command that accepts it: the file has the rules of flags and variables. */
function checkConfig(file: ConfigFile): ConfigProblem[] {
  const ofOptions = [...file.options].flatMap(([flag, value]): ConfigProblem[] => {
    const alone = {...file, options: new Map([[flag, value]])};
    // The contexts themselves are checked below.
    if (flag === 'context' && file.contexts.has(value.text)) return [];
    const wrong = effectiveCommands(optionOf(flag))
      .map((command) => complaint(alone, command))
      .find((message) => message !== undefined);
    return wrong === undefined ? [] : [problem(wrong, value.where)];
  });
  const ofContexts = [...file.contexts.values()].flatMap((context): ConfigProblem[] => {
    const wrong = complaintOfContext(file, context);
    return wrong === undefined ? [] : [problem(wrong, context.where)];
  });
  return [...ofOptions, ...ofContexts];
}

/** A context that lacks `allow-http-key` is refused when it is used: the others are not the worse for it. */
function complaintOfContext(file: ConfigFile, {name, values}: ContextTable): string | undefined {
  const variable = values.get('auth-variable')?.text;
  const environment = variable === undefined ? {} : {[variable]: 'set'};
  const flags = new Map<string, string | boolean>([
    ['context', name],
    ['allow-http-key', true],
  ]);
  return complaint({...file, options: new Map()}, 'list', {flags, environment});
}

function complaint(
  file: ConfigFile,
  command: CommandName,
  {flags = new Map(), environment = {}}: {flags?: Flags; environment?: Environment} = {},
): string | undefined {
  try {
    settingsOf({command, names: command === 'logs' || command === 'open' ? ['x'] : [], flags}, environment, file);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function problem(message: string, where: string): ConfigProblem {
  const prefix = `${where}: `;
  return {
    line: Number(where.slice(where.lastIndexOf(':') + 1)),
    message: message.startsWith(prefix) ? message.slice(prefix.length) : message,
  };
}
