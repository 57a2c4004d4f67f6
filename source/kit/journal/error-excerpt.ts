import {textWidth} from '../../lib/width.ts';
import {plain, type StyledText} from '../terminal/styled-text.ts';
import {cutBeforeEnd} from '../words/excerpt.ts';
import {eventWords, lostStreamWords, rangeWords} from './event-words.ts';
import {type ErrorEnds, isOfErrors, type PipelineEvent} from './pipeline-event.ts';

/** `column`: cells of the widest of the rows that are listed together. */
type Room = {readonly column: number; readonly cells: number; readonly ellipsis: string};

/** The words of errors in at most `cells` cells. */
export function errorExcerpt(ends: ErrorEnds, {column, cells, ellipsis}: Room): StyledText {
  return cutBeforeEnd(rangeWords(ends, column, ellipsis), cells, ellipsis);
}

/** The words of an event in a list: of one that has a reason, in at most `cells` cells with the end of that. */
export function eventExcerpt(event: PipelineEvent, room: Room & {readonly width: number}): StyledText {
  if (isOfErrors(event)) return errorExcerpt(event.ends, room);
  const words = plain(eventWords(event, room.width).text);
  switch (event.kind) {
    case 'failed':
    case 'unavailable':
    case 'outage':
    case 'disconnected':
    case 'checkpoint':
      return cutBeforeEnd(words, room.cells, room.ellipsis);
    case 'stream-lost':
      return plain(lostStreamWords(event, room.cells));
    case 'gap': {
      const {marker} = event;
      const isTooLong = textWidth(words.text) > room.cells && marker.kind === 'unread';
      return isTooLong ? plain(lostStreamWords({marker}, room.cells)) : words;
    }
    default:
      // Those of a connector begin with its name.
      return words;
  }
}
