import type {Entries} from '../buffer/entries.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import {paint} from '../terminal/paint.ts';
import type {Colors, Style} from '../terminal/style.ts';
import {concat, overlay, plain, type StyledText, slice} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {textWidth} from '../terminal/width.ts';
import {compactnessFor} from './compact-line.ts';
import {type EntryForm, type EntryText, type Highlight, type HitFinder, hitRanges, rowOf} from './entry-text.ts';
import {EntryTexts} from './entry-texts.ts';
import type {Place} from './geometry.ts';
import {fitGutter, type Gutter, gutterCells, paintGutter} from './gutter.ts';
import {dimmed, emphasised, type RowLook} from './row-look.ts';
import {panned, withEnd} from './row-text.ts';
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
export type PaintFacts = {
  /** Gets the mark in the margin, and text that stands out. */
  readonly current: number | undefined;
  /** The line that is panned so that its first hit is seen, whatever the others are. */
  readonly revealed: number | undefined;
  readonly lookAt: (id: number) => RowLook;
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
  paintRows(places: readonly Place[], facts: PaintFacts): string[] {
    return places.map((place) => this.#paintRow(place, facts));
  }

  #paintRow({id, row}: Place, facts: PaintFacts): string {
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

  #rowText(id: number, row: number, facts: PaintFacts): StyledText {
    const entry = this.#texts.of(id);
    const timed = this.#withMovingTime(entry, id, facts);
    const text = id === facts.current ? overlay(timed, this.#hitsIn(entry), currentHitStyle) : timed;
    const {pan, symbols} = this.#options;
    const own = rowOf(entry, row, text);
    if (this.#wraps(id)) return own;
    return panned(own, id === facts.revealed ? this.#panToHit(id, pan) : pan, this.textWidth, symbols);
  }

  /** Ages, and times since the record before, are put into the blank column that the entry has for them. */
  #withMovingTime({styled, at, timeCells}: EntryText, id: number, {now, entries}: PaintFacts): StyledText {
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
