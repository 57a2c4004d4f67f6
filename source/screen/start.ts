import {type Filter, parseFilter} from '../filters/filter.ts';
import {parseSince} from '../records/parse-time.ts';
import {UsageError} from '../settings/parse-values.ts';
import type {Settings} from '../settings/settings.ts';
import {runWithTimeout} from '../system/deadline.ts';
import type {WantedPlace} from '../ui/start-place.ts';

/** Where a screen begins, and with which filters. */
export type Start = {readonly place: WantedPlace | undefined; readonly filters: readonly Filter[] | undefined};

/** A context or a server that comes later has none of it. */
export const noStart: Start = {place: undefined, filters: undefined};

/** Throws `UsageError` for what is no time, no hash or no filter. */
export function startOf({start: {at, filters}}: Pick<Settings, 'start'>, now: number): Start {
  return {
    place: at === undefined ? undefined : readPlace(at, now),
    filters: filters.length === 0 ? undefined : filters.map(readFilter),
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
