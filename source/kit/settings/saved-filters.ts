import {type Filter, type FilterOptions, parseFilter, savedPrefix} from '../../engine/filters/filter.ts';
import {didYouMean} from './parse-values.ts';

/** Filters of the configuration file by their names, each as `&` takes it. */
export type SavedFilters = ReadonlyMap<string, readonly string[]>;

/** The names that filters, and commands with keys, can have in the file. */
export const nameInFile = /^[\w.-]+$/;

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
