import type {Entries, LogBuffer} from '../buffer/log-buffer.ts';
import type {Pattern} from '../buffer/pattern.ts';
import {count} from '../lib/format.ts';
import {openingBrace} from '../records/bytes.ts';
import type {LongRecord} from '../records/long-records.ts';
import {clip, clippedSides, padTo} from '../terminal/fit.ts';
import {sanitise} from '../terminal/sanitise.ts';
import {paint} from '../terminal/sgr.ts';
import type {Colors, Style} from '../terminal/style.ts';
import {concat, overlay, plain, type StyledText, slice} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {textWidth} from '../terminal/width.ts';
import {markerText} from '../words/markers.ts';
import {closedEntry} from './closed-record.ts';
import {type EntryForm, type EntryText, type Highlight, lineEntry, markerEntry, rowOf} from './entry-text.ts';
import type {Place} from './geometry.ts';
import {dimmed, emphasised, fitGutter, type Gutter, gutterCells, paintGutter, type RowState} from './gutter.ts';
import {compactnessFor} from './line-text.ts';
import {isMoving, movingTime, type TimeMode, type ZoneOffset} from './time-column.ts';

/** The options of the layout of entries. A change of one needs a new renderer. */
export type RowOptions = Gutter & {
  /** Cells of a whole row, at least 4. */
  readonly width: number;
  readonly wrap: boolean;
  /** Cells hidden on the left, without wrapping. */
  readonly pan: number;
  readonly asSent: boolean;
  readonly time: TimeMode;
  readonly offsetAt: ZoneOffset;
  readonly colors: Colors;
  readonly symbols: Symbols;
  /** Painted under the hits, a later one over an earlier one. */
  readonly highlights: readonly Highlight[];
  readonly hits: Pattern | undefined;
  /** The closed long record in the row of an entry. */
  readonly closedAt: (id: number) => Pick<LongRecord, 'first' | 'lines'> | undefined;
  /** Its Unix time in ms. */
  readonly timeAt: (id: number) => number | undefined;
};

/** Input that may change with every frame. */
export type PaintInput = {
  readonly current: number | undefined;
  /** The id of a line that is panned to its first hit; others have the common `pan`. */
  readonly revealed: number | undefined;
  readonly stateOf: (id: number) => RowState;
  /** Unix time in ms, for ages. */
  readonly now: number;
  /** The shown entries, for times since the previous shown record. */
  readonly entries: Entries;
};

// Both colours are set: on a light screen the text on yellow would be white.
const currentHitStyle: Style = {inverse: true, bold: true, fg: 3, bg: 0};
/** The time is omitted if the text has fewer cells. Beside the list, at 40 columns, it has 22. */
const leastForTime = 28;
/** Entries that are searched for the previous record's time: lines of a backtrace have none. */
const lookBack = 200;

/** Texts in the cache, enough for any screen. Others are made again in microseconds. */
const cacheLimit = 2000;

/** Paints the entries of one buffer as rows. */
export class RowRenderer {
  /** Cells of a row beside the gutter. */
  readonly textWidth: number;
  readonly #options: RowOptions;
  readonly #gutter: Gutter;
  readonly #form: EntryForm;
  readonly #buffer: LogBuffer;
  /** Texts of complete lines, which no longer change. */
  readonly #texts = new Map<number, EntryText>();
  /** Texts of closed long records, by head, which change with the number of lines. */
  readonly #closedTexts = new Map<number, {readonly lines: number; readonly text: EntryText}>();

  constructor(buffer: LogBuffer, options: RowOptions) {
    const {width, asSent, time, offsetAt} = options;
    this.#options = options;
    this.#gutter = fitGutter(options, width);
    this.textWidth = width - gutterCells(this.#gutter);
    const shownTime = this.textWidth < leastForTime ? 'off' : time;
    const compact = asSent ? undefined : {compactness: compactnessFor(this.textWidth), time: shownTime, offsetAt};
    this.#form = {...options, cells: this.textWidth, compact};
    this.#buffer = buffer;
  }

  /** Number of rows of an entry: more than 1 if it wraps or its message has several lines. */
  heightOf(id: number): number {
    return this.#wraps(id) || this.#mayHaveRows(id) ? this.#textOf(id).offsets.length : 1;
  }

  /** Cells of the widest row of an entry, without wrapping. */
  lineWidth(id: number): number {
    const entry = this.#textOf(id);
    return Math.max(...entry.offsets.map((_, row) => textWidth(rowOf(entry, row).text)));
  }

  /** The row of the entry's first hit; 0 if there is none. */
  hitRowOf(id: number): number {
    const entry = this.#textOf(id);
    const [hit] = entry.hits;
    return hit ? rowAt(entry, hit.start) : 0;
  }

  /** A whole entry in one line for a screen reader: without gutter, columns and rules. */
  spokenLine(id: number): string {
    const marker = this.#buffer.markerAt(id);
    const text = marker ? sanitise(markerText(marker)).text : this.#textOf(id).styled.text;
    return text.replaceAll(/\s+/g, ' ').trim();
  }

  paintRows(places: readonly Place[], input: PaintInput): string[] {
    return places.map((place) => this.#paintRow(place, input));
  }

  #paintRow({id, row}: Place, input: PaintInput): string {
    const {symbols, colors} = this.#options;
    const state = input.stateOf(id);
    // Numbers count all received entries from 1. Only the first row of a line has one; a marker has none.
    const number = row > 0 || this.#isMarker(id) ? undefined : id + 1;
    const gutter = paintGutter(state, this.#gutter, {isCurrent: id === input.current, number, symbols});
    const {offsets, label} = this.#textOf(id);
    const whole = this.#rowText(id, row, input);
    const text = id === input.current ? emphasised(whole) : state.isAround ? dimmed(whole) : whole;
    const isLastRow = row === offsets.length - 1;
    const ended = isLastRow ? withEnd(text, {...state, label}, this.textWidth, symbols) : text;
    return paint(concat([gutter, ended]), colors);
  }

  #rowText(id: number, row: number, input: PaintInput): StyledText {
    const entry = this.#textOf(id);
    const timed = this.#withMovingTime(entry, id, input);
    const text = id === input.current ? overlay(timed, entry.hits, currentHitStyle) : timed;
    const {pan, symbols} = this.#options;
    const own = rowOf(entry, row, text);
    if (this.#wraps(id)) return own;
    return panned(own, id === input.revealed ? this.#panToHit(id, pan) : pan, this.textWidth, symbols);
  }

  /** Writes the age, or the time since the previous record, into the entry's blank time column. */
  #withMovingTime({styled, at, timeCells}: EntryText, id: number, {now, entries}: PaintInput): StyledText {
    const {time} = this.#options;
    if (at === undefined || timeCells === 0 || !isMoving(time)) return styled;
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

  /** Cells to hide on the left so that the first hit is visible; `pan` if that shows it or there is no hit. */
  #panToHit(id: number, pan: number): number {
    const entry = this.#textOf(id);
    const {text} = entry.styled;
    const [hit] = entry.hits;
    if (!hit) return pan;
    const rowStart = entry.offsets[rowAt(entry, hit.start)] ?? 0;
    const start = textWidth(text.slice(rowStart, hit.start));
    const end = textWidth(text.slice(rowStart, hit.end));
    // The marks of a cut line need a cell on each side.
    const room = this.textWidth - 2;
    if (start > pan && end <= pan + room) return pan;
    if (end <= room) return 0;
    // The hit is followed by a quarter of the room; most of it shows the text before the hit.
    return Math.min(start, end - room + Math.floor(room / 4));
  }

  /** A marker always wraps: what it reports of a loss must not be cut off. */
  #wraps(id: number): boolean {
    return this.#options.wrap || this.#isMarker(id);
  }

  #isMarker(id: number): boolean {
    return this.#buffer.markerAt(id) !== undefined;
  }

