/** One option of `option-table.ts`, or a setting: one without a flag. */
export type Option = {
  /** Without the dashes; of a setting its name in the configuration file. */
  readonly flag: string;
  readonly alias?: string;
  /** Names that fda has for it. Where the command has an option of that name itself, the name means that one. */
  readonly synonyms?: readonly string[];
  /** The name of the value in the help; absent for a switch. */
  readonly value?: string;
  /** Reads a value, whose option messages call `name`; absent: one of `choices`, or the text. Throws `UsageError`. */
  readonly read?: (text: string, name: string) => unknown;
  /** Set unless it is `PIPETAIL_` and the flag's name (`variableOf`). */
  readonly variable?: string;
  readonly fallback?: string;
  /** An example for `config init` where there is no default. */
  readonly example?: string;
  readonly help: string;
  /** Words for a command for which it means something else, or does less. */
  readonly helpFor?: Readonly<Partial<Record<CommandName, string>>>;
  /** It is one of the options of the first day: its words in `--help`, which has only those; true: those of `help`. */
  readonly core?: string | true;
  /** All values, if they can be listed. */
  readonly choices?: readonly string[];
  /** Value of a setting that turns it off, which `--no-` and its name stand for. */
  readonly off?: string;
  /** The commands that accept it; `screen` is the program without a command. */
  readonly commands: readonly CommandName[];
  /** The commands that read it from a flag only, not from a variable or the file; true: all. */
  readonly once?: true | readonly CommandName[];
  /** It can be given several times. */
  readonly repeatable?: true;
  /** No flag sets it, only the configuration file and a variable. */
  readonly setting?: true;
  /** About the server: in the configuration file it belongs in a context. */
  readonly ofContext?: true;
  /**
   * Says how logs are shown until keys change it. `pane`: the view of each tab has it under its name, and the session
   * keeps it; `start`: the screen begins with what it makes of it.
   */
  readonly view?: 'pane' | 'start';
  /** The key of the log that switches to its next choice, or turns it on and off; its id is the flag. */
  readonly key?: {
    readonly keys: readonly string[];
    readonly help: string;
    readonly core?: {readonly task: string; readonly words: string};
    /** Words that are said once a choice is made. */
    readonly says?: Readonly<Record<string, string>>;
  };
};

/** The name of an option in the code: `readLogs` for `read-logs`. */
export type NameOf<Flag extends string> = Flag extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<NameOf<Rest>>}`
  : Flag;

export function nameOf<Flag extends string>(flag: Flag): NameOf<Flag> {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()) as NameOf<Flag>;
}

export type CommandName = 'screen' | WordedCommand;

/** The commands that are a word after `pipetail`. */
type WordedCommand = (typeof commandWords)[number];

/** The commands about the pipelines of a server. */
export const asking = ['logs', 'list', 'status', 'diff', 'timeline'] as const;
/** The screen, with a server or for logs that are files. */
export const screens = ['screen', 'open'] as const;
export const commandWords = [...asking, 'open', 'completion', 'config', 'demo', 'help', 'version'] as const;

/** The commands that read the option also from a variable or the configuration file. */
export function effectiveCommands({commands, once = []}: Option): readonly CommandName[] {
  return once === true ? [] : commands.filter((command) => !once.includes(command));
}

/** Returns whether a variable or the configuration file can set the option for at least one command. */
export function isConfigurable(option: Option): boolean {
  return effectiveCommands(option).length > 0;
}

/** The variable that sets the option, if there is one; `command`: for that command. */
export function variableOf(option: Option, command?: CommandName): string | undefined {
  if (option.variable !== undefined) return option.variable;
  const isRead = command === undefined ? isConfigurable(option) : effectiveCommands(option).includes(command);
  if (!isRead) return undefined;
  return `PIPETAIL_${option.flag.toUpperCase().replaceAll('-', '_')}`;
}

/** Returns whether its flag is one of the command's. */
export function acceptsOption(command: CommandName, option: Option): boolean {
  return !option.setting && option.commands.includes(command);
}

/** Returns the option's help, in the words for that command. */
export function helpOf({help, helpFor}: Pick<Option, 'help' | 'helpFor'>, command: CommandName): string {
  return helpFor?.[command] ?? help;
}
