import {count, counted} from '../lib/format.ts';
import {type ErrorGroup, watchedKey} from '../records/error-log.ts';
import {plain, type StyledText, slice} from '../terminal/styled-text.ts';
import {compactLine, readLine} from '../viewport/line-text.ts';
import type {TimelineEvent} from './events.ts';

/** With fewer cells the target would leave too little room for the message. */
export const widthWithTarget = 100;

/** `width`: cells of the screen. */
export function timelineWords(event: TimelineEvent, width: number): StyledText {
  switch (event.kind) {
    case 'failed':
    case 'silent':
      return plain(event.why);
    case 'stopped':
      return plain(`now ${event.state}`);
    case 'lost':
      return plain(lostWords(event));
    case 'restarted':
      return plain(event.logCleared ? "server's log began anew; what it lost is unknown" : 'started again');
    case 'connectors':
      return plain(counted(event.count, 'connector error', 'connector errors'));
    case 'errors':
      return errorWords(event.group, width);
  }
}

/** Cells of the level and the space after it. */
const levelCells = 6;

/** The group's example without name, time and level. `width`: cells of the screen, or of a column for the words. */
export function errorWords({example, key}: ErrorGroup, width: number): StyledText {
  const {asSent, record} = readLine(example);
  if (!record) return asSent;
  const compactness = width < widthWithTarget ? 'no-target' : 'full';
  const text = compactLine(asSent, record, {compactness, time: 'off', offsetAt: () => 0});
  // Errors are all of one level; a watched line may be of any.
  return key === watchedKey ? text : slice(text, levelCells, text.text.length);
}

/** `5 entries lost in 2 gaps`, `3 to 5 entries lost`. A cut line lost its end, which is no entry. */
function lostWords({gaps, atLeast, atMost}: Extract<TimelineEvent, {kind: 'lost'}>): string {
  const where = gaps === 1 ? '' : ` in ${counted(gaps, 'gap', 'gaps')}`;
  if (atMost === 0) return `the end of a line lost${where}`;
  const entries = counted(atMost, 'entry', 'entries');
  return `${atLeast === atMost ? '' : `${count(atLeast)} to `}${entries} lost${where}`;
}
