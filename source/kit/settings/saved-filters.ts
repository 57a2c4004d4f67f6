import {type Filter, type FilterOptions, parseFilter, savedPrefix} from '../../engine/filters/filter.ts';
import {tomlList} from './file-line.ts';
import {didYouMean, UsageError} from './parse-values.ts';

/** Filters of the configuration file by their names, each as `&` takes it. */
export type SavedFilters = ReadonlyMap<string, readonly string[]>;

/** The names that filters, and commands with keys, can have in the file. */
export const nameInFile = /^[\w.-]+$/;

/** Checks a line of `[filters]`. Throws `UsageError`. */
export function checkSaved(name: string, texts: readonly string[]): void {
  if (texts.length === 0) throw new UsageError(`filter '${name}' is empty · leave the line out`);
  for (const text of texts) {
    if (text.startsWith(savedPrefix))
      throw new UsageError(`filter '${name}': a saved filter cannot contain '${text}' · for that text: 'text:${text}'`);
    const parsed = parseFilter(text);
    if (parsed.kind === 'error') throw new UsageError(`filter '${name}': ${parsed.text}`);
  }
}

/** Reads a typed filter, or the several of a name: `@noise`. Returns what is wrong with it as a sentence. */
export function filtersOf(typed: string, saved: SavedFilters, options: FilterOptions): readonly Filter[] | string {
  const texts = typed.startsWith(savedPrefix) ? saved.get(typed.slice(1)) : [typed];
  if (!texts) return unknownName(typed, saved);
  const filters: Filter[] = [];
  for (const text of texts) {
    const parsed = parseFilter(text, options);
    if (parsed.kind === 'error') return parsed.text;
    filters.push(parsed.filter);
  }
  return filters;
}

/** Typed forms of all names, in the order of the file. */
export function savedNames(saved: SavedFilters): readonly string[] {
  return [...saved.keys()].map((name) => savedPrefix + name);
}

function unknownName(typed: string, saved: SavedFilters): string {
  const names = savedNames(saved);
  const others = names.length === 0 ? ' · the configuration file has no [filters]' : ` · there are ${names.join(', ')}`;
  return `no saved filter '${typed}'${didYouMean(typed, names) || others} · for that text: text:${typed}`;
}

/** The line of the file that saves filters under a name. */
export function savedLine(name: string, texts: readonly string[]): string {
  return `${name} = ${tomlList(texts)}`;
}
