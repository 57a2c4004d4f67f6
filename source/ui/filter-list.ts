import type {Filter, FilterEntry} from '../filters/filter.ts';
import type {Level} from '../records/level.ts';

/** The filters and another one, under an id of its own. */
export function withFilter(filters: readonly FilterEntry[], filter: Filter): readonly FilterEntry[] {
  return [...filters, {id: Math.max(0, ...filters.map(({id}) => id)) + 1, filter, on: true}];
}

/** The least level that the filters let pass, if they say one. */
export function leastLevel(filters: readonly FilterEntry[]): Level | undefined {
  const filter = filters.find(isLeast)?.filter;
  return filter?.kind === 'level' ? filter.least : undefined;
}

/** The filters with another least level, or with none. */
export function withLeastLevel(filters: readonly FilterEntry[], least: Level | undefined): readonly FilterEntry[] {
  const now = filters.find(isLeast);
  const others = filters.filter((entry) => entry !== now);
  return least === undefined ? others : withFilter(others, {kind: 'level', least, out: false});
}

function isLeast({filter}: FilterEntry): boolean {
  return filter.kind === 'level' && !filter.out;
}
