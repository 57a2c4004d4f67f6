import type {LineStart} from '../../engine/buffer/cold-segments.ts';
import type {Entries, LogBuffer} from '../../engine/buffer/log-buffer.ts';
import type {Pattern} from '../../engine/buffer/pattern.ts';
import {openingBrace} from '../../engine/records/bytes.ts';
import type {Level} from '../../engine/records/level.ts';
import {levelIn} from '../../engine/records/line-head.ts';
import {kindIn} from '../../engine/records/line-kind.ts';
import type {LongRecord} from '../../engine/records/long-records.ts';
import {count, counted} from '../../lib/format.ts';
import {textWidth} from '../../lib/width.ts';
import type {PaneOptions} from '../settings/option-table.ts';
import {clip, clippedSides, padTo, wordCut} from '../terminal/fit.ts';
import {paint} from '../terminal/sgr.ts';
import {type Colors, currentGround, type Style} from '../terminal/style.ts';
import {concat, overlay, plain, type StyledText, slice} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {closedEntry} from './closed-record.ts';
import {
  currentMatchStyle,
  type EntryForm,
  type EntryShape,
  type EntryText,
  errorLimit,
  type Highlight,
  lineEntry,
  markerEntry,
  rowAt,
  ruleCells,
  type TextRange,
  wrapLimit,
} from './entry-text.ts';
import {dimmed, emphasised, fitOrigin, grounded, gutterCells, paintGutter, type RowState} from './gutter.ts';
import {compactnessFor} from './line-text.ts';
import type {RowPosition} from './position.ts';
import {movingTime, type ZoneOffset} from './time-column.ts';

/** Facts about the records of the log, from an index that may be behind. */
export type KnownRecords = {
  /** Entries from this id on have not been read. */
  readonly indexedTo: number;
  readonly levelAt: (id: number) => Level | undefined;
  readonly isContinuation: (id: number) => boolean;
};

/**
 * The options of the layout of entries. A change of one needs a new renderer. With `wrap: 'errors'` lines of WARN and worse
 * continue in the next row, but for the frames of a backtrace.
 */
