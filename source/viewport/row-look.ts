import type {Level} from '../records/level.ts';
import type {Color} from '../terminal/color.ts';
import {concat, plain, type StyledText, StyledTextBuilder} from '../terminal/styled-text.ts';

/** What the pane knows of an entry beyond its text; asked for at each painting, so that it may change at any time. */
export type RowLook = {
  /** The level of the record that a line belongs to. */
  readonly level?: Level | undefined;
  /** Shown only because it stands around a match: the whole row is dim. */
  readonly isAround: boolean;
  /** Records that the row stands for; 1 unless they were folded. */
  readonly folded: number;
  readonly marked: boolean;
  readonly selected: boolean;
  /** The pipeline, in a log of several. */
  readonly origin?: {readonly name: string; readonly color: Color} | undefined;
};

/** The text of the current line: nothing in it is dim, and what has no colour is bold. Bold colours may be too bright. */
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

/** The same text all dim; what is painted over (hits, stand-ins of control characters) stays visible. */
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
