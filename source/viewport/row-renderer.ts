import type {Entries, LogBuffer} from '../buffer/log-buffer.ts';
import type {Pattern} from '../buffer/pattern.ts';
import {count} from '../lib/format.ts';
import {openingBrace} from '../records/bytes.ts';
import {clip, clippedSides, padTo} from '../terminal/fit.ts';
import {paint} from '../terminal/sgr.ts';
import type {Colors, Style} from '../terminal/style.ts';
import {concat, overlay, plain, type StyledText, slice} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {textWidth} from '../terminal/width.ts';
import {
  type EntryForm,
  type EntryText,
  type Highlight,
  hitRanges,
  lineEntry,
  markerEntry,
  rowOf,
} from './entry-text.ts';
import type {Place} from './geometry.ts';
import {dimmed, emphasised, fitGutter, type Gutter, gutterCells, paintGutter, type RowState} from './gutter.ts';
import {compactnessFor} from './line-text.ts';
import {isMoving, movingTime, type TimeMode, type ZoneOffset} from './time-column.ts';

/** All options of the layout of an entry. When one changes, a new renderer is made. */
export type RowOptions = Gutter & {
  /** Cells of a row, everything included; 4 at least. */
  readonly width: number;
  readonly wrap: boolean;
  /** Cells hidden on the left, when not wrapping. */
  readonly pan: number;
  readonly asSent: boolean;
  readonly time: TimeMode;
  readonly offsetAt: ZoneOffset;
  readonly colors: Colors;
  readonly symbols: Symbols;
  /** Painted under the hits, the last over the others. */
  readonly highlights: readonly Highlight[];
  readonly hits: Pattern | undefined;
};

/** The input of a painting, which may change with every frame. */
export type PaintInput = {
  /** The current entry: marked in the margin, with emphasised text. */
  readonly current: number | undefined;
  /** The line that is panned to its first hit, regardless of the others. */
  readonly revealed: number | undefined;
  readonly stateOf: (id: number) => RowState;
  /** Unix time in ms, for ages. */
  readonly now: number;
  /** The shown entries: times are counted from the record shown before. */
  readonly entries: Entries;
};

// Both colours are set: on a light screen the text on yellow would be white.
const currentHitStyle: Style = {inverse: true, bold: true, fg: 3, bg: 0};
/** With fewer cells of text than this, the time is left out: beside the list at 40 columns there are 22. */
const leastForTime = 28;
/** Entries that are searched for the time of the record shown before: lines of a backtrace have none. */
const lookBack = 200;

/** Texts in the cache: enough for any screen; others are made again in microseconds. */
const cacheLimit = 2000;

/** Turns entries of one buffer into painted rows. */
export class RowRenderer {
  /** Cells of a row that are text of the line. */
  readonly textWidth: number;
  readonly #options: RowOptions;
  readonly #gutter: Gutter;
  readonly #form: EntryForm;
  readonly #buffer: LogBuffer;
  /** Texts of entries that do not change any more. */
  readonly #texts = new Map<number, EntryText>();

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

  /** Rows of an entry: 1, or more when it wraps or its message has several lines. */
  heightOf(id: number): number {
    return this.#wraps(id) || this.#mayHaveRows(id) ? this.#textOf(id).offsets.length : 1;
  }

  /** Cells of the widest row of an entry, without wrapping. */
  lineWidth(id: number): number {
    const entry = this.#textOf(id);
    return Math.max(...entry.offsets.map((_, row) => textWidth(rowOf(entry, row).text)));
  }

  /** The row of an entry in which its first hit is; the first if there is none. */
  hitRowOf(id: number): number {
    const entry = this.#textOf(id);
    const [hit] = this.#hitsIn(entry);
    return hit ? rowAt(entry, hit.start) : 0;
  }

