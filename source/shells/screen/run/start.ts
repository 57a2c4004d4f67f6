import {stat} from 'node:fs/promises';
import {bytesOfPath} from '../../../engine/disk/regular-file.ts';
import {type Filter, parseFilter} from '../../../engine/filters/filter.ts';
import type {LogManager} from '../../../engine/logs/log-manager.ts';
import type {FoundLog} from '../../../engine/opened/find-logs.ts';
import {parseSince} from '../../../engine/records/parse-time.ts';
import type {WantedPlace} from '../../../kit/copy/find-place.ts';
import {UsageError} from '../../../kit/settings/parse-values.ts';
import type {Settings} from '../../../kit/settings/settings.ts';
import {runWithTimeout} from '../../../kit/system/deadline.ts';
import type {Clock} from '../../../lib/clock.ts';

/** Where a screen begins, and with which filters. `placeAt`: of `--at`, read at this Unix time in ms of the server. */
export type Start = {
  readonly placeAt: ((now: number) => WantedPlace) | undefined;
  readonly filters: readonly Filter[] | undefined;
};

/** A context or a server that comes later has none of it. */
export const noStart: Start = {placeAt: undefined, filters: undefined};

/** Throws `UsageError` for what is no time, no hash or no filter. */
export function startOf({at, filter}: Pick<Settings, 'at' | 'filter'>): Start {
  const placeAt = at === undefined ? undefined : (now: number) => readPlace(at, now);
  placeAt?.(0);
  return {
    placeAt,
    filters: filter.length === 0 ? undefined : filter.map(readFilter),
  };
}

function readPlace(typed: string, now: number): WantedPlace {
  const [, time = '', hash] = /^([^#]*)(?:#(.*))?$/s.exec(typed) ?? [];
  const read = parseSince(time, {now});
  if (read.kind === 'error') throw new UsageError(`--at '${time}' is ${read.text}`);
  if (hash !== undefined && !/^[\da-f]{8}$/i.test(hash)) {
    throw new UsageError(
      `--at has no hash of a record after #, but '${hash.slice(0, 80)}' · M copies one of eight digits`,
    );
  }
  return {at: read.at, hash: hash?.toLowerCase()};
}

function readFilter(typed: string): Filter {
  const parsed = parseFilter(typed, {timeLimit: runWithTimeout});
  if (parsed.kind === 'error') throw new UsageError(`--filter '${typed}' · ${parsed.text}`);
  return parsed.filter;
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
