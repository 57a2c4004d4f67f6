import {didYouMean} from './closest.ts';
import type {ContextKey, ContextTable, FileValue} from './config-file.ts';
import {optionValue, type ReadOptions} from './option-value.ts';
import {type Option, options} from './options.ts';
import {readColor} from './palette.ts';
import type {Report} from './parse-config.ts';
import type {TomlRow, TomlValue} from './toml-rows.ts';

/** A key of a context, described as options are. */
type ContextOption = Option & {readonly flag: ContextKey};

/** What only contexts have. */
const variable: ContextOption = {
  flag: 'auth-variable',
  value: 'NAME',
  help: 'the variable that holds the key',
  commands: [],
};
const color: ContextOption = {
  flag: 'color',
  value: 'COLOR',
  help: 'fills the header: red, bright-blue, #5f0000, a number from 0 to 255',
  commands: [],
};

/** Every key of a context, for the file that `config init` writes too. */
export const contextOptions: readonly ContextOption[] = [
  ...options
    .filter((option: Option) => option.ofContext)
    .flatMap((option): ContextOption[] => (option.flag === 'auth' ? [option, variable] : [option])),
  color,
];

/** Reads the `[contexts.NAME]` tables. One that is not whole is left out. */
export function readContexts(
  rows: readonly TomlRow[],
  read: ReadOptions,
  report: Report,
): ReadonlyMap<string, ContextTable> {
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