  /** Whether an entry may have several rows without wrapping: only messages in JSON contain newlines. */
  #mayHaveRows(id: number): boolean {
    return this.#form.compact !== undefined && this.#buffer.lineAt(id)?.[0] === openingBrace;
  }

  /** The text of an entry; empty if the entry is not held. */
  #textOf(id: number): EntryText {
    const closed = this.#options.closedAt(id);
    if (closed) return this.#closedText(id, closed);
    const cached = this.#texts.get(id);
    if (cached) return cached;
    const marker = this.#buffer.markerAt(id);
    // A marker may be replaced, and the open line grows: neither is cached.
    if (marker) return markerEntry(marker, this.#form);
    const text = lineEntry(this.#buffer.lineAt(id) ?? new Uint8Array(), this.#form);
    if (id < this.#buffer.endedTo) cache(this.#texts, id, text);
    return text;
  }

  #closedText(head: number, {first, lines}: Pick<LongRecord, 'first' | 'lines'>): EntryText {
    const cached = this.#closedTexts.get(head);
    if (cached?.lines === lines) return cached.text;
    const firstLines = first.flatMap((id) => this.#buffer.lineAt(id) ?? []);
    const text = closedEntry(firstLines, this.#options.timeAt(head), this.#form);
    // The open line grows.
    if ((first.at(-1) ?? 0) < this.#buffer.endedTo) cache(this.#closedTexts, head, {lines, text});
    return text;
  }
}

function cache<Text>(texts: Map<number, Text>, id: number, text: Text): void {
  if (texts.size >= cacheLimit) texts.clear();
  texts.set(id, text);
}

/** The row that contains the offset `at` of the entry's text. */
function rowAt({offsets}: EntryText, at: number): number {
  return Math.max(
    0,
    offsets.findLastIndex((offset) => offset <= at),
  );
}

const quiet: Style = {dim: true};

/** `width` cells of a line from cell `pan` on, with a mark on each side where it continues. */
function panned(line: StyledText, pan: number, width: number, symbols: Symbols): StyledText {
  const cut = clippedSides(line.text, pan, width);
  const text = clip(line, pan, width);
  const left = cut.left ? [plain(symbols.cutLeft, quiet), clip(text, 1, width - 1)] : [text];
  if (!cut.right) return concat(left);
  return concat([clip(concat(left), 0, width - 1), plain(symbols.cutRight, quiet)]);
}

/** What is shown at the right border of an entry's last row. */
type RowEnd = Pick<RowState, 'folded' | 'lines'> & {
  /** The length of a line that is shown in part. */
  readonly label: string | undefined;
};

/** A row of `width` cells with its end at the right border, over the text if there is no room. */
function withEnd(text: StyledText, {label, folded, lines}: RowEnd, width: number, symbols: Symbols): StyledText {
  const inside = folded > 1 ? ` ${symbols.times}${count(folded)}` : lines > 1 ? ` ${count(lines)} lines` : '';
  if (label === undefined && inside === '') return text;
  const end = concat([plain(label ?? '', {dim: true, inverse: true}), plain(inside, {bold: true})]);
  const room = width - textWidth(end.text);
  if (room <= 0) return clip(end, 0, width);
  // Covered text is marked as cut, unless a label shows that already.
  const isMarked = label === undefined && textWidth(text.text) > room;
  const left = isMarked ? concat([clip(text, 0, room - 1), plain(symbols.cutRight, quiet)]) : clip(text, 0, room);
  return concat([padTo(left, room), end]);
}
