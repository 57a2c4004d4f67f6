import type {ConfigFile, ContextKey, ContextTable} from './config-file.ts';
import {
  type CommandName,
  effectiveCommands,
  type FlagName,
  type Option,
  optionOf,
  options,
  variableOf,
} from './option-table.ts';
import {didYouMean, readSwitch, UsageError} from './parse-values.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Flags by name as typed: a text, or a switch turned on or off. */
export type Flags = ReadonlyMap<string, string | boolean>;

/** The value of an option, where it came from, and the name under which messages complain of it. */
type OptionValue = {
  readonly text: string;
  readonly source: 'flag' | 'variable' | 'file' | 'default';
  /** `--fps`, `PIPETAIL_FPS`, `~/.config/pipetail/config.toml:7: fps`, `auth of context prod`. */
  readonly name: string;
  /** `--fps`, `PIPETAIL_FPS`, `~/.config/pipetail/config.toml:7`, `default`: for a list of what is in force. */
  readonly from: string;
};

/** The options of one call, whatever said them. */
export type OptionValues = {
  /** Typed in this call; a switch: typed to turn it on. */
  readonly has: (flag: FlagName) => boolean;
  /** Typed in this call; a switch: to turn it on or off. */
  readonly isTyped: (flag: FlagName) => boolean;
  readonly find: (flag: FlagName) => OptionValue | undefined;
  readonly value: (flag: FlagName) => string | undefined;
  /** The value of an option that has a default. */
  readonly required: (flag: FlagName) => string;
  readonly isOn: (flag: FlagName) => boolean;
  readonly nameOf: (flag: FlagName) => string;
};

type GivenSources = {
  readonly command: CommandName;
  readonly flags: Flags;
  readonly environment: Environment;
  readonly file: ConfigFile;
  /** The context that says which server, if one does: then no variable says anything of the server. */
  readonly context: ContextTable | undefined;
};

/** A key of a context, described as options are. */
export type ContextOption = Option & {readonly flag: ContextKey};

/**
 * The one precedence of all options: flag, variable, configuration file, default. What a command does not take has its
 * default; what is said at each call (`once`) has no variable and no line in a file. An empty variable is none.
 */
export function optionValues({command, flags, environment, file, context}: GivenSources): OptionValues {
  const standing = (option: Option) =>
    command === 'config' ? effectiveCommands(option).length > 0 : effectiveCommands(option).includes(command);

  const find = (flag: FlagName): OptionValue | undefined => {
    const option = optionOf(flag);
    const typed = flags.get(flag);
    if (typed === '') throw new UsageError(`--${flag} needs a value: --${flag} ${option.value ?? ''}`.trimEnd());
    if (typed !== undefined) {
      const from = typed === false ? opposite(flag) : `--${flag}`;
      return {text: String(typed), source: 'flag', name: from, from};
    }
    if (!standing(option)) return fallback(option);
    const said =
      option.ofContext && context ? fromContext(context, flag, {flags, environment}) : standingValue(option, flag);
    return said ?? fallback(option);
  };

  function standingValue(option: Option, flag: FlagName): OptionValue | undefined {
    const variable = variableOf(option);
    const text = variable === undefined ? undefined : environment[variable];
    if (variable !== undefined && text) return {text, source: 'variable', name: variable, from: variable};
    const value = option.ofContext ? undefined : file.options.get(flag);
    return value && {text: value.text, source: 'file', name: `${value.where}: ${flag}`, from: value.where};
  }

  const value = (flag: FlagName) => find(flag)?.text;
  return {
    has: (flag) => flags.has(flag) && flags.get(flag) !== false,
    isTyped: (flag) => flags.has(flag),
    find,
    value,
    required: (flag) => value(flag) ?? '',
    isOn: (flag) => {
      const given = find(flag);
      return given !== undefined && readSwitch(given.text, given.name);
    },
    nameOf: (flag) => find(flag)?.name ?? `--${flag}`,
  };
}

