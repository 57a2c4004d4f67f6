import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import type {Log} from '../../engine/logs/log.ts';
import {parseSince} from '../../engine/records/parse-time.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import {type FoundPlace, findPlace, onceIndexed, tolerance, type WantedPlace} from '../../kit/copy/find-place.ts';
import {formatProblem} from '../../kit/screen/format-notice.ts';
import type {Screen} from '../../kit/screen/screen.ts';
import {UsageError} from '../../kit/settings/parse-values.ts';
import type {Tab} from '../../kit/state/view-state.ts';
import {dateTime} from '../../lib/format.ts';

/** Reads `--at` at this Unix time in ms. Throws `UsageError` for what is no time or no hash. */
export function readPlace(typed: string, now: number): WantedPlace {
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

/**
 * Goes to the place in the tabs that are open at the start, each once its log has caught up; without `names` in the tab
 * that is shown first. Of several tabs the one that has the record is shown. `placeAt`: the place, as it is meant at this
 * Unix time in ms: that of the server, which has answered once a log has caught up. Returns a function that ends the search.
 */
export function goToPlaceAtStart(
  screen: Screen,
  placeAt: (now: number) => WantedPlace,
  names: readonly string[],
): () => void {
  const {logs, clock} = screen.services;
  const startedAt = clock.monotonic();
  let place: WantedPlace | undefined;
  const waiting = new Set(names);
  const undo = new Map<string, () => void>();
  let results: FoundPlace[] | undefined = [];
  let isChosen = names.length > 0;

  const onFound = (tab: Tab, {buffer}: Log, index: RecordIndex) => {
    place ??= placeAt(clock.wall() - (clock.monotonic() - startedAt));
    const wanted = place;
    const found = findPlace(buffer, index, wanted);
    results?.push(found);
    if (found.id !== undefined) show(screen, tab, found.id, found.kind === 'found' && names.length > 1);
    const isLast = waiting.size === 0 && undo.size === 0;
    if (results === undefined || (found.kind !== 'found' && !isLast)) return;
    const best = (['found', 'changed', 'gone', 'time'] as const).find((kind) =>
      results?.some((each) => each.kind === kind),
    );
    screen.say(formatProblem(screen) ?? placeWords(best ?? found.kind, wanted, {buffer, index, id: found.id}));
    if (best === 'found') results = undefined;
  };
  const check = () => {
    const {active, tabs} = screen.state;
    if (!isChosen && active !== undefined) {
      isChosen = true;
      waiting.add(active);
    }
    for (const name of waiting) {
      const tab = tabs.find((each) => each.name === name);
      const log = tab && screen.logOf(tab);
      if (!tab || !log) continue;
      waiting.delete(name);
      // Where it was read last is another place.
      screen.places.forgetPlace(tab);
      const stop = onceIndexed({log, clock, indexOf: () => screen.indexOf(tab)}, (index) => {
        undo.delete(name);
        onFound(tab, log, index);
      });
      undo.set(name, stop);
    }
    if (isChosen && waiting.size === 0) leave();
  };
  const leaves = [logs.names.subscribe(check), screen.view.subscribe(check)];
  const leave = () => {
    for (const each of leaves.splice(0)) each();
  };
  check();
  return () => {
    leave();
    for (const each of undo.values()) each();
    undo.clear();
  };
}

function show(screen: Screen, {name}: Tab, id: number, isWanted: boolean): void {
  const {state} = screen;
  if (isWanted && state.active !== name) screen.tabSwitcher.show(name);
  const pane = screen.pane;
  // In the middle of the screen, where that can be worked out now.
  if (pane?.tab.name === name && !pane.model.isFiltering) screen.goToEntry(id);
  else screen.changePaneOf(name, {position: {kind: 'anchored', top: {id, row: 0}, current: id, seen: id + 1}});
}

type Place = {readonly buffer: LogBuffer; readonly index: RecordIndex; readonly id: number | undefined};

function placeWords(kind: FoundPlace['kind'], {at}: WantedPlace, {buffer, index, id}: Place): string {
  const time = `${dateTime(at)} UTC`;
  const oldest = index.idAtTime(Number.NEGATIVE_INFINITY);
  const oldestAt = oldest === undefined ? undefined : index.timeAt(oldest);
  const isBefore = oldestAt !== undefined && at < oldestAt - tolerance;
  const kept = isBefore ? `the oldest record kept is from ${dateTime(oldestAt)} UTC` : undefined;
  switch (kind) {
    case 'found':
      return 'found: this record is as it was copied';
    case 'changed':
      return `changed: the record of ${time} is not as it was copied`;
    case 'gone':
      return [`gone: the log has no record of ${time}`, kept ?? []].flat().join(' · ');
    case 'time':
      if (id === undefined)
        return `nothing at or after ${time}${buffer.endId > buffer.firstId ? ': this is the end' : ''}`;
      return kept ?? `paused at ${time}`;
  }
}
