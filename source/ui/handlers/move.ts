import type {LogBuffer} from '../../buffer/log-buffer.ts';
import {clockTime, count, dateTime, inZone} from '../../lib/format.ts';
import {type ParseError, parseTime} from '../../records/parse-time.ts';
import type {Geometry} from '../../viewport/geometry.ts';
import {follow, hold, moveBy, scrollBy, toTop} from '../../viewport/position.ts';
import {timeNear} from '../../viewport/time-column.ts';
import type {Controller} from '../controller.ts';
import {pressTo} from '../keys/commands.ts';
import {longestShown, type PaneAt} from '../pane/pane-at.ts';
import {hasLocalTimes, zoneOf} from '../state/pane-view.ts';
import {pipelinesOf} from '../state/view-state.ts';
import {goToTab} from './common.ts';
import type {PromptKind} from './prompt-kind.ts';
import {whenIndexed} from './whole-log.ts';

/** `T`: to the first record at or after a time, in the zone that times are shown in. */
export const timePrompt: PromptKind<'time'> = {
  label: () => 'time: ',
  example(controller) {
    const at = controller.paneAt;
    const from = at && lineTime(at);
    const others = '12:03, 2026-11-25 12:03';
    if (!at || from === undefined)
      return `-5m, -1h30m before ${at && isFile(controller, at) ? 'the end' : 'now'}, ${others}`;
    return `-5m, +5m from this line (${clockTime(inZone(from, zoneOf(at.tab.pane, controller.services.offsetAt)))}), ${others}`;
  },
  keys: () => [['submit', 'go']],
  submit(controller, {text}) {
    const at = controller.paneAt;
    if (!at || text === '') return undefined;
    const offsetOf = zoneOf(at.tab.pane, controller.services.offsetAt);
    const parse = (from: PaneAt) => parseTime(text, {now: presentOf(controller, from), from: lineTime(from), offsetOf});
    const typed = parse(at);
    if (typed.kind === 'error') return typed.text;
    whenIndexed(controller, {what: 'looking for the time'}, (now) => {
      // The end of a file, which a time of day is before, may not have been indexed.
      const parsed = parse(now);
      if (parsed.kind === 'error') return;
      goToTime(controller, now, isFile(controller, now) && clockOnly.test(text) ? nearest(parsed.at, now) : parsed.at);
    });
    return undefined;
  },
};

/** `wanted`: Unix time in ms. */
function goToTime(controller: Controller, {tab, model}: PaneAt, wanted: number): void {
  const zone = hasLocalTimes(tab.pane) ? '' : ' UTC';
  const inWords = (time: number) => `${dateTime(inZone(time, zoneOf(tab.pane, controller.services.offsetAt)))}${zone}`;
  const id = model.index.idAtTime(wanted);
  if (id === undefined) {
    controller.goToEntry(model.folds.rowOf(model.source.buffer.endId - 1));
    controller.say(`nothing at or after ${inWords(wanted)}: this is the end`);
    return;
  }
  controller.goToEntry(id);
  const found = model.index.timeAt(id);
  const isOldest = model.index.idAtTime(Number.NEGATIVE_INFINITY) === id;
  if (found !== undefined && found > wanted + 1000 && isOldest) {
    controller.say(`the oldest record kept is from ${inWords(found)}`);
  }
}

function isFile({services}: Controller, {tab}: PaneAt): boolean {
  return !services.catalog.capabilitiesOf(pipelinesOf(tab)).hasServer;
}

/** What a time of day is the last one before, as Unix time in ms: now, but in a log that is a file its last record. */
function presentOf(controller: Controller, at: PaneAt): number {
  const {buffer} = at.model.source;
  const last = isFile(controller, at) ? timeNear(buffer, at.model.index, {id: buffer.endId - 1, step: -1}) : undefined;
  return last ?? controller.services.clock.wall();
}

/** A time of day without a date. */
const clockOnly = /^\s*\d\d?:/;
const day = 24 * 3_600_000;

/** A time of day before the first record, or that of the next day after the last one, if it is nearer to that. */
function nearest(time: number, {model}: PaneAt): number {
  const {firstId, endId} = model.source.buffer;
  const [first, last] = [
    timeNear(model.source.buffer, model.index, {id: firstId, step: 1}),
    timeNear(model.source.buffer, model.index, {id: endId - 1, step: -1}),
  ];
  if (first === undefined || last === undefined || time >= first) return time;
  return first - time > time + day - last ? time + day : time;
}

