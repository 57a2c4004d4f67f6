import {clip} from '../terminal/fit.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import {textWidth} from '../terminal/width.ts';
import {rangeWords} from './event-words.ts';
import type {ErrorEnds} from './pipeline-event.ts';

/** Shares of the room for the beginning of a text that is cut: the greater one where the end has enough cells then. */
const leastHead = 1 / 8;
const mostHead = 1 / 4;
/** Cells for a reason and the place in the input: ``missing field `id` at line 1 column 44``. */
const enoughForEnd = 40;
/** Cells by which the text after the cut may begin later, to begin with a word. */
const wordSlack = 12;

/**
 * The words of errors in at most `cells` cells. An error tells its reason last: where the words are cut, there are
 * their beginning, an ellipsis and their end. `column`: cells of the widest of the rows that are listed together.
 */
export function errorExcerpt(
  ends: ErrorEnds,
  {column, cells, ellipsis}: {readonly column: number; readonly cells: number; readonly ellipsis: string},
): StyledText {
  return cutBeforeEnd(rangeWords(ends, column, ellipsis), cells, ellipsis);
}

/** The text in at most `cells` cells. `ellipsis`: of one cell. */
export function cutBeforeEnd(styled: StyledText, cells: number, ellipsis: string): StyledText {
  const total = textWidth(styled.text);
  if (total <= cells) return styled;
  if (cells <= 0) return plain('');
  const headCells = Math.floor(Math.min(cells * mostHead, Math.max(cells * leastHead, cells - 1 - enoughForEnd)));
  const at = wordFrom(styled, total - (cells - headCells - 1));
  return concat([clip(styled, 0, headCells), plain(ellipsis, {dim: true}), clip(styled, at, total - at)]);
}

/** The cell at which the next word begins, if that is near; else `from`. */
function wordFrom(styled: StyledText, from: number): number {
  return from + Math.max(0, clip(styled, from - 1, wordSlack).text.indexOf(' '));
}
