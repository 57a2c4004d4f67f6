import type {ConfigFile, ContextTable} from './config-file.ts';
import {fromContext} from './context.ts';
import {type CommandName, type FlagName, type Option, optionOf, standingCommands, variableOf} from './options.ts';
import {readSwitch} from './switches.ts';
import {UsageError} from './usage-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Flags by name as typed: a text, or a switch turned on or off. */
export type Flags = ReadonlyMap<string, string | boolean>;

/** The value of an option, where it came from, and the name under which messages complain of it. */
export type Given = {
  readonly text: string;
  readonly source: 'flag' | 'variable' | 'file' | 'default';
  /** `--fps`, `PIPETAIL_FPS`, `~/.config/pipetail/config.toml:7: fps`, `auth of context prod`. */
  readonly name: string;
  /** `--fps`, `PIPETAIL_FPS`, `~/.config/pipetail/config.toml:7`, `default`: for a list of what is in force. */
  readonly from: string;
};

/** The options of one call, whatever said them. */
export type GivenOptions = {
  /** Typed in this call; a switch: typed to turn it on. */
  readonly has: (flag: FlagName) => boolean;
  /** Typed in this call; a switch: to turn it on or off. */
  readonly isTyped: (flag: FlagName) => boolean;
  readonly find: (flag: FlagName) => Given | undefined;
  readonly value: (flag: FlagName) => string | undefined;
  /** The value of an option that has a default. */
  readonly required: (flag: FlagName) => string;
  readonly isOn: (flag: FlagName) => boolean;
  readonly nameOf: (flag: FlagName) => string;
};

export type GivenSources = {
  readonly command: CommandName;
  readonly flags: Flags;
  readonly environment: Environment;
  readonly file: ConfigFile;
  /** The context that says which server, if one does: then no variable says anything of the server. */
  readonly context: ContextTable | undefined;
};

/**
 * The one precedence of all options: flag, variable, configuration file, default. What a command does not take has its
 * default; what is said at each call (`once`) has no variable and no line in a file. An empty variable is none.
 */
export function givenOptions({command, flags, environment, file, context}: GivenSources): GivenOptions {
  const standing = (option: Option) =>
    command === 'config' ? standingCommands(option).length > 0 : standingCommands(option).includes(command);

  const find = (flag: FlagName): Given | undefined => {
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

  function standingValue(option: Option, flag: FlagName): Given | undefined {
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
function fallback({flag, value, fallback: text}: Option): Given | undefined {
  const said = value === undefined ? 'false' : text;
  return said === undefined ? undefined : {text: said, source: 'default', name: `--${flag}`, from: 'default'};
}
