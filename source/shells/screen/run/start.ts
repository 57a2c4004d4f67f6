import type {Filter} from '../../../engine/filters/filter.ts';
import type {AtStart} from '../../../kit/screen/screen.ts';
import {UsageError} from '../../../kit/settings/parse-values.ts';
import {filtersOf, type SavedFilters} from '../../../kit/settings/saved-filters.ts';
import type {Settings} from '../../../kit/settings/settings.ts';
import {runWithTimeout} from '../../../kit/system/deadline.ts';
import {features} from '../../features.ts';

/** Filters of a screen, and what else it begins with. */
export type Start = {
  readonly atStart: readonly AtStart[];
  readonly filters: readonly Filter[] | undefined;
};

/** Reads the start from options. Throws `UsageError` for what is no time, no hash or no filter. */
export function startOf(settings: Settings): Start {
  const {filter, savedFilters} = settings;
  return {
    atStart: features.atStart(settings),
    filters: filter.length === 0 ? undefined : filter.flatMap((typed) => readFilters(typed, savedFilters)),
  };
}

function readFilters(typed: string, saved: SavedFilters): readonly Filter[] {
  const filters = filtersOf(typed, saved, {timeLimit: runWithTimeout});
  if (typeof filters === 'string') throw new UsageError(`--filter '${typed}' · ${filters}`);
  return filters;
}
