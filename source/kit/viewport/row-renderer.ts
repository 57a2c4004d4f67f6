import type {Entries, LogBuffer} from '../../engine/buffer/log-buffer.ts';
import type {Level} from '../../engine/records/level.ts';
import {count, counted} from '../../lib/format.ts';
import {textWidth} from '../../lib/width.ts';
import {clip, clippedSides, padTo, wordCut} from '../terminal/fit.ts';
import {paint} from '../terminal/sgr.ts';
import {badge, type Color, type Colors, currentGround, type Style} from '../terminal/style.ts';
import {concat, overlay, plain, restyle, type StyledText, slice, type TextRange} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {type EntryOptions, type EntryText, EntryTexts, rowAt, ruleCells} from './entry-texts.ts';
import type {RowPosition} from './position.ts';
import {movingTime} from './time-column.ts';

/** The options of the layout of rows. A change of one needs a new renderer. */
export type RowOptions = EntryOptions & {
  /** Cells of a pipeline's name in front of a line; 0: there is none. */
  readonly originCells: number;
  /** Cells of a whole row, at least 4. */
  readonly width: number;
  /** Cells hidden on the left, of lines that are not wrapped. */
  readonly pan: number;
  readonly colors: Colors;
  /** Words of the row above an entry: `run 2`; undefined: there is none. */
  readonly startAt: (id: number) => string | undefined;
};

/** Input that may change with every frame. */
export type PaintInput = {
  readonly current: number | undefined;
  /** The id of a line that is panned to its first match; others have the common `pan`. */
  readonly revealed: number | undefined;
  readonly stateOf: (id: number) => RowState;
  /** Unix time in ms, for ages. */
  readonly now: number;
  /** The shown entries, for times since the previous shown record. */
  readonly entries: Entries;
};

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

/** Entries that are searched for the previous record's time: lines of a backtrace have none. */
const lookBack = 200;

/** Cells of a message for which time and level may stay in place while it is panned. */
const leastPanned = 8;
const cutMark: Style = {dim: true};

/** Not bold, which makes colours bright in some terminals; but without colours, since other matches are inverse, too. */
function currentMatchStyle(colors: Colors): Style {
  return colors === 'none' ? {inverse: true, bold: true} : badge;
}

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

/** Paints the entries of one buffer as rows. */
export class RowRenderer {
  /** Cells of a row beside the gutter. */
  readonly textWidth: number;
  readonly #options: RowOptions;
  readonly #originCells: number;
  readonly #entries: EntryTexts;

  constructor(buffer: LogBuffer, options: RowOptions) {
    const {width, originCells} = options;
    this.#options = options;
    this.#originCells = width - gutterCells(originCells) >= leastText ? originCells : 0;
    this.textWidth = width - gutterCells(this.#originCells);
    this.#entries = new EntryTexts(buffer, options, this.textWidth);
  }

  /** Number of rows of an entry: more than 1 if it wraps, its message has several lines, or a run starts with it. */
  heightOf(id: number): number {
    return this.#rowsAbove(id) + this.#entries.rowsOf(id);
  }

  #rowsAbove(id: number): number {
    return this.#options.startAt(id) === undefined ? 0 : 1;
  }

  /** Cells of the widest row of an entry; of one that wraps at most the cells of a row. */
  lineWidth(id: number): number {
    const entry = this.#entries.at(id);
    const {text} = entry.styled;
    const widest = Math.max(...entry.rows.map(({start, end, indent}) => indent + textWidth(text.slice(start, end))));
    return wraps(entry) ? Math.min(widest, this.textWidth) : widest;
  }

  /** The row of the entry's first match; 0 if there is none. */
  matchRowOf(id: number): number {
    const entry = this.#entries.at(id);
    const [match] = entry.matches;
    return match ? this.#rowsAbove(id) + rowAt(entry, match.start) : 0;
  }

  paintRows(places: readonly RowPosition[], input: PaintInput): string[] {
    return places.map(({id, row}) => {
      const start = this.#options.startAt(id);
      if (start === undefined) return this.#paintRow({id, row}, input);
      return row === 0 ? this.#paintStart(start) : this.#paintRow({id, row: row - 1}, input);
    });
  }

