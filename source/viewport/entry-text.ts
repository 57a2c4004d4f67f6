import type {Marker} from '../buffer/markers.ts';
import type {Pattern} from '../buffer/pattern.ts';
import {visibleBytes} from '../buffer/style-joints.ts';
import {byteSize} from '../lib/format.ts';
import {wordOffsets, wrapOffsets} from '../terminal/fit.ts';
import {sanitise} from '../terminal/sanitise.ts';
import type {Style} from '../terminal/style.ts';
import {concat, overlay, plain, type StyledText, slice} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {textWidth} from '../terminal/width.ts';
import {markerText, markerTone} from '../words/markers.ts';
import {type CompactForm, compactRows, readLine} from './line-text.ts';
import {isVerbatim, timeCells, timeOfText} from './time-column.ts';

/** A pattern whose occurrences are painted. */
export type Highlight = {readonly pattern: Pattern; readonly style: Style};

/** An entry as text for the screen: the part that changes only with the entry or the options. */
export type EntryText = {
  /** The lines of its message, separated by newlines. */
  readonly styled: StyledText;
  /** Start of each row in `styled.text`; without wrapping, one row for each line of its message. */
  readonly offsets: readonly number[];
  /** Shown at the right border when only a part of the line is shown. */
  readonly label: string | undefined;
  /** The time of a record, Unix time in ms. */
  readonly at: number | undefined;
  /** Length of the time column at the beginning of `styled.text`. */
  readonly timeCells: number;
};

/** How lines become text. Without `compact` as sent. */
export type EntryForm = {
  /** Cells of a row of text. */
  readonly cells: number;
  readonly wrap: boolean;
  readonly symbols: Symbols;
  readonly compact: CompactForm | undefined;
  readonly highlights: readonly Highlight[];
  readonly hits: Pattern | undefined;
};

/**
 * The styles of highlighted patterns, in turn. Foreground and background are both set, for light and dark screens; without
 * colours they are underlined. Yellow is for the current hit.
 */
export const highlightStyles: readonly Style[] = [
  {fg: 0, bg: 6, underline: true},
  {fg: 0, bg: 2, underline: true},
  {fg: 15, bg: 4, underline: true},
  {fg: 15, bg: 5, underline: true},
  {fg: 15, bg: 1, underline: true},
  {fg: 0, bg: 14, underline: true},
];

const hitStyle: Style = {inverse: true};
const markerStyles: Readonly<Record<ReturnType<typeof markerTone>, Style>> = {
  quiet: {dim: true},
  notice: {fg: 6},
  loss: {fg: 1, bold: true},
};
/** Rows of a wrapped line, at most: 64 KiB at 80 columns are 820. */
const wrapLimit = 1000;

/** A marker between rules, wrapped at words. */
export function markerEntry(marker: Marker, {cells, symbols}: EntryForm): EntryText {
  const rule = symbols.rule.repeat(cells >= 60 ? 4 : 1);
  // It has the first line of `deployment_error`: text that a pipeline may have written.
  const words = sanitise(`${rule} ${markerText(marker)}`).text;
  // The closing rule gets no row of its own.
  const closed = `${words} ${rule}`;
  const text = textWidth(closed) <= cells ? closed : words;
  const styled = plain(text, markerStyles[markerTone(marker)]);
  return {styled, offsets: wordOffsets(text, cells), label: undefined, at: undefined, timeCells: 0};
}

/** A line in its compact form; as sent if it is no record, or if a hit is in a part that the compact form hides. */
export function lineEntry(bytes: Uint8Array, form: EntryForm): EntryText {
  const {compact, hits, highlights} = form;
  const {asSent, record} = readLine(bytes);
  let styled = asSent;
  let cells = 0;
  if (compact && record) {
    const text = joinRows(compactRows(asSent, record, compact));
    const column = timeCells(compact.time, compact.compactness === 'short-time');
    if (!hits || hitRanges(hits, text.text, compact, column).length > 0 || hits.ranges(asSent.text).length === 0) {
      styled = text;
      cells = column;
    }
  }
  for (const {pattern, style} of highlights)
    styled = overlay(styled, hitRanges(pattern, styled.text, compact, cells), style);
  if (hits) styled = overlay(styled, hitRanges(hits, styled.text, compact, cells), hitStyle);
  return {...layOut(styled, bytes.length, form), at: record && timeOfText(record.timeText), timeCells: cells};
}

/** The hits in the text of an entry; none in a time column that shows characters not in the line. */
export function hitRanges(
  pattern: Pattern,
  text: string,
  compact: CompactForm | undefined,
  column: number,
): readonly {start: number; end: number}[] {
  const ranges = pattern.ranges(text);
  return column === 0 || !compact || isVerbatim(compact.time) ? ranges : ranges.filter(({start}) => start >= column);
}

/** One row of an entry; `styled`: its text in other styles. */
export function rowOf({styled: own, offsets}: EntryText, row: number, styled = own): StyledText {
  if (offsets.length === 1) return styled;
  const next = offsets[row + 1];
  const end = next === undefined ? own.text.length : endBefore(own.text, next);
  return slice(styled, offsets[row] ?? 0, end);
}

/** Where the row ends whose next row begins at `next`: the newline is in neither. */
function endBefore(text: string, next: number): number {
  return text[next - 1] === '\n' ? next - 1 : next;
}

function joinRows(rows: readonly StyledText[]): StyledText {
  const [first = plain(''), ...more] = rows;
  return more.length === 0 ? first : concat([first, ...more.flatMap((row) => [plain('\n'), row])]);
}

function layOut(styled: StyledText, byteLength: number, form: EntryForm) {
  const offsets = rowOffsets(styled.text, form);
  const isCut = byteLength > visibleBytes || offsets.length > wrapLimit;
  const label = isCut ? `${form.symbols.ellipsis} ${byteSize(byteLength)}` : undefined;
  if (offsets.length <= wrapLimit) return {styled, offsets, label};
  const end = endBefore(styled.text, offsets[wrapLimit] ?? 0);
  return {styled: slice(styled, 0, end), offsets: offsets.slice(0, wrapLimit), label};
}

/** Where the rows of a text begin; of too many, one more than the limit. */
function rowOffsets(text: string, {cells, wrap}: EntryForm): readonly number[] {
  const offsets: number[] = [];
  for (let start = 0; offsets.length <= wrapLimit; ) {
    const newline = text.indexOf('\n', start);
    if (wrap) {
      const line = text.slice(start, newline === -1 ? text.length : newline);
      for (const offset of wrapOffsets(line, cells, wrapLimit + 1 - offsets.length)) offsets.push(start + offset);
    } else offsets.push(start);
    if (newline === -1) break;
    start = newline + 1;
  }
  return offsets;
}
