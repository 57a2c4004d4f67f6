import {stat} from 'node:fs/promises';
import {bytesOfPath} from '../../../engine/disk/regular-file.ts';
import type {Filter} from '../../../engine/filters/filter.ts';
import type {LogManager} from '../../../engine/logs/log-manager.ts';
import type {FoundLog} from '../../../engine/opened/found-log.ts';
import type {AtStart} from '../../../kit/screen/screen.ts';
import {UsageError} from '../../../kit/settings/parse-values.ts';
import {filtersOf, type SavedFilters} from '../../../kit/settings/saved-filters.ts';
import type {Settings} from '../../../kit/settings/settings.ts';
import {runWithTimeout} from '../../../kit/system/deadline.ts';
import type {Clock} from '../../../lib/clock.ts';
import {features} from '../../features.ts';

/** Filters of a screen, and what else it begins with. */
export type Start = {
  readonly atStart: readonly AtStart[];
  readonly filters: readonly Filter[] | undefined;
};

/** A context or a server that comes later has none of it. */
export const noStart: Start = {atStart: [], filters: undefined};

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

/** Milliseconds that the first frame waits: a disk that hangs is waited for with a screen. */
const patience = 100;

/**
 * Opens a file, so that its end is in the first frame: a frame without it would take as long as all the rest. Resolves
 * once it has lines, or none come soon; at once for an empty file, and for what is no plain file.
 */
export async function openBeforeFrame(
  found: FoundLog | undefined,
  {logs, clock}: {readonly logs: Pick<LogManager, 'open'>; readonly clock: Clock},
): Promise<void> {
  if (found?.kind !== 'file' || found.packed !== undefined) return;
  const {snapshot} = logs.open(found.name);
  const {promise, resolve} = Promise.withResolvers<void>();
  const check = () => {
    const {lineCount, file} = snapshot.get();
    if (lineCount > 0 || file?.kind !== 'reading') resolve();
  };
  const leaving = [snapshot.subscribe(check), clock.after(patience, resolve)];
  check();
  void isEmpty(found.path).then((nothingComes) => nothingComes && resolve());
  await promise;
  for (const leave of leaving) leave();
}

/** That a file has nothing to read is told in a frame of its log, and that it cannot be read, too. */
async function isEmpty(file: string): Promise<boolean> {
  return await stat(bytesOfPath(file)).then(
    ({size}) => size === 0,
    () => true,
  );
}
