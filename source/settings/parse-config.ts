import {type AST, ParseError, parseTOML} from 'toml-eslint-parser';
import {
  type ConfigFile,
  type ContextKey,
  type ContextTable,
  emptyConfig,
  type FileValue,
  type KeyRemap,
  type Problem,
} from './config-file.ts';
import {
  type CommandName,
  effectiveCommands,
  type FlagName,
  numericValues,
  type Option,
  optionOf,
  options,
} from './option-table.ts';
import {type ContextOption, contextOptions, type Environment, type Flags} from './option-values.ts';
import {colorNames, type OwnThemes, readColor, themeNames} from './palette.ts';
import {didYouMean, UsageError} from './parse-values.ts';
import {settingsOf} from './settings.ts';

const tables = ['contexts', 'keys', 'themes'] as const;

/**
 * Reads the text of a configuration file, strictly: what is not known, of the wrong type, twice there or no value that
 * the option takes is a problem. The problems are in the order of the lines; what is in order is read all the same.
 */
export function parseConfig(text: string, read: ReadOptions): {file: ConfigFile; problems: readonly Problem[]} {
  const toml = tomlRows(text);
  if ('problem' in toml) return {file: {...emptyConfig, name: read.name}, problems: [toml.problem]};
  const problems: Problem[] = [];
  const report = (line: number, message: string) => void problems.push({line, message});
  const of = (table: string) => toml.rows.filter(({path}) => path[0] === table && path.length > 1);
  const file: ConfigFile = {
    name: read.name,
    options: readOptions(toml.rows, read, report),
    contexts: readContexts(of('contexts'), read, report),
    keys: readKeys(of('keys'), read, report),
    themes: readThemes(of('themes'), report),
  };
  problems.push(...checkConfig(file));
  return {file, problems: problems.sort((a, b) => a.line - b.line)};
}

/** Takes a problem down. */
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
      // What is in it is as unknown as the table itself.
      if (!wrongTables.has(key))
        report(line, `unknown table '${key}'${didYouMean(key, tables) || ` · there are ${tables.join(', ')}`}`);
      wrongTables.add(key);
      continue;
    }
    const option = options.find((each) => each.flag === key);
    const reason = whyNot(key, option);
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

/** Why a key cannot stand at the top of the file. */
function whyNot(key: string, option: Option | undefined): string | undefined {
  if (option?.ofContext) return `'${key}' belongs to a server, so it stands in a context: [contexts.NAME]`;
  if (option && effectiveCommands(option).length > 0) return undefined;
  if (option) return `'${key}' is said at each call, as a flag: --${key}`;
  const known = options.filter((each: Option) => effectiveCommands(each).length > 0 && !each.ofContext);
  const near = didYouMean(key, [...known.map(({flag}) => flag), ...tables]);
  return `unknown key '${key}'${near || ' · pipetail --help lists the options'}`;
}

function exampleOf(table: string): string {
  return table === 'keys' ? table : `${table}.NAME`;
}

/** `[keys]`: a command's name, and a key or a list of keys. Which there are is known where the keys are dispatched. */
function readKeys(rows: readonly TomlRow[], {name}: ReadOptions, report: Report): KeyRemap[] {
  const remaps: KeyRemap[] = [];
  for (const {path, line, value} of rows) {
    // A dot in a command's name is a table to TOML.
    const command = path.slice(1).join('.');
    const items = value.type === 'list' ? value.items : [value];
    const keys = items.flatMap((item) => (item.type === 'text' ? [item.text] : []));
    if (value.type === 'table') continue;
    if (!/^[\w.-]+$/.test(command)) report(line, "a command's name is made of letters, digits, '.', '-' and '_'");
    else if (keys.some((key) => /\p{Cc}/u.test(key))) {
      report(line, `'${command}' takes the names of keys, such as ^D or Esc, not what they send`);
    } else if (keys.length < items.length)
      report(line, `'${command}' takes a key in quotation marks, or a list of them`);
    else remaps.push({command, keys, where: `${name}:${line}`});
  }
  return remaps;
}

