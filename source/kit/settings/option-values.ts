import type {ConfigFile, ContextKey, ContextTable} from './config-file.ts';
import {type CommandName, effectiveCommands, type Option, variableOf} from './option.ts';
import {credentialFlags, type FlagName, optionOf, options, readValue, type ValueOf, valuesOf} from './option-table.ts';
import {colorForms, readColor} from './palette.ts';
import {didYouMean, UsageError} from './parse-values.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Flags by name: a text, all texts of a repeatable one, or a switch turned on or off. */
export type Flags = ReadonlyMap<string, string | boolean | readonly string[]>;

type OptionSources = {
  readonly command: CommandName;
  readonly flags: Flags;
  readonly environment: Environment;
  readonly file: ConfigFile;
};

type OptionValue = {
  readonly text: string;
  readonly source: 'flag' | 'variable' | 'file' | 'default';
  /** Name in messages: `--time`, `PIPETAIL_FPS`, `~/.config/pipetail/config.toml:7: fps`, `auth of context prod`. */
  readonly name: string;
};

/** The options of one call, from all sources. */
export type OptionValues = ReturnType<typeof optionValues>;

/**
 * Precedence: flag, variable, configuration file, default. An option that the command does not accept has its default; an
 * empty variable is not set. With a `context`, no variable about the server is read.
 */
export function optionValues({command, flags, environment, file}: OptionSources, context?: ContextTable) {
  const find = (flag: FlagName): OptionValue | undefined => {
    const option = optionOf(flag);
    const typed = flags.get(flag);
    if (typed !== undefined) {
      return {text: String(typed), source: 'flag', name: typed === false ? `--no-${option.flag}` : `--${option.flag}`};
    }
    if (!effectiveCommands(option).includes(command)) return fallback(option);
    const found =
      option.ofContext && context ? fromContext(context, flag, {flags, environment}) : configured(option, flag);
    return found ?? fallback(option);
  };

  function configured(option: Option, flag: FlagName): OptionValue | undefined {
    const variable = variableOf(option);
    const text = variable === undefined ? undefined : environment[variable];
    if (variable !== undefined && text) return {text, source: 'variable', name: variable};
    const value = option.ofContext ? undefined : file.options.get(flag);
    return value && {text: value.text, source: 'file', name: `${value.where}: ${flag}`};
  }

  const value = <Flag extends FlagName>(flag: Flag) => {
    const option = optionOf(flag);
    const found = find(flag);
    const typed = flags.get(flag);
    const texts = Array.isArray(typed) ? typed : found ? [found.text] : [];
    const values = texts.map((text) => readValue(option, text, found?.name ?? `--${flag}`));
    // The type follows from the row, which has read them.
    return (option.repeatable ? values : values[0]) as ValueOf<Flag>;
  };
  return {
    /** Typed in this call; a switch: turned on. */
    has: (flag: FlagName) => flags.has(flag) && flags.get(flag) !== false,
    /** Typed in this call; a switch: turned on or off. */
    isTyped: (flag: FlagName) => flags.has(flag),
    find,
    /** Reads one as its row says. Throws `UsageError`. */
    value,
    /** Reads several, under their names in the code. Throws `UsageError`. */
    valuesOf: <Flag extends FlagName>(...some: readonly Flag[]) => valuesOf(some, value),
  };
}

function fallback({flag, value, fallback: text}: Option): OptionValue | undefined {
  const found = value === undefined ? 'false' : text;
  return found === undefined ? undefined : {text: found, source: 'default', name: `--${flag}`};
}

/** Options that exclude each other: a flag for one overrides the other in the context. */
const alternatives: readonly (readonly FlagName[])[] = [credentialFlags, ['insecure', 'tls-cert']];

function fromContext(
  table: ContextTable,
  flag: FlagName,
  {flags, environment}: Pick<OptionSources, 'flags' | 'environment'>,
): OptionValue | undefined {
  const group = alternatives.find((each) => each.includes(flag)) ?? [];
  if (group.some((each) => flags.get(each))) return undefined;
  const name = `${flag} of context ${table.name}`;
  const value = table.values.get(flag);
  if (value) return {text: value.text, source: 'file', name};
  const variable = flag === 'auth' ? table.values.get('auth-variable') : undefined;
  if (!variable) return undefined;
  const text = environment[variable.text];
  if (text?.trim()) return {text, source: 'variable', name: `${variable.text} of context ${table.name}`};
  throw new UsageError(
    `${variable.where}: the variable ${variable.text} is not set · context '${table.name}' reads its credential from it`,
  );
}

/**
 * The context that names the server. Its credential never goes to another host:
 * - `--context` and `PIPETAIL_CONTEXT` win over variables about the server; `--host` conflicts with the first and wins
 *   over the second.
 * - The file's own (`context = "…"`) applies unless `--host` or `FELDERA_HOST` names a server; a key alone names none.
 * - Single flags (`--tenant`, `--tls-cert`, `--auth`) win over the context.
 * Throws `UsageError` for a context that is not in the file.
 */
export function currentContext({flags, environment, file}: Omit<OptionSources, 'command'>): ContextTable | undefined {
  const flag = flags.get('context');
  if (typeof flag === 'string') {
    if (flags.has('host')) {
      throw new UsageError('--host and --context cannot be combined · a context names its own server · leave one out');
    }
    return findContext(flag, '--context: ', file);
  }
  const variable = environment.PIPETAIL_CONTEXT;
  if (variable) return flags.has('host') ? undefined : findContext(variable, 'PIPETAIL_CONTEXT: ', file);
  const own = file.options.get('context');
  if (!own || flags.has('host') || environment[variableOf(optionOf('host')) ?? '']) return undefined;
  return findContext(own.text, `${own.where}: `, file);
}

/** Throws `UsageError`, whose message begins with `from`, for a context that is not in the file. */
export function findContext(name: string, from: string, {contexts, name: file}: ConfigFile): ContextTable {
  const table = contexts.get(name);
  if (table) return table;
  const unknown = `${from}no context named '${name}'`;
  const names = [...contexts.keys()];
  if (names.length === 0) {
    const where =
      file === ''
        ? 'there is no configuration file · run pipetail config init to create one'
        : `${file} has none · add a table [contexts.NAME]`;
    throw new UsageError(`${unknown} · ${where}`);
  }
  throw new UsageError(`${unknown} · there are ${names.join(', ')}${didYouMean(name, names)}`);
}

/** A key of a context, described like an option. */
type ContextOption = Option & {readonly flag: ContextKey};

const authVariable: ContextOption = {
  flag: 'auth-variable',
  value: 'NAME',
  example: 'PROD_FELDERA_KEY',
  help: 'the variable that holds the key',
  read(text, name) {
    // Any other text may be the key itself, so the message does not quote it.
    if (!/^[A-Za-z_]\w*$/.test(text)) throw new UsageError(`${name} takes the name of a variable, not a key`);
  },
  commands: [],
};
const color: ContextOption = {
  flag: 'color',
  value: 'COLOR',
  example: 'red',
  help: 'fills the header: red, bright-blue, #5f0000, a number from 0 to 255',
  read(text, name) {
    if (readColor(text) === undefined) throw new UsageError(`${name} takes ${colorForms}, not '${text}'`);
  },
  commands: [],
};

export const contextOptions: readonly ContextOption[] = [
  ...options
    .filter((option: Option) => option.ofContext)
    .flatMap((option): ContextOption[] => (option.flag === 'auth' ? [option, authVariable] : [option])),
  color,
];
