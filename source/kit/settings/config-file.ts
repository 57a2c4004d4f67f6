import type {FlagName} from './option-table.ts';
import type {SavedFilters} from './saved-filters.ts';

/** A checked configuration file. */
export type ConfigFile = {
  /** Name for messages: with `~` for the home folder. */
  readonly name: string;
  readonly options: ReadonlyMap<FlagName, FileValue>;
  readonly contexts: ReadonlyMap<string, ContextTable>;
  readonly filters: SavedFilters;
  readonly keys: readonly KeyRemap[];
};

/** A value as text, whatever its type in the file, and its place: `file:line`. */
export type FileValue = {readonly text: string; readonly where: string};

/** A `[contexts.NAME]` table. */
export type ContextTable = {
  readonly name: string;
  readonly where: string;
  readonly host: string;
  readonly values: ReadonlyMap<ContextKey, FileValue>;
};

/** An option about the server, or one of the two keys that only contexts have. */
export type ContextKey = FlagName | 'auth-variable' | 'color';

/** A line of `[keys]`: `keys` replaces the command's own keys, also when it is empty. */
export type KeyRemap = {readonly command: string; readonly keys: readonly string[]; readonly where: string};

/** No file, or an empty one. */
export const emptyConfig: ConfigFile = {
  name: '',
  options: new Map(),
  contexts: new Map(),
  filters: new Map(),
  keys: [],
};