  #paintStart(words: string): string {
    const {symbols, colors} = this.#options;
    const rule = plain(symbols.rule.repeat(ruleCells(this.textWidth)), {dim: true});
    const gutter = plain(' '.repeat(gutterCells(this.#originCells)));
    const row = concat([gutter, rule, plain(` ${words} `, {bold: true}), rule]);
    return paint(clip(row, 0, this.#options.width), colors);
  }

  /** `row`: of the entry's text. */
  #paintRow({id, row}: RowPosition, input: PaintInput): string {
    const {symbols, colors} = this.#options;
    const state = input.stateOf(id);
    const gutter = paintGutter(state, this.#originCells, {
      isCurrent: id === input.current,
      isFirst: row === 0,
      symbols,
    });
    const entry = this.#entries.at(id);
    const {rows} = entry;
    const end = row === rows.length - 1 ? this.#endOf(entry, state) : undefined;
    const room = this.textWidth - (end ? textWidth(end.text) : 0);
    if (end && room <= 0) return paint(concat([gutter, clip(end, 0, this.textWidth)]), colors);
    const whole = this.#rowText(entry, {id, row}, room, input);
    const ground = state.isOfCurrent ? currentGround(colors) : undefined;
    const isBold = ground === undefined && id === input.current;
    const text = isBold ? emphasised(whole) : state.isAround ? dimmed(whole) : whole;
    const painted = concat(end ? [gutter, padTo(text, room), end] : [gutter, text]);
    return paint(ground === undefined ? painted : grounded(padTo(painted, this.#options.width), ground), colors);
  }

  /** Without its word where only then the last row of a wrapped text is not cut. */
  #endOf(entry: EntryText, state: RowState): StyledText | undefined {
    const {symbols} = this.#options;
    const cells = this.textWidth;
    const end = rowEnd(entry, state, symbols, cells);
    const last = entry.rows.at(-1);
    if (!end || !last || state.suppressed === 0 || !wraps(entry)) return end;
    const text = last.indent + textWidth(entry.styled.text.slice(last.start, last.end).trimEnd());
    if (text + textWidth(end.text) <= cells) return end;
    const short = rowEnd(entry, state, symbols, leastForWord - 1);
    return short && text + textWidth(short.text) <= cells ? short : end;
  }

  /** A row in at most `room` cells. */
  #rowText(entry: EntryText, {id, row}: RowPosition, room: number, input: PaintInput): StyledText {
    const timed = this.#withMovingTime(entry, id, input);
    const text = id === input.current ? overlay(timed, entry.matches, currentMatchStyle(this.#options.colors)) : timed;
    const {start, end, indent} = entry.rows[row] ?? {start: 0, end: 0, indent: 0};
    const headLength = row === 0 ? entry.headLength : 0;
    const head = [plain(' '.repeat(indent)), slice(text, start, start + headLength)];
    const headCells = indent + textWidth(text.text.slice(start, start + headLength));
    const isPinned = !entry.isAsSent && headCells + leastPanned <= room;
    const from = isPinned ? start + headLength : start;
    const match = id === input.revealed ? this.#matchIn(entry, row, from) : undefined;
    const part = {line: slice(text, from, end), match};
    const line = this.#fitted(entry, row, part, isPinned ? room - headCells : room);
    return isPinned && headCells > 0 ? concat([...head, line]) : line;
  }

  /**
   * Fits the part of a row beside what stays in place, which may be too wide: the window of the pan or the match, or the
   * words for which there is room.
   */
  #fitted(
    entry: EntryText,
    row: number,
    {line, match}: {readonly line: StyledText; readonly match: TextRange | undefined},
    cells: number,
  ): StyledText {
    const {symbols} = this.#options;
    // Of a row that is continued, only spaces are too many.
    if (entry.rows[row + 1]?.start === entry.rows[row]?.end) return clip(line, 0, cells);
    const pan = wraps(entry) ? 0 : this.#options.pan;
    const cut = pan === 0 ? wordCut(line.text.trimEnd(), cells) : undefined;
    if (match && (pan > 0 || match.end > (cut ?? match.end))) {
      return panned(line, panToMatch(line.text, match, pan, cells), cells, symbols);
    }
    if (pan > 0) return panned(line, pan, cells, symbols);
    // Of a line that is shown in part, the label stands for the rest.
    if (cut === undefined || entry.label !== undefined) return clip(line, 0, cells);
    return concat([slice(line, 0, cut), plain(symbols.ellipsis, cutMark)]);
  }

  /** The first match of an entry, by offsets from `from` on, if it is in this row. */
  #matchIn(entry: EntryText, row: number, from: number): TextRange | undefined {
    const [match] = entry.matches;
    if (!match || rowAt(entry, match.start) !== row || match.start < from) return undefined;
    return {start: match.start - from, end: match.end - from};
  }

  /** Writes the age, or the time since the previous record, into the entry's blank time column. */
  #withMovingTime({styled, at, timeCells}: EntryText, id: number, {now, entries}: PaintInput): StyledText {
    const {time} = this.#options;
    if (at === undefined || timeCells === 0 || (time !== 'relative' && time !== 'delta')) return styled;
    const previousAt = time === 'delta' ? this.#timeBefore(id, entries) : undefined;
    const column = plain(movingTime(time, at, {now, previousAt}), {dim: true});
    return concat([column, slice(styled, timeCells, styled.text.length)]);
  }

  /** The time of the previous shown record; undefined if it is too far away. */
  #timeBefore(id: number, entries: Entries): number | undefined {
    let before = entries.atOrBefore(id - 1);
    for (let left = lookBack; before !== undefined && left > 0; left--) {
      const {at} = this.#entries.at(before);
      if (at !== undefined) return at;
      before = entries.atOrBefore(before - 1);
    }
    return undefined;
  }
}

/** A marker always wraps: what it reports of a loss must not be cut off. */
function wraps({shape}: EntryText): boolean {
  return shape === undefined || shape.mostRows > 1;
}

/** Cells to hide on the left so that the match is visible; `pan` if that shows it. */
function panToMatch(text: string, match: TextRange, pan: number, cells: number): number {
  const start = textWidth(text.slice(0, match.start));
  const end = textWidth(text.slice(0, match.end));
  // The marks of a cut line need a cell on each side.
  const room = cells - 2;
  if (start > pan && end <= pan + room) return pan;
  if (end <= room) return 0;
  // The match is followed by a quarter of the room; most of it shows the text before the match.
  return Math.min(start, end - room + Math.floor(room / 4));
}

/** `cells` cells of a line from cell `pan` on, with a mark on each side where it continues. */
function panned(line: StyledText, pan: number, cells: number, symbols: Symbols): StyledText {
  const cut = clippedSides(line.text, pan, cells);
  const text = clip(line, pan, cells);
  const left = cut.left ? [plain(symbols.cutLeft, cutMark), clip(text, 1, cells - 1)] : [text];
  if (!cut.right) return concat(left);
  return concat([clip(concat(left), 0, cells - 1), plain(symbols.cutRight, cutMark)]);
}

/** With fewer cells of text the row has no room for a word. */
const leastForWord = 40;

/** Makes the right end of an entry's last row: what of it is not shown, and what else it stands for. */
function rowEnd(
  {label, hiddenRows}: EntryText,
  state: RowState,
  symbols: Symbols,
  cells: number,
): StyledText | undefined {
  const inside = insideOf(state, symbols, cells);
  if (label === undefined && hiddenRows === 0 && inside === '') return undefined;
  const hidden = hiddenRows > 0 ? ` +${counted(hiddenRows, 'row', 'rows')}` : '';
  return concat([
    plain(label ?? '', {dim: true, inverse: true}),
    plain(hidden, {dim: true}),
    plain(inside, {bold: true}),
  ]);
}

/**
 * ` ×274 +812 suppressed`: 274 errors in the log and 812 more; ` +23 suppressed` of a single one. ` ×3 · 531
 * suppressed`: three lines that tell of 531.
 */
function insideOf({folded, lines, suppressed, level}: RowState, symbols: Symbols, cells: number): string {
  const times = ` ${symbols.times}${count(folded)}`;
  const word = cells < leastForWord ? '' : ' suppressed';
  if (suppressed > 0 && level === 'ERROR') return `${folded > 1 ? times : ''} +${count(suppressed)}${word}`;
  if (folded > 1) return suppressed > 0 ? `${times} ${symbols.dot} ${count(suppressed)}${word}` : times;
  return lines > 1 ? ` ${count(lines)} lines` : '';
}

/** `originCells`: of a pipeline's name, without the space after it; 0 for none. */
function gutterCells(originCells: number): number {
  return marginCells + (originCells > 0 ? originCells + 1 : 0);
}

/** The part of a row to the left of its text. */
function paintGutter(
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
  const {origin} = state;
  const name = origin ? plain(origin.name, {fg: origin.color}) : plain('');
  if (originCells > 0) parts.push(padTo(name, originCells), plain(' '));
  return concat(parts);
}

/** The text of the current line: not dim, and bold where it has no colour, as bold colours may be too bright. */
function emphasised(line: StyledText): StyledText {
  return restyle(line, ({dim: _, ...rest}) => (rest.fg === undefined ? {...rest, bold: true} : rest));
}

/** A row of the current record on its ground; nothing of it is dim. What has a ground of its own keeps it. */
function grounded(row: StyledText, bg: Color): StyledText {
  return restyle(row, ({dim: _, ...rest}) => (rest.inverse || rest.bg !== undefined ? rest : {...rest, bg}));
}

/** The text, dim except where it has a background (matches, control characters). */
function dimmed(line: StyledText): StyledText {
  return restyle(line, (style) => (style.inverse === true || style.bg !== undefined ? style : {dim: true}));
}
