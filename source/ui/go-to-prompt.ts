import {parseTime} from '../records/time-input.ts';
import type {ZoneOffset} from '../viewport/time-column.ts';
import {count, dateTime} from '../viewport/words.ts';
import {keysDo} from './key-hint.ts';
import {goToEntry, paneAt, say} from './on-pane.ts';
import {hasLocalTimes} from './pane-view.ts';
import {type Place, parsePlace} from './parse-place.ts';
import type {PromptKind} from './prompt-kind.ts';

const utc: ZoneOffset = () => 0;

/** `T`: to the first record at or after a time, which is typed and said in the zone that times are shown in. */
export const timePrompt: PromptKind<'time'> = {
  label: () => 'time: ',
  example: '12:03, -5m, -1h30m, 2026-11-25 12:03',
  keys: () => [['Enter', 'go']],
  submit(controller, {text}) {
    const at = paneAt(controller);
    if (!at || text === '') return undefined;
    const isLocal = hasLocalTimes(at.tab.pane);
    const offsetOf = isLocal ? controller.services.offsetAt : utc;
    const inWords = (time: number) => `${dateTime(time + offsetOf(time) * 60_000)}${isLocal ? '' : ' UTC'}`;
    const parsed = parseTime(text, {now: controller.services.clock.wall(), offsetOf});
    if (parsed.kind === 'error') return parsed.text;
    const id = at.model.index.idAtTime(parsed.at);
    if (id === undefined) {
      goToEntry(controller, at.model.source.buffer.endId - 1);
      say(controller, `nothing at or after ${inWords(parsed.at)}: this is the end`);
      return undefined;
    }
    goToEntry(controller, id);
    const found = at.model.index.timeAt(id);
    const isOldest = at.model.index.idAtTime(Number.NEGATIVE_INFINITY) === id;
    if (found !== undefined && found > parsed.at + 1000 && isOldest) {
      say(controller, `the log held here begins at ${inWords(found)}`);
    }
    return undefined;
  },
};

/** `:`: to a line by its number, or to a part of the log. */
export const placePrompt: PromptKind<'place'> = {
  label: () => 'line or %: ',
  example: '1204, -10 from the end, 50%',
  keys: () => [['Enter', 'go']],
  submit(controller, {text}) {
    const at = paneAt(controller);
    if (!at || text === '') return undefined;
    // As in vi, less and k9s.
    if (/^q(uit)?!?$/.test(text)) return `not a place; after Esc, ${keysDo(controller.commands, [['quit', 'quits']])}`;
    const parsed = parsePlace(text);
    if (parsed.kind === 'error') return parsed.text;
    const {firstId, endId} = at.model.source.buffer;
    const id = idOf(parsed, firstId, endId);
    goToEntry(controller, Math.max(firstId, Math.min(id, endId - 1)));
    if (id < firstId && firstId < endId) say(controller, `the oldest line held is ${count(firstId + 1)}`);
    return undefined;
  },
};

function idOf(place: Place, firstId: number, endId: number): number {
  if (place.kind === 'percent') return firstId + Math.round(((endId - 1 - firstId) * place.value) / 100);
  return place.number < 0 ? endId + place.number : place.number - 1;
}
