import type {Level} from '../records/level.ts';
import {clip, padTo} from '../terminal/fit.ts';
import {sanitise} from '../terminal/sanitise.ts';
import type {Color, Style} from '../terminal/style.ts';
import {concat, plain, type StyledText, StyledTextBuilder} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';

/** Widths of the parts on the left of the text, in cells; 0 for none. */
export type Gutter = {
  /** For the number of each line and the space after it: `numberCells` of the newest id. */
  readonly numberCells: number;
  /** For the name of the pipeline, without the space after it. */
  readonly originCells: number;
};

/** The state of an entry beside its text. Read at each painting, so that it may change at any time. */
export type RowState = {
  /** The level of the record that a line belongs to. */
  readonly level?: Level | undefined;
  /** Shown only because it is near a match: the whole row is dim. */
  readonly isAround: boolean;
  /** Records in the row; 1 unless it is a fold. */
  readonly folded: number;
  readonly marked: boolean;
  readonly selected: boolean;
  /** The pipeline, in a log of several. */
  readonly origin?: {readonly name: string; readonly color: Color} | undefined;
};

/** The margin: the current line or the selection, and the user's mark or the bar of errors. */
const marginCells = 2;
/** With fewer cells of text than this, numbers and names are left out. */
const leastText = 16;

// Bars are painted blanks: text that is selected with the mouse is copied without them. The bar of the selection has the
// colour of the text: blue is hard to see on black.
const selectionBar: Style = {inverse: true};
const errorBar: Style = {inverse: true, fg: 1};
const currentStyle: Style = {bold: true};
const markStyle: Style = {bold: true, fg: 6};

/** Cells on the left of the text. */
export function gutterCells({numberCells, originCells}: Gutter): number {
  return marginCells + numberCells + (originCells > 0 ? originCells + 1 : 0);
}

/** The gutter that leaves room for text in a row of `width` cells. */
export function fitGutter(gutter: Gutter, width: number): Gutter {
  const narrower = [gutter, {...gutter, numberCells: 0}, {numberCells: 0, originCells: 0}];
  return narrower.find((each) => width - gutterCells(each) >= leastText) ?? {numberCells: 0, originCells: 0};
}

/** `numberCells` for a log; grows by two digits at a time, so that rows seldom move. */
export function numberCells(endId: number): number {
  const digits = String(Math.max(1, endId)).length;
  return 1 + Math.max(5, digits + (digits % 2 === 0 ? 1 : 0));
}

/** The left of each row of an entry. `number` is undefined for rows without one. */
export function paintGutter(
  state: RowState,
  gutter: Gutter,
  {isCurrent, number, symbols}: {isCurrent: boolean; number: number | undefined; symbols: Symbols},
): StyledText {
  const current = plain(isCurrent ? symbols.currentLine : ' ', {
    ...(isCurrent && currentStyle),
    ...(state.selected && selectionBar),
  });
  const mark = plain(state.marked ? symbols.mark : ' ', {
    ...(state.marked && markStyle),
    ...(state.level === 'ERROR' && errorBar),
  });
  const parts = [current, mark];
  if (gutter.numberCells > 0) {
    parts.push(plain(`${number ?? ''} `.padStart(gutter.numberCells), {dim: true}));
  }
  if (gutter.originCells > 0) parts.push(originOf(state, gutter.originCells), plain(' '));
  return concat(parts);
}

function originOf({origin}: RowState, cells: number): StyledText {
  const name = origin ? plain(sanitise(origin.name).text, {fg: origin.color}) : plain('');
  return padTo(clip(name, 0, cells), cells);
}

/** The text of the current line: nothing is dim, and text without a colour is bold. Bold colours may be too bright. */
export function emphasised({text, runs}: StyledText): StyledText {
  const builder = new StyledTextBuilder();
  let at = 0;
  for (const {start, end, style} of runs) {
    const {dim: _, ...rest} = style;
    builder.add(text.slice(at, start), {bold: true});
    builder.add(text.slice(start, end), style.fg === undefined ? {...rest, bold: true} : rest);
    at = end;
  }
  builder.add(text.slice(at), {bold: true});
  return builder.finish();
}

/** The same text, dim. Text with a background (hits, control characters) stays visible. */
export function dimmed({text, runs}: StyledText): StyledText {
  const parts: StyledText[] = [];
  let at = 0;
  for (const run of runs) {
    const isPaintedOver = run.style.inverse === true || run.style.bg !== undefined;
    if (!isPaintedOver) continue;
    parts.push(plain(text.slice(at, run.start), {dim: true}), plain(text.slice(run.start, run.end), run.style));
    at = run.end;
  }
  return concat([...parts, plain(text.slice(at), {dim: true})]);
}
