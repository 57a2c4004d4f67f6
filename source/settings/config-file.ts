import type {FlagName} from './option-table.ts';

/** A value of the configuration file, as text whatever its type there, and where it stands: `file:line`. */
export type FileValue = {readonly text: string; readonly where: string};

/** A key of a `[contexts.NAME]` table: an option of the server, or one of the two that only contexts have. */
export type ContextKey = FlagName | 'auth-variable' | 'color';

/** A `[contexts.NAME]` table: one whole of host and credential. */
export type ContextTable = {
  readonly name: string;
  readonly where: string;
  readonly host: string;
  readonly values: ReadonlyMap<ContextKey, FileValue>;
};

/** A line of `[keys]`: the keys that a command is to have in place of its own; none: it has none. */
export type KeyRemap = {readonly command: string; readonly keys: readonly string[]; readonly where: string};

/** What a configuration file says, read and checked in its form; `checkConfig` checks the values too. */
export type ConfigFile = {
  /** As messages name it: with `~` for the home folder. */
  readonly name: string;
  readonly options: ReadonlyMap<FlagName, FileValue>;
  readonly contexts: ReadonlyMap<string, ContextTable>;
  readonly keys: readonly KeyRemap[];
  /** By name, the colours as written. */
  readonly themes: ReadonlyMap<string, ReadonlyMap<string, string>>;
};

/** No file, or one with nothing in it. */
export const emptyConfig: ConfigFile = {
  name: '',
  options: new Map(),
  contexts: new Map(),
  keys: [],
  themes: new Map(),
};

/** A line of the file that is wrong, as the user is told of it. */
export type Problem = {readonly line: number; readonly message: string};
