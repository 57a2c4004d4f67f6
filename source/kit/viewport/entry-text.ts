import type {Marker} from '../../engine/buffer/markers.ts';
import type {Pattern} from '../../engine/buffer/pattern.ts';
import {visibleBytes} from '../../engine/buffer/style-joints.ts';
import {byteSize, timeOfText} from '../../lib/format.ts';
import {textWidth} from '../../lib/width.ts';
import {wordOffsets} from '../terminal/fit.ts';
import {badge, type Colors, type Style} from '../terminal/style.ts';
import {joinLines, overlay, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {markerText, markerTone} from '../words/marker-words.ts';
import {type CompactForm, compactText, levelEnd, messageColumn, readLine, timeColumn} from './line-text.ts';
import type {TimeMode, ZoneOffset} from './time-column.ts';

export type Highlight = {readonly pattern: Pattern; readonly style: Style};

/** Shape of an entry's rows. */
export type EntryShape = {
  /** The entry continues the record of a line with a time and a level. */
  readonly isContinuation: boolean;
  /** Rows of each line of its message, at most: 1, or as many as it needs. */
  readonly mostRows: number;
};

/** One row: `[start, end)` of the entry's text behind `indent` blanks. It may be too wide for the pane. */
type EntryRow = {readonly start: number; readonly end: number; readonly indent: number};

/** The text of an entry on the screen: the part that depends only on the entry and the options. */
export type EntryText = {
  readonly shape: EntryShape | undefined;
  /** The message's lines are separated by newlines. */
  readonly styled: StyledText;
  /** At least one. */
  readonly rows: readonly EntryRow[];
  /** Length of time and level and what is before them, in UTF-16 units; 0 if the text is not that of a record. */
  readonly headLength: number;
  /** A record that is shown as sent: time and level are too far to the right to stay in place while it is panned. */
  readonly isAsSent: boolean;
  /** The line's length, shown at the right border; undefined if the whole line is shown. */
  readonly label: string | undefined;
  /** Rows that are left out while following. */
  readonly hiddenRows: number;
  /** Unix time in ms; undefined if the entry is no record. */
  readonly at: number | undefined;
  /** Cells of the time column, with which `styled.text` begins; 0 for none. */
  readonly timeCells: number;
  /** The matches of the search in `styled.text`. */
  readonly matches: readonly TextRange[];
};

/** UTF-16 offsets, the end exclusive. */
export type TextRange = {readonly start: number; readonly end: number};

/** Form in which lines become text: as sent if `compact` is undefined. */
export type EntryForm = {
  /** Cells of a row. */
  readonly cells: number;
  readonly symbols: Symbols;
  readonly compact: CompactForm | undefined;
  /** Rows of a line, at most. */
  readonly mostRows: number;
  /** Zone of the times in the words of markers. */
  readonly zone: ZoneOffset;
  readonly highlights: readonly Highlight[];
  readonly search: Pattern | undefined;
};

const matchStyle: Style = {inverse: true};
/** Not bold, which makes colours bright in some terminals; but without colours, since other matches are inverse, too. */
export function currentMatchStyle(colors: Colors): Style {
  return colors === 'none' ? {inverse: true, bold: true} : badge;
}

const markerStyles: Readonly<Record<ReturnType<typeof markerTone>, Style>> = {
  quiet: {dim: true},
  notice: {fg: 6},
  loss: {fg: 1, bold: true},
};
/** Rows of an entry, at most: 64 KiB at 80 columns are 820. */
export const wrapLimit = 1000;
/** Rows of an error that nobody asked to wrap, at most; also those that are counted of one that has fewer. */
export const errorLimit = 100;

/** Cells of the rules on both sides of a marker, in a row of `cells` cells. */
export function ruleCells(cells: number): number {
  return cells >= 60 ? 4 : 1;
}

/** A marker between rules, wrapped at words. Only its words are searched. */
export function markerEntry(marker: Marker, {cells, symbols, zone, search, highlights}: EntryForm): EntryText {
  const rule = symbols.rule.repeat(ruleCells(cells));
  const words = markerText(marker, zone);
  const opened = `${rule} ${words}`;
  // Without room the closing rule is omitted: it must not make a second row.
  const closed = `${opened} ${rule}`;
  const text = textWidth(closed) <= cells ? closed : opened;
  const rangesOf = (pattern: Pattern) =>
    pattern.ranges(words).map(({start, end}) => ({start: start + rule.length + 1, end: end + rule.length + 1}));
  const found = search ? rangesOf(search) : [];
  let styled = plain(text, markerStyles[markerTone(marker)]);
  for (const {pattern, style} of highlights) styled = overlay(styled, rangesOf(pattern), style);
  styled = overlay(styled, found, matchStyle);
  const offsets = wordOffsets(text, cells);
  const rows = offsets.map((start, row) => ({start, end: offsets[row + 1] ?? text.length, indent: 0}));
  return {
    shape: undefined,
    styled,
    rows,
    matches: found,
    headLength: 0,
    isAsSent: false,
    label: undefined,
    hiddenRows: 0,
    at: undefined,
    timeCells: 0,
  };
}

/** `length`: of the whole line, where its `bytes` may be what is visible. `canonical`, `prefix`: see `readLine`. */
type EntryLine = {
  readonly bytes: Uint8Array;
  readonly length?: number;
  readonly canonical?: Uint8Array | undefined;
  readonly prefix?: number | undefined;
};

/** A line in its compact form; as sent if it is no record, or if the compact form would hide all its matches. */
export function lineEntry(line: EntryLine, form: EntryForm, shape: EntryShape): EntryText {
  const {bytes, length = bytes.length, canonical, prefix} = line;
  const {compact, search, highlights} = form;
  const {asSent, record, text: read} = readLine(bytes, canonical, prefix);
  let styled = asSent;
  let isAsSent = record !== undefined;
  let headLength = record && read === asSent ? levelEnd(asSent.text, record) : 0;
  let cells = 0;
  // Rows that continue a record are below its message.
  let column = compact && shape.isContinuation ? messageColumn(compact, form.cells) : 0;
  if (compact && record) {
    const shown = compactText(read, record, compact);
    const text = joinLines(shown.rows);
    const timeCells = timeColumn(compact);
    const isShown = (pattern: Pattern) => matchRanges(pattern, text.text, compact, timeCells).length > 0;
    if (!search || isShown(search) || search.ranges(asSent.text).length === 0) {
      styled = text;
      isAsSent = false;
      ({headLength} = shown);
      cells = timeCells;
      column = messageColumn(compact, form.cells);
    }
  }
  for (const {pattern, style} of highlights)
    styled = overlay(styled, matchRanges(pattern, styled.text, compact, cells), style);
  const found = search ? matchRanges(search, styled.text, compact, cells) : [];
  styled = overlay(styled, found, matchStyle);
  const limit = Math.max(form.mostRows, errorLimit);
  const rows = layOut(styled.text, {cells: form.cells, column, shape, limit});
  const isCut = length > visibleBytes || rows.length > limit;
  return {
    shape,
    styled,
    headLength,
    isAsSent,
    rows: rows.slice(0, form.mostRows),
    matches: found,
    label: isCut ? `${form.symbols.ellipsis} ${byteSize(length)}` : undefined,
    hiddenRows: isCut ? 0 : Math.max(0, rows.length - form.mostRows),
    at: record && timeOfText(record.timeText),
    timeCells: cells,
  };
}

/** The matches in an entry's text, without those in a time column whose text is not in the line. */
function matchRanges(
  pattern: Pattern,
  text: string,
  compact: CompactForm | undefined,
  column: number,
): readonly TextRange[] {
  const ranges = pattern.ranges(text);
  return column === 0 || !compact || isVerbatim(compact.time) ? ranges : ranges.filter(({start}) => start >= column);
}

/** The row that contains the offset `at` of the entry's text. */
export function rowAt({rows}: EntryText, at: number): number {
  return Math.max(
    0,
    rows.findLastIndex(({start}) => start <= at),
  );
}

type Room = {readonly cells: number; readonly column: number; readonly shape: EntryShape; readonly limit: number};

/** The rows of a text, at most one more than the limit. Only the first may begin at the border. */
function layOut(text: string, {cells, column, shape, limit}: Room): readonly EntryRow[] {
  const rows: EntryRow[] = [];
  for (let start = 0; rows.length <= limit; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const indent = start > 0 || shape.isContinuation ? column : 0;
    const maxRows = Math.min(shape.mostRows, limit + 1 - rows.length);
    const line = text.slice(start, end);
    const offsets = maxRows === 1 ? [0] : wordOffsets(line, cells - indent, {hanging: column - indent, maxRows});
    for (const [row, offset] of offsets.entries()) {
      const next = offsets[row + 1] ?? line.length;
      rows.push({start: start + offset, end: start + next, indent: row === 0 ? indent : column});
    }
    if (newline === -1) break;
    start = newline + 1;
  }
  return rows;
}

/** Returns whether the column shows text of the line, in which a search may find matches. */
function isVerbatim(mode: TimeMode): boolean {
  return mode === 'sent' || mode === 'utc';
}
