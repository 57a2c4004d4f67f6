import {dateTime} from '../viewport/words.ts';
import {type Place, parsePlace, parseTime} from './go-to.ts';
import {goToEntry, paneAt, say} from './on-pane.ts';
import type {PromptKind} from './prompt-kind.ts';

/** `T`: to the first record at or after a time. */
export const timePrompt: PromptKind<'time'> = {
  label: () => 'time: ',
  submit(controller, {text}) {
    const at = paneAt(controller);
    if (!at || text === '') return undefined;
    const parsed = parseTime(text, {now: controller.services.clock.wall()});
    if (parsed.kind === 'error') return parsed.text;
    const id = at.model.index.idAtTime(parsed.at);
    if (id === undefined) {
      say(controller, `nothing at or after ${dateTime(parsed.at)} UTC: this is the end`);
      goToEntry(controller, at.model.source.buffer.endId - 1);
      return undefined;
    }
    goToEntry(controller, id);
    const found = at.model.index.timeAt(id);
    const isOldest = at.model.index.idAtTime(Number.NEGATIVE_INFINITY) === id;
    if (found !== undefined && found > parsed.at + 1000 && isOldest) {
      say(controller, `the log held here begins at ${dateTime(found)} UTC`);
    }
    return undefined;
  },
};

/** `:`: to a line by its number, or to a part of the log. */
export const placePrompt: PromptKind<'place'> = {
  label: () => 'line or %: ',
  submit(controller, {text}) {
    const at = paneAt(controller);
    if (!at || text === '') return undefined;
    const parsed = parsePlace(text);
    if (parsed.kind === 'error') return parsed.text;
    const {firstId, endId} = at.model.source.buffer;
    const id = idOf(parsed, firstId, endId);
    if (id < firstId) say(controller, `the oldest line held is ${(firstId + 1).toLocaleString('en-US')}`);
    goToEntry(controller, Math.max(firstId, Math.min(id, endId - 1)));
    return undefined;
  },
};

function idOf(place: Place, firstId: number, endId: number): number {
  if (place.kind === 'percent') return firstId + Math.round(((endId - 1 - firstId) * place.value) / 100);
  return place.number < 0 ? endId + place.number : place.number - 1;
}