  /** Paints the rows of `places`. Each row is at most `width` cells. */
  paintRows(places: readonly Place[], input: PaintInput): string[] {
    return places.map((place) => this.#paintRow(place, input));
  }

  #paintRow({id, row}: Place, input: PaintInput): string {
    const {symbols, colors} = this.#options;
    const state = input.stateOf(id);
    // The number counts from the first line that was received; a line has it once, a marker has none.
    const number = row > 0 || this.#isMarker(id) ? undefined : id + 1;
    const gutter = paintGutter(state, this.#gutter, {isCurrent: id === input.current, number, symbols});
    const {offsets, label} = this.#textOf(id);
    const whole = this.#rowText(id, row, input);
    const text = id === input.current ? emphasised(whole) : state.isAround ? dimmed(whole) : whole;
    const isLastRow = row === offsets.length - 1;
    const ended = isLastRow ? withEnd(text, {label, folded: state.folded}, this.textWidth, symbols) : text;
    return paint(concat([gutter, ended]), colors);
  }

  #rowText(id: number, row: number, input: PaintInput): StyledText {
    const entry = this.#textOf(id);
    const timed = this.#withMovingTime(entry, id, input);
    const text = id === input.current ? overlay(timed, this.#hitsIn(entry), currentHitStyle) : timed;
    const {pan, symbols} = this.#options;
    const own = rowOf(entry, row, text);
    if (this.#wraps(id)) return own;
    return panned(own, id === input.revealed ? this.#panToHit(id, pan) : pan, this.textWidth, symbols);
  }

  /** Puts an age, or the time since the record before, into the blank column of the entry. */
  #withMovingTime({styled, at, timeCells}: EntryText, id: number, {now, entries}: PaintInput): StyledText {
    const {time} = this.#options;
    if (at === undefined || timeCells === 0 || !isMoving(time)) return styled;
    const previousAt = time === 'delta' ? this.#timeBefore(id, entries) : undefined;
    const column = plain(movingTime(time, at, {now, previousAt}), {dim: true});
    return concat([column, slice(styled, timeCells, styled.text.length)]);
  }

  /** The time of the record shown before an entry, if it is near. */
  #timeBefore(id: number, entries: Entries): number | undefined {
    let before = entries.atOrBefore(id - 1);
    for (let left = lookBack; before !== undefined && left > 0; left--) {
      const {at} = this.#textOf(before);
      if (at !== undefined) return at;
      before = entries.atOrBefore(before - 1);
    }
    return undefined;
  }

  #hitsIn({styled, timeCells}: EntryText): readonly {start: number; end: number}[] {
    const {hits} = this.#options;
    return hits ? hitRanges(hits, styled.text, this.#form.compact, timeCells) : [];
  }

  /** Cells of a line to hide so that its first hit is visible; `pan` if it is visible anyway, or if there is none. */
  #panToHit(id: number, pan: number): number {
    const entry = this.#textOf(id);
    const {text} = entry.styled;
    const [hit] = this.#hitsIn(entry);
    if (!hit) return pan;
    const rowStart = entry.offsets[rowAt(entry, hit.start)] ?? 0;
    const start = textWidth(text.slice(rowStart, hit.start));
    const end = textWidth(text.slice(rowStart, hit.end));
    // The marks of a cut line need a cell each.
    const room = this.textWidth - 2;
    if (start > pan && end <= pan + room) return pan;
    if (end <= room) return 0;
    // As little as needed, with a quarter of the room after the hit: the text before it is its context.
    return Math.min(start, end - room + Math.floor(room / 4));
  }

  /** A marker always wraps: its words about a loss must not be cut off. */
  #wraps(id: number): boolean {
    return this.#options.wrap || this.#isMarker(id);
  }

  #isMarker(id: number): boolean {
    return this.#buffer.markerAt(id) !== undefined;
  }

  /** Whether an entry may have several rows without wrapping: only the message of a record in JSON has newlines. */
  #mayHaveRows(id: number): boolean {
    return this.#form.compact !== undefined && this.#buffer.lineAt(id)?.[0] === openingBrace;
  }

  /** The text of an entry; empty when it is not held. */
  #textOf(id: number): EntryText {
    const cached = this.#texts.get(id);
    if (cached) return cached;
    const marker = this.#buffer.markerAt(id);
    // A marker may be replaced, and the open line grows: neither is cached.
    if (marker) return markerEntry(marker, this.#form);
    const text = lineEntry(this.#buffer.lineAt(id) ?? new Uint8Array(), this.#form);
    if (id >= this.#buffer.endedTo) return text;
    if (this.#texts.size >= cacheLimit) this.#texts.clear();
    this.#texts.set(id, text);
    return text;
  }
}

/** The row of an entry that holds a character of its text. */
function rowAt({offsets}: EntryText, at: number): number {
  return Math.max(
    0,
    offsets.findLastIndex((offset) => offset <= at),
  );
}

const quiet: Style = {dim: true};

/** The part of a line from cell `pan` on, `width` cells wide; a border where the line continues is marked. */
function panned(line: StyledText, pan: number, width: number, symbols: Symbols): StyledText {
  const cut = clippedSides(line.text, pan, width);
  const text = clip(line, pan, width);
  const left = cut.left ? [plain(symbols.cutLeft, quiet), clip(text, 1, width - 1)] : [text];
  if (!cut.right) return concat(left);
  return concat([clip(concat(left), 0, width - 1), plain(symbols.cutRight, quiet)]);
}

/** The end of an entry's last row, at the right border. */
type RowEnd = {
  /** The length of a line of which only a part is shown. */
  readonly label: string | undefined;
  /** How many records the row has. */
  readonly folded: number;
};

/** The text of a row with its end at the right border of `width` cells, over the text if there is no room. */
function withEnd(text: StyledText, {label, folded}: RowEnd, width: number, symbols: Symbols): StyledText {
  if (label === undefined && folded <= 1) return text;
  const end = concat([
    plain(label ?? '', {dim: true, inverse: true}),
    plain(folded > 1 ? ` ${symbols.times}${count(folded)}` : '', {bold: true}),
  ]);
  const room = width - textWidth(end.text);
  if (room <= 0) return clip(end, 0, width);
  // Text that the end covers is marked like text beyond a border; a label shows it already.
  const isMarked = label === undefined && textWidth(text.text) > room;
  const left = isMarked ? concat([clip(text, 0, room - 1), plain(symbols.cutRight, quiet)]) : clip(text, 0, room);
  return concat([padTo(left, room), end]);
}