/** What turns a switch off. */
function opposite(flag: string): string {
  return flag.startsWith('no-') ? `--${flag.slice(3)}` : `--no-${flag}`;
}

/** Complaints of a default would be ours: it bears the flag's name. */
function fallback({flag, value, fallback: text}: Option): OptionValue | undefined {
  const said = value === undefined ? 'false' : text;
  return said === undefined ? undefined : {text: said, source: 'default', name: `--${flag}`, from: 'default'};
}

/** Two ways to say one thing: a flag for one takes the place of what the context says by the other. */
const alternatives: readonly (readonly FlagName[])[] = [
  ['auth', 'auth-token-command'],
  ['insecure', 'tls-cert'],
];

type ContextSources = {
  readonly flags: Flags;
  readonly environment: Environment;
  readonly file: ConfigFile;
};

/**
 * The context that says which server. A context is one whole: host and credential belong together, and no credential
 * goes to the host of another. So
 * - one that is named, by `--context` or `PIPETAIL_CONTEXT`, is in force whatever other variables say. `--host` does not
 *   go with `--context`, and wins over `PIPETAIL_CONTEXT`;
 * - the file's own (`context = "…"`) is in force where neither `--host` nor `FELDERA_HOST` names a server: a key in a
 *   variable names none;
 * - while one is in force, no variable says anything of the server: host, credential, tenant, certificates;
 * - single flags (`--tenant`, `--tls-cert`, `--auth`) win over what the context says.
 * Throws `UsageError` for a context that is not in the file.
 */
export function currentContext({flags, environment, file}: ContextSources): ContextTable | undefined {
  const flag = flags.get('context');
  if (flag === '') throw new UsageError('--context needs a value: --context NAME');
  if (typeof flag === 'string') {
    if (flags.has('host')) {
      throw new UsageError('--host and --context do not go together · a context names its own server · leave one out');
    }
    return find(flag, '--context', file);
  }
  const variable = environment.PIPETAIL_CONTEXT;
  if (variable) return flags.has('host') ? undefined : find(variable, 'PIPETAIL_CONTEXT', file);
  const standing = file.options.get('context');
  if (!standing || serverNamedBy({flags, environment}) !== undefined) return undefined;
  return find(standing.text, `${standing.where}: context`, file);
}

/** The flag or variable that names a server, so that the file's own context is not in force. */
export function serverNamedBy({flags, environment}: Omit<ContextSources, 'file'>): string | undefined {
  if (flags.has('host')) return '--host';
  const variable = variableOf(optionOf('host')) ?? '';
  return environment[variable] ? variable : undefined;
}

function find(name: string, from: string, {contexts, name: file}: ConfigFile): ContextTable {
  const table = contexts.get(name);
  if (table) return table;
  const known = [...contexts.keys()];
  if (known.length === 0) {
    const where = file === '' ? 'there is no configuration file' : `${file} has none`;
    throw new UsageError(`${from} knows no context '${name}' · ${where} · pipetail config init shows how to make one`);
  }
  throw new UsageError(`${from} knows no context '${name}', but ${known.join(', ')}${didYouMean(name, known)}`);
}

/** What the context says of an option; messages name it as `auth of context prod`. */
function fromContext(
  table: ContextTable,
  flag: FlagName,
  {flags, environment}: Omit<ContextSources, 'file'>,
): OptionValue | undefined {
  const group = alternatives.find((each) => each.includes(flag)) ?? [];
  if (group.some((each) => flags.get(each))) return undefined;
  const name = `${flag} of context ${table.name}`;
  const value = table.values.get(flag);
  if (value) return {text: value.text, source: 'file', name, from: value.where};
  const variable = flag === 'auth' ? table.values.get('auth-variable') : undefined;
  if (!variable) return undefined;
  const text = environment[variable.text];
  const from = `${variable.text}, named at ${variable.where}`;
  if (text?.trim()) return {text, source: 'variable', name: `${variable.text} of context ${table.name}`, from};
  throw new UsageError(
    `${variable.where}: the variable ${variable.text} is not set · context '${table.name}' takes its credential from it`,
  );
}

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
