import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import type {Log} from '../../engine/logs/log.ts';
import {type ParseError, parseSince, parseTime} from '../../engine/records/parse-time.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import {type FoundPlace, findPlace, onceIndexed, tolerance, type WantedPlace} from '../../kit/copy/find-place.ts';
import {pressTo} from '../../kit/keys/commands.ts';
import type {PaneOnScreen} from '../../kit/pane/pane-on-screen.ts';
import {formatProblem} from '../../kit/screen/opened-facts.ts';
import type {Feature, PromptKind, Screen} from '../../kit/screen/screen.ts';
import {whenIndexed} from '../../kit/screen/whole-log.ts';
import {UsageError} from '../../kit/settings/parse-values.ts';
import {hasLocalTimes, zoneOf} from '../../kit/state/pane-view.ts';
import {pipelinesOf, type Tab} from '../../kit/state/view-state.ts';
import {timeNear, timeOfLast} from '../../kit/viewport/time-column.ts';
import {clockTime, count, dateTime, inZone} from '../../lib/format.ts';

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

/** `T`: to the first record at or after a time, in the zone that times are shown in. */
const timePrompt: PromptKind<'time'> = {
  label: () => 'time: ',
  example(screen) {
    const at = screen.paneOnScreen;
    const from = at && lineTime(at);
    const others = '12:03, 2026-11-25 12:03';
    if (!at || from === undefined)
      return `-5m, -1h30m before ${at && isFile(screen, at) ? 'the end' : 'now'}, ${others}`;
    return `-5m, +5m from this line (${clockTime(inZone(from, zoneOf(at.tab.pane, screen.services.offsetAt)))}), ${others}`;
  },
  keys: () => [['submit', 'go']],
  submit(screen, {text}) {
    const at = screen.paneOnScreen;
    if (!at || text === '') return undefined;
    const offsetOf = zoneOf(at.tab.pane, screen.services.offsetAt);
    const parse = (from: PaneOnScreen) =>
      parseTime(text, {now: presentOf(screen, from), from: lineTime(from), offsetOf});
    const typed = parse(at);
    if (typed.kind === 'error') return typed.text;
    whenIndexed(screen, {what: 'looking for the time'}, (now) => {
      // The end of a file, which a time of day is before, may not have been indexed.
      const parsed = parse(now);
      if (parsed.kind === 'error') return;
      goToTime(screen, now, isFile(screen, now) && clockOnly.test(text) ? nearest(parsed.at, now) : parsed.at);
    });
    return undefined;
  },
};

/** `wanted`: Unix time in ms. */
function goToTime(screen: Screen, {tab, model}: PaneOnScreen, wanted: number): void {
  const zone = hasLocalTimes(tab.pane) ? '' : ' UTC';
  const inWords = (time: number) => `${dateTime(inZone(time, zoneOf(tab.pane, screen.services.offsetAt)))}${zone}`;
  const id = model.index.idAtTime(wanted);
  if (id === undefined) {
    screen.goToEntry(model.folds.rowOf(model.source.buffer.endId - 1));
    screen.say(`nothing at or after ${inWords(wanted)}: this is the end`);
    return;
  }
  screen.goToEntry(id);
  const found = model.index.timeAt(id);
  const isOldest = model.index.idAtTime(Number.NEGATIVE_INFINITY) === id;
  if (found !== undefined && found > wanted + 1000 && isOldest) {
    screen.say(`the oldest record kept is from ${inWords(found)}`);
  }
}

function isFile({services}: Screen, {tab}: PaneOnScreen): boolean {
  return !services.catalog.capabilitiesOf(pipelinesOf(tab)).hasServer;
}

/** Returns the moment that a time of day is before, as Unix time in ms: now, but in a log of a file its last record. */
function presentOf(screen: Screen, at: PaneOnScreen): number {
  const last = isFile(screen, at) ? timeOfLast(at.model.source.buffer, at.model.index) : undefined;
  return last ?? screen.services.clock.wall();
}

/** A time of day without a date. */
const clockOnly = /^\s*\d\d?:/;
const day = 24 * 3_600_000;

/** A time of day before the first record, or that of the next day after the last one, if it is nearer to that. */
function nearest(time: number, {model}: PaneOnScreen): number {
  const {buffer} = model.source;
  const first = timeNear(buffer, model.index, {id: buffer.firstId, step: 1});
  const last = timeOfLast(buffer, model.index);
  if (first === undefined || last === undefined || time >= first) return time;
  return first - time > time + day - last ? time + day : time;
}

