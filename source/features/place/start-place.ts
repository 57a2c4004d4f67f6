import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import type {Log} from '../../engine/logs/log.ts';
import {hasCaughtUp} from '../../engine/logs/log-snapshot.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import {hashOfRecord} from '../../kit/copy/place-command.ts';
import {formatProblem} from '../../kit/screen/log-format.ts';
import type {Screen} from '../../kit/screen/screen.ts';
import type {Tab} from '../../kit/state/view-state.ts';
import {dateTime} from '../../lib/format.ts';
import {SliceRunner} from '../../lib/slices.ts';

/** What `--at` names: a time, Unix time in ms, and perhaps the record there, by its hash (`recordHash`). */
export type WantedPlace = {readonly at: number; readonly hash: string | undefined};

/**
 * `found`: the record itself. `changed`: a record of that time has other lines. `gone`: there is none of that time.
 * `time`: no record was asked for. `id`: where that is in the log; undefined: there is nothing at that time or later.
 */
type FoundPlace = {readonly kind: 'found' | 'changed' | 'gone' | 'time'; readonly id: number | undefined};

/** Milliseconds by which the time of the record may differ, where it is written with fewer digits than it was sent. */
const tolerance = 1;
/** Milliseconds: times have microseconds, and are numbers that round them. */
const sameTimeWithin = 0.0006;
/** Entries at that time or soon after it, of which one may be the record: a busy pipeline logs thousands a second. */
const mostSearched = 5_000;

/** Looks for the place in a log that is indexed. */
export function findPlace(buffer: LogBuffer, index: RecordIndex, {at, hash}: WantedPlace): FoundPlace {
  const first = index.idAtTime(at - tolerance);
  const next = index.idAtTime(at);
  if (hash === undefined) return {kind: 'time', id: next};
  let sameTime: number | undefined;
  const end = Math.min(buffer.endId, (first ?? buffer.endId) + mostSearched);
  for (let id = first ?? buffer.endId; id < end; id++) {
    if (index.headOf(id) !== id || buffer.markerAt(id)) continue;
    const time = index.timeAt(id);
    // Records without a time are at that of the one before them.
    // Threads write records a little out of order.
    if (time !== undefined && time > at + tolerance) continue;
    if (hashOfRecord(buffer, index, id) === hash) return {kind: 'found', id};
    if (time !== undefined && Math.abs(time - at) < sameTimeWithin) sameTime ??= id;
  }
  return sameTime === undefined ? {kind: 'gone', id: next} : {kind: 'changed', id: sameTime};
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
  const search = (tab: Tab, log: Log) => {
    const {name} = tab;
    const index = screen.indexOf(tab);
    const {lineCount} = log.snapshot.get();
    if (!index || !hasCaughtUp(log.snapshot.get()) || lineCount === 0) return;
    undo.get(name)?.();
    const runner = new SliceRunner({
      clock,
      step: (maxBytes) => index.step(maxBytes),
      onSlice(isDone) {
        if (!isDone) return;
        runner.dispose();
        undo.delete(name);
        onFound(tab, log, index);
      },
    });
    undo.set(name, () => runner.dispose());
    runner.wake();
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
      const onChange = () => search(tab, log);
      undo.set(name, log.snapshot.subscribe(onChange));
      onChange();
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
  else screen.changePaneOf(name, {position: {kind: 'held', top: {id, row: 0}, current: id, seen: id + 1}});
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
