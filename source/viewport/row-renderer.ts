import type {Entries, LogBuffer} from '../buffer/log-buffer.ts';
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
  type HitFinder,
  hitRanges,
  lineEntry,
  markerEntry,
  rowOf,
} from './entry-text.ts';
import type {Place} from './geometry.ts';
import {dimmed, emphasised, fitGutter, type Gutter, gutterCells, paintGutter, type RowState} from './gutter.ts';
import {compactnessFor} from './line-text.ts';
import {isMoving, movingTime, type TimeMode, type ZoneOffset} from './time-column.ts';

/** Everything that decides how an entry is laid out. A renderer is made anew when any of it changes. */
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
  readonly hits: HitFinder | undefined;
};

/** What is looked up when rows are painted, and may change with every frame. */
export type PaintInput = {
  /** Gets the mark in the margin, and text that stands out. */
  readonly current: number | undefined;
  /** The line that is panned so that its first hit is seen, whatever the others are. */
  readonly revealed: number | undefined;
  readonly lookAt: (id: number) => RowState;
  /** Wall milliseconds, for ages. */
  readonly now: number;
  /** What the pane shows: times are counted from the record shown before. */
  readonly entries: Entries;
};

// Both colours are set: the ground of a hit in yellow would leave its text white on a light screen.
const currentHitStyle: Style = {inverse: true, bold: true, fg: 3, bg: 0};
/** Fewer cells of text than this are all for the message: beside the list at 40 columns there are 22. */
const leastForTime = 28;
/** How far back the record shown before is looked for: the lines of a backtrace have no time. */
const lookBack = 200;

/** Turns entries of one buffer into painted rows, and knows how many rows each takes. */
export class RowRenderer {
  /** Cells of a row that are text of the line. */
  readonly textWidth: number;
  readonly #options: RowOptions;
  readonly #gutter: Gutter;
  readonly #form: EntryForm;
  readonly #texts: EntryTexts;

  constructor(buffer: LogBuffer, options: RowOptions) {
    const {width, asSent, time, offsetAt} = options;
    this.#options = options;
    this.#gutter = fitGutter(options, width);
    this.textWidth = width - gutterCells(this.#gutter);
    const shownTime = this.textWidth < leastForTime ? 'off' : time;
    const form = asSent ? undefined : {compactness: compactnessFor(this.textWidth), time: shownTime, offsetAt};
    this.#form = {...options, cells: this.textWidth, form};
    this.#texts = new EntryTexts(buffer, this.#form);
  }

  /** Rows that an entry takes: 1, or more when it wraps or its message has several lines. */
  heightOf(id: number): number {
    return this.#wraps(id) || this.#texts.mayHaveRows(id) ? this.#texts.of(id).offsets.length : 1;
  }

  /** Cells that the widest row of an entry takes when it is not wrapped. */
  lineWidth(id: number): number {
    const entry = this.#texts.of(id);
    return Math.max(...entry.offsets.map((_, row) => textWidth(rowOf(entry, row).text)));
  }

  /** The row of an entry in which its first hit is; the first if there is none. */
  hitRowOf(id: number): number {
    const entry = this.#texts.of(id);
    const [hit] = this.#hitsIn(entry);
    return hit ? rowAt(entry, hit.start) : 0;
  }

  /** Paints the rows of `places`. Each row is at most `width` cells. */
  paintRows(places: readonly Place[], facts: PaintInput): string[] {
    return places.map((place) => this.#paintRow(place, facts));
  }

  #paintRow({id, row}: Place, facts: PaintInput): string {
    const {symbols, colors} = this.#options;
    const look = facts.lookAt(id);
    // Lines are counted from the first that was received; one that wraps has its number once, a marker has none.
    const number = row > 0 || this.#texts.isMarker(id) ? undefined : id + 1;
    const gutter = paintGutter(look, this.#gutter, {isCurrent: id === facts.current, number, symbols});
    const {offsets, label} = this.#texts.of(id);
    const whole = this.#rowText(id, row, facts);
    const text = id === facts.current ? emphasised(whole) : look.isAround ? dimmed(whole) : whole;
    const isLastRow = row === offsets.length - 1;
    const ended = isLastRow ? withEnd(text, {label, folded: look.folded}, this.textWidth, symbols) : text;
    return paint(concat([gutter, ended]), colors);
  }

  #rowText(id: number, row: number, facts: PaintInput): StyledText {
    const entry = this.#texts.of(id);
    const timed = this.#withMovingTime(entry, id, facts);
    const text = id === facts.current ? overlay(timed, this.#hitsIn(entry), currentHitStyle) : timed;
    const {pan, symbols} = this.#options;
    const own = rowOf(entry, row, text);
    if (this.#wraps(id)) return own;
    return panned(own, id === facts.revealed ? this.#panToHit(id, pan) : pan, this.textWidth, symbols);
  }

  /** Ages, and times since the record before, are put into the blank column that the entry has for them. */
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
      const {at} = this.#texts.of(before);
      if (at !== undefined) return at;
      before = entries.atOrBefore(before - 1);
    }
    return undefined;
  }

  #hitsIn({styled, timeCells}: EntryText): readonly {start: number; end: number}[] {
    const {hits} = this.#options;
    return hits ? hitRanges(hits, styled.text, this.#form.form, timeCells) : [];
  }

  /** Cells to hide of a line so that its first hit is in view; `pan` if it is then, or if there is none. */
  #panToHit(id: number, pan: number): number {
    const entry = this.#texts.of(id);
    const {text} = entry.styled;
    const [hit] = this.#hitsIn(entry);
    if (!hit) return pan;
    const rowStart = entry.offsets[rowAt(entry, hit.start)] ?? 0;
    const start = textWidth(text.slice(rowStart, hit.start));
    const end = textWidth(text.slice(rowStart, hit.end));
    // The marks of a cut line take a cell each.
    const room = this.textWidth - 2;
    if (start > pan && end <= pan + room) return pan;
    if (end <= room) return 0;
    // As little as needed, with a quarter of the room after the hit: what stands before it tells what it is.
    return Math.min(start, end - room + Math.floor(room / 4));
  }

  /** A marker always wraps: what it says of a loss must not be cut off. */
  #wraps(id: number): boolean {
    return this.#options.wrap || this.#texts.isMarker(id);
  }
}