/** Unix time in ms of the current line, or of the nearest one above that has a time; undefined while following. */
function lineTime({tab, model, current}: PaneOnScreen): number | undefined {
  if (tab.pane.position.kind === 'follow' || current === undefined) return undefined;
  return timeNear(model.source.buffer, model.index, {id: current, step: -1});
}

/** `:`: to a line number, or to a percentage of the log. */
const placePrompt: PromptKind<'place'> = {
  label: () => 'line or %: ',
  example: () => '1204, -10 from the end, 50%',
  keys: () => [['submit', 'go']],
  submit(screen, {text}) {
    const at = screen.paneOnScreen;
    if (!at || text === '') return undefined;
    // Typed by habit: it quits vi, less and k9s.
    if (/^q(uit)?!?$/.test(text)) return `not a line; after Esc, ${pressTo(screen.commands, ['quit', 'quit'])}`;
    const parsed = parsePlace(text);
    if (parsed.kind === 'error') return parsed.text;
    goToTarget(screen, at, parsed);
    return undefined;
  },
};

function goToTarget(screen: Screen, {model}: PaneOnScreen, place: GoToTarget): void {
  const {buffer} = model.source;
  const {firstId, endId} = buffer;
  const id = idOf(place, buffer);
  const held = Math.max(firstId, Math.min(id, endId - 1));
  // Only a line by its number opens a closed record.
  const isNumber = place.kind === 'line' && place.number > 0;
  screen.goToEntry(isNumber ? held : model.folds.rowOf(held));
  if (id < firstId && firstId < endId) screen.say(`the oldest line kept is ${count(firstId + 1)}`);
}

function idOf(place: GoToTarget, buffer: LogBuffer): number {
  const {firstId, endId} = buffer;
  if (place.kind === 'percent') return firstId + Math.round(((endId - 1 - firstId) * place.value) / 100);
  return place.number < 0 ? endId + place.number : place.number - 1;
}

type GoToTarget =
  /** 1 is the first line of the log, -1 the last. */
  | {readonly kind: 'line'; readonly number: number}
  /** 0 to 100. */
  | {readonly kind: 'percent'; readonly value: number};

const placeError = 'not a line; try 1204, -10 (from the end), 50% or $ (the end)';

/** Reads a line number (`1204`, `1,204`, `-10` from the end, `$` the last) or a percentage of the log (`50%`). */
export function parsePlace(text: string): GoToTarget | ParseError {
  const typed = text.trim();
  if (typed === '$') return {kind: 'line', number: -1};
  const percent = /^(\d{1,3}(?:\.\d+)?) ?%$/.exec(typed)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return {kind: 'percent', value: Number(percent)};
  const [, minus, digits] = /^(-?)(\d+|\d{1,3}(?:,\d{3})+)$/.exec(typed) ?? [];
  if (digits === undefined) return {kind: 'error', text: placeError};
  const number = Math.min(Math.max(1, Number(digits.replaceAll(',', ''))), Number.MAX_SAFE_INTEGER);
  return {kind: 'line', number: minus === '-' ? -number : number};
}

export const place: Feature = {
  keys: {
    'log: move': [
      {
        id: 'go-to-time',
        needs: 'format',
        keys: ['T'],
        help: 'go to a time: 12:03, -5m, ISO',
        core: {task: 'log', words: 'go to a time'},
        run: (screen) => ask(screen, 'time'),
      },
      {
        id: 'go-to-line',
        keys: [':'],
        help: 'go to a line or per cent: 1204, 50%',
        run: (screen) => ask(screen, 'place'),
      },
    ],
  },
  /** Goes to the place of `--at`, which is read anew at the time of the server. */
  atStart({at}) {
    if (at === undefined) return undefined;
    readPlace(at, 0);
    return (screen, names) => goToPlaceAtStart(screen, (now) => readPlace(at, now), names);
  },
  prompts: {time: timePrompt, place: placePrompt},
};

function ask(screen: Screen, kind: 'time' | 'place'): void {
  if (!screen.tab) return;
  screen.dispatch({type: 'prompt', prompt: {kind, text: ''}});
}
