import {textWidth} from '../../lib/width.ts';
import {clip} from '../terminal/fit.ts';
import {concat, plain, type StyledText, slice} from '../terminal/styled-text.ts';

/** Shares of the room for the beginning of a text that is cut: the greater one where the end has enough cells then. */
const leastHead = 1 / 8;
const mostHead = 1 / 4;
/** Cells for a reason and the place in the input: ``missing field `id` at line 1 column 44``. */
const enoughForEnd = 40;
/** Cells by which the text after the cut may begin later, to begin with a word. */
const wordSlack = 12;
/** Behind the message of a panic: `(dbsp-worker-0 at src/main.rs:64:21)`. */
const panicPlace = / \((?:[^()]* at )?[^\s()]+\.rs:\d+(?::\d+)?\)$/;

/**
 * The text of an error in at most `cells` cells. It tells its reason last: where it is cut, there are its beginning, an
 * ellipsis and its end. The place of a panic comes behind the reason, and goes first. `ellipsis`: of one cell.
 */
export function cutBeforeEnd(styled: StyledText, cells: number, ellipsis: string): StyledText {
  if (textWidth(styled.text) <= cells) return styled;
  if (cells <= 0) return plain('');
  const mark = plain(ellipsis, {dim: true});
  const place = styled.text.search(panicPlace);
  const text = place === -1 ? styled : slice(styled, 0, place);
  const total = textWidth(text.text);
  if (total < cells) return concat([text, mark]);
  const headCells = Math.floor(Math.min(cells * mostHead, Math.max(cells * leastHead, cells - 1 - enoughForEnd)));
  const at = wordFrom(text, total - (cells - headCells - 1));
  return concat([clip(text, 0, headCells), mark, clip(text, at, total - at)]);
}

/** The cell at which the next word begins, if that is near; else `from`. */
function wordFrom(styled: StyledText, from: number): number {
  return from + Math.max(0, clip(styled, from - 1, wordSlack).text.indexOf(' '));
}
