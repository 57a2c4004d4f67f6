import type {Style} from './style.ts';
import {concat, plain, type StyledText, slice} from './styled-text.ts';
import {spans, textWidth} from './width.ts';

/**
 * The window of `cells` cells that begins at cell `fromCell`. A wide grapheme cut by a border of the window becomes a
 * space in its style, so that what follows keeps its column. The result is never wider than `cells`, and narrower only
 * where the text ends.
 */
export function clip(styled: StyledText, fromCell: number, cells: number): StyledText {
  if (cells <= 0) return plain('');
  const toCell = fromCell + cells;
  let cell = 0;
  /** The whole graphemes inside the window. */
  let start: number | undefined;
  let end = 0;
  /** The offsets of the graphemes that are cut. */
  let cutLeft: number | undefined;
  let cutRight: number | undefined;
  for (const span of spans(styled.text)) {
    if (cell >= toCell) break;
    const next = cell + span.cells;
    if (span.splittable) {
      if (next > fromCell) {
        start ??= span.start + Math.max(0, fromCell - cell);
        end = span.start + Math.min(span.cells, toCell - cell);
      }
    } else if (cell >= fromCell && next <= toCell) {
      start ??= span.start;
      end = span.end;
    } else if (next > fromCell) {
      // Of a window of one cell both borders may cut the same grapheme.
      if (cell < fromCell) cutLeft = span.start;
      else cutRight = span.start;
    }
    cell = next;
  }
  const whole = start === undefined ? plain('') : slice(styled, start, end);
  if (cutLeft === undefined && cutRight === undefined) return whole;
  return concat([spaceLike(styled, cutLeft), whole, spaceLike(styled, cutRight)]);
}

/** Which sides of the text the window leaves out. */
export function clippedSides(text: string, fromCell: number, cells: number): {left: boolean; right: boolean} {
  let cell = 0;
  for (const span of spans(text)) {
    cell += span.cells;
    if (cell > fromCell + cells) return {left: fromCell > 0, right: true};
  }
  return {left: fromCell > 0 && cell > 0, right: false};
}

/** The text in at most so many cells, 1 at least; the end of what is cut is `ellipsis`, which has one cell. */
export function shorten(text: string, cells: number, ellipsis: string): string {
  return textWidth(text) <= cells ? text : `${clip(plain(text), 0, cells - 1).text}${ellipsis}`;
}

/** Fills up with spaces in `style` to `cells` cells; text that is already that wide is left as it is. */
export function padTo(styled: StyledText, cells: number, style?: Style): StyledText {
  const missing = cells - textWidth(styled.text);
  return missing > 0 ? concat([styled, plain(' '.repeat(missing), style)]) : styled;
}

function spaceLike(styled: StyledText, offset: number | undefined): StyledText {
  if (offset === undefined) return plain('');
  return plain(' ', styled.runs.find((run) => run.start <= offset && offset < run.end)?.style);
}