export type RowOptions = PaneOptions & {
  /** Cells of a pipeline's name in front of a line; 0: there is none. */
  readonly originCells: number;
  /** Cells of a whole row, at least 4. */
  readonly width: number;
  readonly records: KnownRecords;
  /** Unless all lines are to be wrapped, a line has three rows at most: what comes must not leave at once. */
  readonly isFollowing: boolean;
  /** Cells hidden on the left, of lines that are not wrapped. */
  readonly pan: number;
  readonly offsetAt: ZoneOffset;
  readonly colors: Colors;
  readonly symbols: Symbols;
  /** Painted under the matches, a later one over an earlier one. */
  readonly highlights: readonly Highlight[];
  readonly search: Pattern | undefined;
  /** The long record whose summary is the row of an entry: mostly a closed one. */
  readonly summarisedAt: (id: number) => Pick<LongRecord, 'first' | 'lines'> | undefined;
  /** The entry whose text a row shows: where one row stands for several equal records, the last of them. */
  readonly textOf: (id: number) => number;
  /** Words of the row above an entry: `run 2`; undefined: there is none. */
  readonly startAt: (id: number) => string | undefined;
  /** Its Unix time in ms. */
  readonly timeAt: (id: number) => number | undefined;
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

/** The part of a row beside what stays in place. */
type RowPart = {readonly line: StyledText; readonly match: TextRange | undefined};

/** The time is omitted if the text has fewer cells. Beside the list, at 40 columns, it has 22. */
const leastForTime = 28;
/** Entries that are searched for the previous record's time: lines of a backtrace have none. */
const lookBack = 200;

/** Rows of a line while following, at most. */
const followedRows = 3;
/** Cells of a message for which time and level may stay in place while it is panned. */
const leastPanned = 8;
const cutMark: Style = {dim: true};

/** Texts in the cache, enough for any screen. Others are made again in microseconds. */
const cacheLimit = 2000;

/** An object for each kind of shape, so that shapes can be compared. */
const shapes = [1, Number.POSITIVE_INFINITY].flatMap((mostRows): readonly EntryShape[] => [
  {isContinuation: false, mostRows},
  {isContinuation: true, mostRows},
]);

/** Facts on which a line's shape depends, beside its record. */
type LineHead = {readonly isError: boolean; readonly isFrame: boolean; readonly opensJson: boolean};

/** Paints the entries of one buffer as rows. Reads a complete line once: most lines on the screen may be compressed. */
export class RowRenderer {
  /** Cells of a row beside the gutter. */
  readonly textWidth: number;
  readonly #options: RowOptions;
  readonly #originCells: number;
  readonly #form: EntryForm;
  readonly #buffer: LogBuffer;
  /** Texts of complete lines, which no longer change. */
  readonly #texts = new Map<number, EntryText>();
  /** Heads of complete lines. */
  readonly #heads = new Map<number, LineHead>();
  /** Texts of closed long records, by head, which change with the number of lines. */
  readonly #closedTexts = new Map<number, {readonly lines: number; readonly text: EntryText}>();

  constructor(buffer: LogBuffer, options: RowOptions) {
    const {width, asSent, time, offsetAt, isFollowing, wrap} = options;
    this.#options = options;
    this.#originCells = fitOrigin(options.originCells, width);
    this.textWidth = width - gutterCells(this.#originCells);
    const shownTime = this.textWidth < leastForTime ? 'off' : time;
    const compact = {
      compactness: compactnessFor(this.textWidth),
      time: shownTime,
      offsetAt,
      toTheSecond: isFollowing,
      ellipsis: options.symbols.ellipsis,
    };
    const zone = time === 'local' && !asSent ? offsetAt : () => 0;
    const held = wrap === 'errors' ? errorLimit : wrapLimit;
    const mostRows = isFollowing && wrap !== 'all' ? followedRows : held;
    this.#form = {...options, cells: this.textWidth, compact: asSent ? undefined : compact, zone, mostRows};
    this.#buffer = buffer;
  }

  /** Number of rows of an entry: more than 1 if it wraps, its message has several lines, or a run starts with it. */
  heightOf(id: number): number {
    const mayHaveRows =
      // Unpacked now, it is read for its height and its text at once.
      id < this.#buffer.unpackedFirstId ||
      this.#isMarker(id) ||
      this.#shapeOf(id).mostRows > 1 ||
      this.#mayHaveLines(id);
    return this.#rowsAbove(id) + (mayHaveRows ? this.#textOf(id).rows.length : 1);
  }

  #rowsAbove(id: number): number {
    return this.#options.startAt(id) === undefined ? 0 : 1;
  }

  /** Cells of the widest row of an entry; of one that wraps at most the cells of a row. */
  lineWidth(id: number): number {
    const entry = this.#textOf(id);
    const {text} = entry.styled;
    const widest = Math.max(...entry.rows.map(({start, end, indent}) => indent + textWidth(text.slice(start, end))));
    return wraps(entry) ? Math.min(widest, this.textWidth) : widest;
  }

  /** The row of the entry's first match; 0 if there is none. */
  matchRowOf(id: number): number {
    const entry = this.#textOf(id);
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
    const entry = this.#textOf(id);
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

  /** Fits a row that may be too wide: the window of the pan or the match, or the words for which there is room. */
  #fitted(entry: EntryText, row: number, {line, match}: RowPart, cells: number): StyledText {
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
      const {at} = this.#textOf(before);
      if (at !== undefined) return at;
      before = entries.atOrBefore(before - 1);
    }
    return undefined;
  }

  #shapeOf(id: number): EntryShape {
    const {wrap, records} = this.#options;
    const isContinuation = records.isContinuation(id);
    return shapeOf(wrap === 'all' || (wrap === 'errors' && this.#isErrorLine(id)), isContinuation);
  }

  /** Returns whether it is a line of a record of WARN or worse, and no frame of a backtrace. */
  #isErrorLine(id: number): boolean {
    const {records} = this.#options;
    const isKnown = id < records.indexedTo;
    if (isKnown && !isError(records.levelAt(id))) return false;
    const head = this.#headOf(id);
    return head !== undefined && (isKnown || head.isError) && !head.isFrame;
  }

  /** Reads what can be shown of a line; all of one in JSON, whose level may be at its end. */
  #lineAt(id: number): LineStart | undefined {
    const start = this.#buffer.lineStartAt(id);
    if (!start || start.bytes.length === start.length || start.bytes[0] !== openingBrace) return start;
    const bytes = this.#buffer.lineAt(id);
    return bytes && {bytes, length: bytes.length};
  }

  /** Returns undefined for an entry that is no line, or not held. */
  #headOf(id: number): LineHead | undefined {
    const known = this.#heads.get(id);
    if (known) return known;
    const sent = this.#lineAt(id)?.bytes;
    const line = sent && this.#buffer.canonicalAt(id, sent);
    if (!line) return undefined;
    const kind = kindIn(line, 0, line.length);
    const isFrame = kind === 'frame' || kind === 'place';
    const head = {isError: isError(levelIn(line)), isFrame, opensJson: line[0] === openingBrace};
    if (id < this.#buffer.endedTo) cache(this.#heads, id, head);
    return head;
  }

  #isMarker(id: number): boolean {
    return this.#buffer.markerAt(id) !== undefined;
  }

  /** Returns whether an entry may have several rows without wrapping: only messages in JSON contain newlines. */
  #mayHaveLines(id: number): boolean {
    return this.#form.compact !== undefined && this.#headOf(id)?.opensJson === true;
  }

  /** The text of an entry; empty if the entry is not held. */
  #textOf(row: number): EntryText {
    const id = this.#options.textOf(row);
    const marker = this.#buffer.markerAt(id);
    // A marker may be replaced, and the open line grows: neither is cached.
    if (marker) return markerEntry(marker, this.#form);
    const shape = this.#shapeOf(id);
    const summarised = this.#options.summarisedAt(id);
    if (summarised) return this.#closedText(id, summarised, shape);
    const cached = this.#texts.get(id);
    // The index may have learned that the line is part of a record.
    if (cached?.shape === shape) return cached;
    const line = this.#lineAt(id) ?? {bytes: Buffer.of(), length: 0};
    const {format} = this.#buffer;
    const read = format && {
      canonical: this.#buffer.canonicalAt(id, line.bytes),
      prefix: format.prefixLength?.(line.bytes, id),
    };
    const text = lineEntry({...line, ...read}, this.#form, shape);
    if (id < this.#buffer.endedTo) cache(this.#texts, id, text);
    return text;
  }

  #closedText(head: number, {first, lines}: Pick<LongRecord, 'first' | 'lines'>, shape: EntryShape): EntryText {
    const cached = this.#closedTexts.get(head);
    if (cached?.lines === lines && cached.text.shape === shape) return cached.text;
    const firstLines = first.flatMap((id) => this.#buffer.canonicalAt(id) ?? []);
    const text = closedEntry({first: firstLines, at: this.#options.timeAt(head)}, this.#form, shape);
    // The open line grows.
    if ((first.at(-1) ?? 0) < this.#buffer.endedTo) cache(this.#closedTexts, head, {lines, text});
    return text;
  }
}

function shapeOf(isWrapped: boolean, isContinuation: boolean): EntryShape {
  return shapes[(isWrapped ? 2 : 0) + (isContinuation ? 1 : 0)] ?? {isContinuation, mostRows: 1};
}

function cache<Text>(texts: Map<number, Text>, id: number, text: Text): void {
  if (texts.size >= cacheLimit) texts.clear();
  texts.set(id, text);
}

function isError(level: Level | undefined): boolean {
  return level === 'WARN' || level === 'ERROR';
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