/** What a file is read with. */
type ReadOptions = {
  /** As messages name the file. */
  readonly name: string;
  /** The home folder, for paths that begin with `~/`. */
  readonly home: string;
  /** Nobody but its owner can read the file. */
  readonly isPrivate: boolean;
};

const onlyNumbers = ['N', 'SECONDS'];

/**
 * The value of an option as the flag would have it, or what is wrong with its type. Never repeats the value, which may
 * be a key.
 */
function optionValue(
  {flag, value: called}: Option,
  value: TomlValue,
  {home}: ReadOptions,
): {readonly text: string} | {readonly wrong: string} {
  if (called === undefined) {
    return value.type === 'switch' ? {text: value.text} : {wrong: `'${flag}' takes true or false${unquoted(value)}`};
  }
  if (value.type === 'number' && numericValues.includes(called)) return {text: value.text};
  if (onlyNumbers.includes(called)) return {wrong: `'${flag}' takes a whole number${unquoted(value)}`};
  if (value.type !== 'text') return {wrong: `'${flag}' takes a text, in quotation marks`};
  if (value.text.trim() === '') return {wrong: `'${flag}' has an empty value · leave the line out`};
  if (called !== 'FILE' && called !== 'DIR') return {text: value.text};
  // Relative to what, the file or the folder where the program is started?
  if (value.text.startsWith('~/')) return {text: `${home}${value.text.slice(1)}`};
  return value.text.startsWith('/') ? {text: value.text} : {wrong: `'${flag}' takes a path that begins with / or ~/`};
}

function unquoted({type}: TomlValue): string {
  return type === 'text' ? ', without quotation marks' : '';
}

/** A value of TOML: what has no business in a configuration of ours (a date, nan) is `other`. */
type TomlValue =
  | {readonly type: 'text' | 'number' | 'switch'; readonly text: string}
  | {readonly type: 'list'; readonly items: readonly TomlValue[]}
  | {readonly type: 'table' | 'other'};

/** A key with all tables that it is in, however that is written: `[a.b]`, `a.b = …` or `a = {b = …}`. */
type TomlRow = {readonly path: readonly string[]; readonly line: number; readonly value: TomlValue};

