import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import {type ParseError, parseTime} from '../../engine/records/parse-time.ts';
import {pressTo} from '../../kit/keys/commands.ts';
import type {PaneOnScreen} from '../../kit/pane/pane-on-screen.ts';
import type {PromptKind, Screen} from '../../kit/screen/screen.ts';
import {whenIndexed} from '../../kit/screen/whole-log.ts';
import {hasLocalTimes, zoneOf} from '../../kit/state/pane-view.ts';
import {pipelinesOf} from '../../kit/state/view-state.ts';
import {timeNear} from '../../kit/viewport/time-column.ts';
import {clockTime, count, dateTime, inZone} from '../../lib/format.ts';

/** `T`: to the first record at or after a time, in the zone that times are shown in. */
export const timePrompt: PromptKind<'time'> = {
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
  const {buffer} = at.model.source;
  const last = isFile(screen, at) ? timeNear(buffer, at.model.index, {id: buffer.endId - 1, step: -1}) : undefined;
  return last ?? screen.services.clock.wall();
}

/** A time of day without a date. */
const clockOnly = /^\s*\d\d?:/;
const day = 24 * 3_600_000;

/** A time of day before the first record, or that of the next day after the last one, if it is nearer to that. */
function nearest(time: number, {model}: PaneOnScreen): number {
  const {firstId, endId} = model.source.buffer;
  const [first, last] = [
    timeNear(model.source.buffer, model.index, {id: firstId, step: 1}),
    timeNear(model.source.buffer, model.index, {id: endId - 1, step: -1}),
  ];
  if (first === undefined || last === undefined || time >= first) return time;
  return first - time > time + day - last ? time + day : time;
}

/** Unix time in ms of the current line, or of the nearest one above that has a time; undefined while following. */
function lineTime({tab, model, current}: PaneOnScreen): number | undefined {
  if (tab.pane.position.kind === 'follow' || current === undefined) return undefined;
  return timeNear(model.source.buffer, model.index, {id: current, step: -1});
}

/** `:`: to a line number, or to a percentage of the log. */
export const placePrompt: PromptKind<'place'> = {
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