/** The row of an entry that holds a character of its text. */
function rowAt({offsets}: EntryText, at: number): number {
  return Math.max(
    0,
    offsets.findLastIndex((offset) => offset <= at),
  );
}

/** Enough for any screen and the way to it; the rest is made again in microseconds. */
const cacheLimit = 2000;

/** The entries of one buffer as texts of one form, kept once made. */
class EntryTexts {
  readonly #buffer: LogBuffer;
  readonly #form: EntryForm;
  readonly #made = new Map<number, EntryText>();

  constructor(buffer: LogBuffer, form: EntryForm) {
    this.#buffer = buffer;
    this.#form = form;
  }

  /** The text of an entry; empty when it is not held. */
  of(id: number): EntryText {
    const made = this.#made.get(id);
    if (made) return made;
    const marker = this.#buffer.markerAt(id);
    // The open line grows and a marker may still be folded into: neither is final.
    if (marker) return markerEntry(marker, this.#form);
    const text = lineEntry(this.#buffer.lineAt(id) ?? new Uint8Array(), this.#form);
    if (this.#buffer.hasOpenLine && id === this.#buffer.endId - 1) return text;
    if (this.#made.size >= cacheLimit) this.#made.clear();
    this.#made.set(id, text);
    return text;
  }

  /** Whether an entry may have several rows without being wrapped: only a record in JSON has newlines in its message. */
  mayHaveRows(id: number): boolean {
    return this.#form.form !== undefined && this.#buffer.lineAt(id)?.[0] === openingBrace;
  }

  isMarker(id: number): boolean {
    return this.#buffer.markerAt(id) !== undefined;
  }
}

const quiet: Style = {dim: true};

/** The part of a line, `width` cells from cell `pan` on; what goes on beyond a border is marked there. */
function panned(line: StyledText, pan: number, width: number, symbols: Symbols): StyledText {
  const cut = clippedSides(line.text, pan, width);
  const text = clip(line, pan, width);
  const left = cut.left ? [plain(symbols.cutLeft, quiet), clip(text, 1, width - 1)] : [text];
  if (!cut.right) return concat(left);
  return concat([clip(concat(left), 0, width - 1), plain(symbols.cutRight, quiet)]);
}

/** What stands at the right border of an entry's last row. */
type RowEnd = {
  /** How long the line is of which only a part is shown. */
  readonly label: string | undefined;
  /** How many records the row stands for. */
  readonly folded: number;
};

/** The text of a row with its end at the right border of `width` cells, over the text where there is no room. */
function withEnd(text: StyledText, {label, folded}: RowEnd, width: number, symbols: Symbols): StyledText {
  if (label === undefined && folded <= 1) return text;
  const end = concat([
    plain(label ?? '', {dim: true, inverse: true}),
    plain(folded > 1 ? ` ${symbols.times}${count(folded)}` : '', {bold: true}),
  ]);
  const room = width - textWidth(end.text);
  if (room <= 0) return clip(end, 0, width);
  // What the end takes away from the text is marked like everything that goes on beyond a border; a label says it.
  const isMarked = label === undefined && textWidth(text.text) > room;
  const left = isMarked ? concat([clip(text, 0, room - 1), plain(symbols.cutRight, quiet)]) : clip(text, 0, room);
  return concat([padTo(left, room), end]);
}
