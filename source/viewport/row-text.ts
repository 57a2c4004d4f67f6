import {clip, clippedSides, padTo} from '../terminal/clip.ts';
import type {Style} from '../terminal/style.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {textWidth} from '../terminal/width.ts';
import {count} from './words.ts';

const quiet: Style = {dim: true};

/** The part of a line, `width` cells from cell `pan` on; what goes on beyond a border is marked there. */
export function panned(line: StyledText, pan: number, width: number, symbols: Symbols): StyledText {
  const cut = clippedSides(line.text, pan, width);
  const text = clip(line, pan, width);
  const left = cut.left ? [plain(symbols.cutLeft, quiet), clip(text, 1, width - 1)] : [text];
  if (!cut.right) return concat(left);
  return concat([clip(concat(left), 0, width - 1), plain(symbols.cutRight, quiet)]);
}

/** What stands at the right border of an entry's last row. */
export type RowEnd = {
  /** How long the line is of which only a part is shown. */
  readonly label: string | undefined;
  /** How many records the row stands for. */
  readonly folded: number;
};

/** The text of a row with its end at the right border of `width` cells, over the text where there is no room. */
export function withEnd(text: StyledText, {label, folded}: RowEnd, width: number, symbols: Symbols): StyledText {
  if (label === undefined && folded <= 1) return text;
  const end = concat([
    plain(label ?? '', {dim: true, inverse: true}),
    plain(folded > 1 ? ` ${symbols.times}${count(folded)}` : '', {bold: true}),
  ]);
  const room = width - textWidth(end.text);
  if (room <= 0) return clip(end, 0, width);
  // What the end takes away from the text is marked like everything that goes on beyond a border; a label says it.
  const isMarked = label === undefined && textWidth(text.text) > room;
  const left = isMarked ? concat([clip(text, 0, room - 1), plain(symbols.cutRight, quiet)]) : clip(text, 0, room);
  return concat([padTo(left, room), end]);
}