/** The keys and tables of a text in their order, or what keeps it from being TOML. Tables come before what is in them. */
function tomlRows(text: string): {readonly rows: readonly TomlRow[]} | {readonly problem: Problem} {
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

/** Reads the `[contexts.NAME]` tables. One that is not whole is left out. */
function readContexts(rows: readonly TomlRow[], read: ReadOptions, report: Report): ReadonlyMap<string, ContextTable> {
  const found = new Map<string, {line: number; values: Map<ContextKey, FileValue>}>();
  for (const {path, line, value} of rows) {
    const [, name = '', key, ...rest] = path;
    if (key === undefined && value.type !== 'table') {
      report(line, `'${name}' is no context · a context is a table: [contexts.NAME]`);
      continue;
    }
    const context = found.get(name) ?? {line, values: new Map<ContextKey, FileValue>()};
    found.set(name, context);
    if (key === undefined) continue;
    const known = rest.length > 0 ? undefined : contextOptions.find(({flag}) => flag === key);
    if (!known) {
      report(line, unknownKey(key, name));
      continue;
    }
    const {text, wrong} = readValue(known, value, read);
    if (wrong !== undefined) report(line, wrong);
    else context.values.set(known.flag, {text, where: `${read.name}:${line}`});
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

function readValue(option: ContextOption, value: TomlValue, read: ReadOptions): {text: string; wrong?: string} {
  const result = optionValue(option, value, read);
  if ('wrong' in result) return {text: '', wrong: result.wrong};
  const {text} = result;
  const wrong = whatIsWrong(option.flag, text, read);
  return wrong === undefined ? {text} : {text, wrong};
}

function whatIsWrong(key: ContextKey, text: string, {name, isPrivate}: ReadOptions): string | undefined {
  switch (key) {
    case 'auth':
      return isPrivate
        ? undefined
        : `'auth' is a key in a file that others can read · chmod 600 ${name}, or name a variable: auth-variable`;
    case 'auth-variable':
      // What else it is may be the key itself.
      return /^[A-Za-z_]\w*$/.test(text) ? undefined : "'auth-variable' takes the name of a variable, not a key";
    case 'host':
      return isBaseUrl(text)
        ? undefined
        : "'host' takes a URL that begins with https:// or http://, without a login in it";
    case 'color':
      return readColor(text) === undefined
        ? `'color' takes #rrggbb, a number from 0 to 255 or a name such as bright-red, not '${text}'`
        : undefined;
    default:
      return undefined;
  }
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const {protocol, username, password} = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}

const credentials = ['auth', 'auth-variable', 'auth-token-command'] as const;

/** Why a context is not whole, or says a thing twice. `rows`: a key with a wrong value is not missing. */
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
    return `${one} and ${other} of context ${name} do not go together · both say what to log in with · leave one out`;
  return undefined;
}

function unknownKey(key: string, name: string): string {
  const known = contextOptions.map(({flag}) => flag);
  const isOption = options.some(({flag}) => flag === key) && !known.some((each) => each === key);
  const advice = isOption
    ? ' · as an option it stands above the first [table]'
    : didYouMean(key, known) || ` · there are ${known.join(', ')}`;
  return `unknown key '${key}' of context '${name}'${advice}`;
}

/** Reads the `[themes.NAME]` tables: what each of the terminal's colours looks like. */
function readThemes(rows: readonly TomlRow[], report: Report): OwnThemes {
  const themes = new Map<string, Map<string, string>>();
  for (const {path, line, value} of rows) {
    const [, name = '', key, ...rest] = path;
    const theme = themes.get(name) ?? new Map<string, string>();
    if (!themes.has(name) && themeNames.some((each) => each === name)) {
      report(line, `there is a theme '${name}' already · give yours another name`);
    }
    themes.set(name, theme);
    if (key === undefined) {
      if (value.type !== 'table') report(line, `'${name}' is no theme · a theme is a table: [themes.NAME]`);
      continue;
    }
    const known = rest.length > 0 ? undefined : colorNames.find((each) => each === key);
    const text = value.type === 'text' || value.type === 'number' ? value.text : undefined;
    if (known === undefined) {
      report(line, `unknown colour '${key}'${didYouMean(key, colorNames) || ` · there are ${colorNames.join(', ')}`}`);
    } else if (text === undefined || readColor(text) === undefined) {
      const not = text === undefined ? '' : `, not '${text}'`;
      report(line, `'${key}' takes #rrggbb, a number from 0 to 255 or a name such as bright-red${not}`);
    } else theme.set(known, text);
  }
  return themes;
}

/**
 * The values that are wrong in a file whose form is right: each is read as it will be, alone, by every command that
 * takes it, so that the file is held to the same rules as flags and variables.
 */
function checkConfig(file: ConfigFile): Problem[] {
  const ofOptions = [...file.options].flatMap(([flag, value]): Problem[] => {
    const alone = {...file, options: new Map([[flag, value]])};
    // Contexts are looked at below: here the question is whether the one that is named exists.
    if (flag === 'context' && file.contexts.has(value.text)) return [];
    const wrong = firstOf(effectiveCommands(optionOf(flag)), (command) => complaint(alone, command));
    return wrong === undefined ? [] : [problem(wrong, value.where)];
  });
  const ofContexts = [...file.contexts.values()].flatMap((context): Problem[] => {
    const wrong = complaintOfContext(file, context);
    return wrong === undefined ? [] : [problem(wrong, context.where)];
  });
  return [...ofOptions, ...ofContexts];
}

/** What is wrong once the context is in force; a key over plain http is a question of the call (`--allow-http-key`). */
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
    settingsOf({command, names: command === 'logs' ? ['x'] : [], flags}, environment, file);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function problem(message: string, where: string): Problem {
  const prefix = `${where}: `;
  return {
    line: Number(where.slice(where.lastIndexOf(':') + 1)),
    message: message.startsWith(prefix) ? message.slice(prefix.length) : message,
  };
}

function firstOf<Item, Found>(items: readonly Item[], find: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
