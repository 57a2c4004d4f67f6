import {count, counted} from '../lib/format.ts';
import {type ErrorGroup, watchedKey} from '../records/error-log.ts';
import {plain, type StyledText, slice} from '../terminal/styled-text.ts';
import {compactLine, readLine} from '../viewport/line-text.ts';
import type {TimelineEvent} from './events.ts';

/** Cells of the level and the space after it. */
const levelCells = 6;
/** Below this width the target would leave too little room for the message. */
export const widthWithTarget = 100;

/** What the lines of a fingerprint say, without name, time and level, of the first of them. `width`: of the screen. */
export function errorWords({example, key}: ErrorGroup, width: number): StyledText {
  const {asSent, record} = readLine(example);
  if (!record) return asSent;
  const compactness = width < widthWithTarget ? 'no-target' : 'full';
  const text = compactLine(asSent, record, {compactness, time: 'off', offsetAt: () => 0});
  // Errors are all of one level; a line that is watched may be of any.
  return key === watchedKey ? text : slice(text, levelCells, text.text.length);
}

/** `5 entries lost in 2 gaps`, `3 to 5 entries lost`, and of a cut line, whose rest has no number, its end. */
export function lostWords({gaps, atLeast, atMost}: Extract<TimelineEvent, {kind: 'lost'}>): string {
  const where = gaps === 1 ? '' : ` in ${counted(gaps, 'gap', 'gaps')}`;
  if (atMost === 0) return `the end of a line lost${where}`;
  const entries = counted(atMost, 'entry', 'entries');
  return `${atLeast === atMost ? '' : `${count(atLeast)} to `}${entries} lost${where}`;
}

/** A happening in a few words, for a screen of this width. */
export function timelineWords(happening: TimelineEvent, width: number): StyledText {
  switch (happening.kind) {
    case 'failed':
    case 'silent':
      return plain(happening.why);
    case 'stopped':
      return plain(`now ${happening.state}`);
    case 'lost':
      return plain(lostWords(happening));
    case 'restarted':
      return plain(happening.logCleared ? "server's log began anew; what it lost is unknown" : 'started again');
    case 'connectors':
      return plain(counted(happening.count, 'connector error', 'connector errors'));
    case 'errors':
      return errorWords(happening.group, width);
  }
}