/** Unix time in ms of the current line, or of the nearest one above that has a time; undefined while following. */
function lineTime({tab, model, current}: PaneAt): number | undefined {
  if (tab.pane.position.kind === 'follow' || current === undefined) return undefined;
  return timeNear(model.source.buffer, model.index, {id: current, step: -1});
}

/** `:`: to a line number, or to a percentage of the log. */
export const placePrompt: PromptKind<'place'> = {
  label: () => 'line or %: ',
  example: () => '1204, -10 from the end, 50%',
  keys: () => [['submit', 'go']],
  submit(controller, {text}) {
    const at = controller.paneAt;
    if (!at || text === '') return undefined;
    // Typed by habit: it quits vi, less and k9s.
    if (/^q(uit)?!?$/.test(text)) return `not a line; after Esc, ${pressTo(controller.commands, ['quit', 'quit'])}`;
    const parsed = parsePlace(text);
    if (parsed.kind === 'error') return parsed.text;
    goToTarget(controller, at, parsed);
    return undefined;
  },
};

function goToTarget(controller: Controller, {model}: PaneAt, place: GoToTarget): void {
  const {buffer} = model.source;
  const {firstId, endId} = buffer;
  const id = idOf(place, buffer);
  const held = Math.max(firstId, Math.min(id, endId - 1));
  // Only a line by its number opens a closed record.
  const isNumber = place.kind === 'line' && place.number > 0;
  controller.goToEntry(isNumber ? held : model.folds.rowOf(held));
  if (id < firstId && firstId < endId) controller.say(`the oldest line kept is ${count(firstId + 1)}`);
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

export const moveHandlers = {
  up: (controller: Controller) => controller.move((position, geometry) => moveBy(position, geometry, -1)),
  down: (controller: Controller) => controller.move((position, geometry) => moveBy(position, geometry, 1)),
  'page-up': (controller: Controller) =>
    controller.move((position, geometry) => scrollBy(position, geometry, -pageOf(geometry))),
  'page-down': (controller: Controller) =>
    controller.move((position, geometry) => scrollBy(position, geometry, pageOf(geometry))),
  'half-up': (controller: Controller) =>
    controller.move((position, geometry) => scrollBy(position, geometry, -halfOf(geometry))),
  'half-down': (controller: Controller) =>
    controller.move((position, geometry) => scrollBy(position, geometry, halfOf(geometry))),
  top: (controller: Controller) => controller.move(toTop),
  bottom: (controller: Controller) => controller.move(() => follow),
  follow: (controller: Controller) => controller.move(() => follow),
  pause: (controller: Controller) =>
    controller.move((position, geometry) => (position.kind === 'follow' ? hold(position, geometry) : follow)),
  'go-to-time': (controller: Controller) => ask(controller, 'time'),
  'go-to-line': (controller: Controller) => ask(controller, 'place'),
  'pan-left': (controller: Controller) => pan(controller, (at, half) => at - half),
  'pan-right': (controller: Controller) => pan(controller, (at, half) => at + half),
};

function ask(controller: Controller, kind: 'time' | 'place'): void {
  if (!controller.tab) return;
  controller.dispatch({type: 'prompt', prompt: {kind, text: ''}});
}

function pan(controller: Controller, change: (at: number, half: number) => number): void {
  const at = controller.paneAt;
  if (!at) return;
  if (at.tab.pane.wrap === 'all') {
    controller.sayHint('wrapped lines do not scroll sideways', 'wrap', 'unwrap them');
    return;
  }
  const half = Math.floor(at.layout.paneWidth / 2);
  const most = Math.max(0, longestShown(at) - half);
  const before = at.tab.pane.pan;
  const pan = Math.max(0, Math.min(change(before, half), Math.max(most, before)));
  controller.changePane({pan, revealed: undefined});
}

const pageOf = (geometry: Geometry) => Math.max(1, geometry.height - 1);
const halfOf = (geometry: Geometry) => Math.max(1, Math.floor(geometry.height / 2));

/** Shows an entry in a pipeline's log, in its tab or in the preview, and focuses the log. */
export function goToEntryOf(controller: Controller, pipeline: string, id: number | undefined): void {
  goToTab(controller, pipeline);
  controller.dispatch({type: 'focus', side: 'log'});
  // A panic stays closed: its row shows what it is.
  if (id !== undefined) controller.goToEntry(controller.pane?.model.folds.rowOf(id) ?? id);
  controller.dispatch({type: 'used'});
}
