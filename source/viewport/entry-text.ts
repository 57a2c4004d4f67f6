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

export type Highlight = {readonly pattern: Pattern; readonly style: Style};

/** The text of an entry on the screen: the part that depends only on the entry and the options. */
export type EntryText = {
  /** The message's lines are separated by newlines. */
  readonly styled: StyledText;
  /** Start of each row in `styled.text`. Without wrapping each line of the message is a row. */
  readonly offsets: readonly number[];
  /** The line's length, shown at the right border; undefined if the whole line is shown. */
  readonly label: string | undefined;
  /** Unix time in ms; undefined if the entry is no record. */
  readonly at: number | undefined;
  /** Cells of the time column, with which `styled.text` begins; 0 for none. */
  readonly timeCells: number;
  /** The hits of the search in `styled.text`. */
  readonly hits: readonly TextRange[];
};

/** UTF-16 offsets, the end exclusive. */
type TextRange = {readonly start: number; readonly end: number};

/** How lines become text: as sent if `compact` is undefined. */
export type EntryForm = {
  /** Cells of a row. */
  readonly cells: number;
  readonly wrap: boolean;
  readonly symbols: Symbols;
  readonly compact: CompactForm | undefined;
  readonly highlights: readonly Highlight[];
  readonly hits: Pattern | undefined;
};

/** In order of use. Both colours are set for light and dark screens; without colours there is the underline. */
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
/** Rows of an entry, at most: 64 KiB at 80 columns are 820. */
const wrapLimit = 1000;

/** The words of a marker on the screen. It may quote `deployment_error`, which may have text of a pipeline. */
export function markerWords(marker: Marker): string {
  return sanitise(markerText(marker)).text;
}

/** A marker between rules, wrapped at words. Only its words are searched. */
export function markerEntry(marker: Marker, {cells, symbols, hits, highlights}: EntryForm): EntryText {
  const rule = symbols.rule.repeat(cells >= 60 ? 4 : 1);
  const words = markerWords(marker);
  const opened = `${rule} ${words}`;
  // Without room the closing rule is omitted: it must not make a second row.
  const closed = `${opened} ${rule}`;
  const text = textWidth(closed) <= cells ? closed : opened;
  const rangesOf = (pattern: Pattern) =>
    pattern.ranges(words).map(({start, end}) => ({start: start + rule.length + 1, end: end + rule.length + 1}));
  const found = hits ? rangesOf(hits) : [];
  let styled = plain(text, markerStyles[markerTone(marker)]);
  for (const {pattern, style} of highlights) styled = overlay(styled, rangesOf(pattern), style);
  styled = overlay(styled, found, hitStyle);
  return {styled, offsets: wordOffsets(text, cells), label: undefined, at: undefined, timeCells: 0, hits: found};
}

/** A line in its compact form; as sent if it is no record, or if the compact form would hide all its hits. */
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
  const found = hits ? hitRanges(hits, styled.text, compact, cells) : [];
  styled = overlay(styled, found, hitStyle);
  const at = record && timeOfText(record.timeText);
  return {...layOut(styled, bytes.length, form), at, timeCells: cells, hits: found};
}

/** The hits in an entry's text, without those in a time column whose text is not in the line. */
function hitRanges(
  pattern: Pattern,
  text: string,
  compact: CompactForm | undefined,
  column: number,
): readonly TextRange[] {
  const ranges = pattern.ranges(text);
  return column === 0 || !compact || isVerbatim(compact.time) ? ranges : ranges.filter(({start}) => start >= column);
}

/** One row of an entry. `styled`: the entry's text in other styles. */
export function rowOf({styled: own, offsets}: EntryText, row: number, styled = own): StyledText {
  if (offsets.length === 1) return styled;
  const next = offsets[row + 1];
  const end = next === undefined ? own.text.length : endBefore(own.text, next);
  return slice(styled, offsets[row] ?? 0, end);
}

/** The end of the row before the row at `next`: a newline between them is in neither. */
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

/** The starts of the rows of a text, at most one more than the limit. */
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
