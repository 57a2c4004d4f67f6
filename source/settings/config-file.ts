import type {FlagName} from './option-table.ts';

/** A configuration file, after its form and its values were checked. */
export type ConfigFile = {
  /** For messages: with `~` for the home folder. */
  readonly name: string;
  readonly options: ReadonlyMap<FlagName, FileValue>;
  readonly contexts: ReadonlyMap<string, ContextTable>;
  readonly keys: readonly KeyRemap[];
  /** By name, the colours as written. */
  readonly themes: ReadonlyMap<string, ReadonlyMap<string, string>>;
};

/** A value as text, whatever its type in the file, and its place: `file:line`. */
export type FileValue = {readonly text: string; readonly where: string};

/** A `[contexts.NAME]` table: a server with its credential. */
export type ContextTable = {
  readonly name: string;
  readonly where: string;
  readonly host: string;
  readonly values: ReadonlyMap<ContextKey, FileValue>;
};

/** A key of a `[contexts.NAME]` table: an option of the server, or one of the two that only contexts have. */
export type ContextKey = FlagName | 'auth-variable' | 'color';

/** A line of `[keys]`: the keys that replace those of a command; an empty list leaves it without any. */
export type KeyRemap = {readonly command: string; readonly keys: readonly string[]; readonly where: string};

/** No file, or an empty one. */
export const emptyConfig: ConfigFile = {
  name: '',
  options: new Map(),
  contexts: new Map(),
  keys: [],
  themes: new Map(),
};

/** A mistake in a line of the file, in words for the user. */
export type Problem = {readonly line: number; readonly message: string};
