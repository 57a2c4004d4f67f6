import type {Level} from '../../engine/records/level.ts';
import {padTo} from '../terminal/fit.ts';
import type {Color, Style} from '../terminal/style.ts';
import {concat, plain, restyle, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';

/** The state of an entry beside its text, read for each frame. */
export type RowState = {
  /** Level of a record, at its first line. */
  readonly level?: Level | undefined;
  /** The entry is shown only because it is near a match: its row is dim. */
  readonly isAround: boolean;
  /** Records in the row; 1 unless it is a fold. */
  readonly folded: number;
  /** Errors that the records in the row stand for and the log does not have. */
  readonly suppressed: number;
  /** Lines in the row; 1 unless it is a closed long record. */
  readonly lines: number;
  readonly marked: boolean;
  readonly selected: boolean;
  /** The entry is of the record with the current line. */
  readonly isOfCurrent: boolean;
  /** The pipeline in a merged log; its name has at most the cells of the gutter. */
  readonly origin?: {readonly name: string; readonly color: Color} | undefined;
};

/** One cell for the current line and the selection, one for the user's mark or that of an error. */
const marginCells = 2;
/** Names are omitted if the text would have fewer cells. */
const leastText = 16;

// A painted space, so that text selected with the mouse is copied without it. It has the text's colour: blue is hard to
// see on black.
const selectionBar: Style = {inverse: true};
const errorStyle: Style = {fg: 1};
const currentStyle: Style = {bold: true};
const markStyle: Style = {bold: true, fg: 6};

/** `originCells`: of a pipeline's name, without the space after it; 0 for none. */
export function gutterCells(originCells: number): number {
  return marginCells + (originCells > 0 ? originCells + 1 : 0);
}

/** The cells of names in a row of `width` cells: 0 if there is no room for them. */
export function fitOrigin(originCells: number, width: number): number {
  return width - gutterCells(originCells) >= leastText ? originCells : 0;
}

/** The part of a row to the left of its text. */
export function paintGutter(
  state: RowState,
  originCells: number,
  {isCurrent, isFirst, symbols}: {isCurrent: boolean; isFirst: boolean; symbols: Symbols},
): StyledText {
  const current = plain(isCurrent ? symbols.currentLine : ' ', {
    ...(isCurrent && currentStyle),
    ...(state.selected && selectionBar),
  });
  const isError = isFirst && state.level === 'ERROR';
  const mark = plain(state.marked ? symbols.mark : isError ? symbols.errorBar : ' ', {
    ...(state.marked && markStyle),
    ...(isError && errorStyle),
  });
  const parts = [current, mark];
  if (originCells > 0) parts.push(originOf(state, originCells), plain(' '));
  return concat(parts);
}

function originOf({origin}: RowState, cells: number): StyledText {
  if (!origin) return padTo(plain(''), cells);
  return padTo(plain(origin.name, {fg: origin.color}), cells);
}

/** The text of the current line: not dim, and bold where it has no colour, as bold colours may be too bright. */
export function emphasised(line: StyledText): StyledText {
  return restyle(line, ({dim: _, ...rest}) => (rest.fg === undefined ? {...rest, bold: true} : rest));
}

/** A row of the current record on its ground; nothing of it is dim. What has a ground of its own keeps it. */
export function grounded(row: StyledText, bg: Color): StyledText {
  return restyle(row, ({dim: _, ...rest}) => (rest.inverse || rest.bg !== undefined ? rest : {...rest, bg}));
}

/** The text, dim except where it has a background (matches, control characters). */
export function dimmed(line: StyledText): StyledText {
  return restyle(line, (style) => (style.inverse === true || style.bg !== undefined ? style : {dim: true}));
}
