import type {LogBuffer} from '../buffer/log-buffer.ts';
import {clip, clippedSides, padTo} from '../terminal/clip.ts';
import {paint} from '../terminal/paint.ts';
import {sanitise} from '../terminal/sanitise.ts';
import type {ColorDepth, Style} from '../terminal/style.ts';
import {concat, overlay, plain, type StyledText, slice} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {textWidth} from '../terminal/width.ts';
import {wrapOffsets} from '../terminal/wrap.ts';
import {type Compactness, compactnessFor, lineAsSent, lineCompact, shownBytes} from './line-text.ts';
import {markerText, markerTone} from './marker-text.ts';
import type {Place} from './position.ts';
import {wordOffsets} from './word-offsets.ts';
import {byteSize} from './words.ts';

/** The part of a search pattern that painting needs. */
export type HitFinder = {readonly ranges: (text: string) => readonly {start: number; end: number}[]};

/** Everything that decides how an entry looks. A renderer is made anew when any of it changes. */
export type RowOptions = {
  /** Cells of a row, the margin of one cell included. */
  readonly width: number;
  readonly wrap: boolean;
  /** Cells hidden on the left, when not wrapping. */
  readonly pan: number;
  readonly asSent: boolean;
  readonly depth: ColorDepth;
  readonly symbols: Symbols;
  readonly hits: HitFinder | undefined;
};

type EntryText = {
  readonly styled: StyledText;
  /** Start of each row in `styled.text`; one row when not wrapping. */
  readonly offsets: readonly number[];
  /** Said at the right border when the line is longer than what is shown of it. */
  readonly label: string | undefined;
};

const hitStyle: Style = {inverse: true};
const currentHitStyle: Style = {inverse: true, bold: true, fg: 3};
const markerStyles: Readonly<Record<ReturnType<typeof markerTone>, Style>> = {
  quiet: {dim: true},
  notice: {fg: 6},
  loss: {fg: 1, bold: true},
};
/** Enough for any screen and the way to it; the rest is made again in microseconds. */
const cacheLimit = 2000;
/** A wrapped line takes at most so many rows: 64 KiB at 80 columns is 820. */
const wrapLimit = 1000;

/** Turns entries of one buffer into painted rows, and knows how many rows each takes. */
export class RowRenderer {
  readonly #buffer: LogBuffer;
  readonly #options: RowOptions;
  readonly #textWidth: number;
  readonly #compactness: Compactness;
  readonly #cache = new Map<number, EntryText>();

  constructor(buffer: LogBuffer, options: RowOptions) {
    this.#buffer = buffer;
    this.#options = options;
    this.#textWidth = Math.max(2, options.width - 1);
    this.#compactness = compactnessFor(this.#textWidth);
  }

  /** Rows that an entry takes: 1, or more when it wraps. */
  heightOf(id: number): number {
    return this.#wraps(id) ? this.#entry(id).offsets.length : 1;
  }

  /** Cells that a line takes when it is not wrapped. */
  lineWidth(id: number): number {
    return textWidth(this.#entry(id).styled.text);
  }

  /** Cells of the first hit in a line that is not wrapped; undefined where there is none. */
  hitCells(id: number): {readonly start: number; readonly end: number} | undefined {
    const {text} = this.#entry(id).styled;
    const [hit] = this.#options.hits?.ranges(text) ?? [];
    return hit && {start: textWidth(text.slice(0, hit.start)), end: textWidth(text.slice(0, hit.end))};
  }

  /** Paints the rows of `places`; `current` gets the mark in the margin. Each row is at most `width` cells. */
  paintRows(places: readonly Place[], current: number | undefined): string[] {
    return places.map((place) => this.#paintRow(place, place.id === current));
  }

  #paintRow({id, row}: Place, isCurrent: boolean): string {
    const {depth, symbols} = this.#options;
    const {styled, offsets, label} = this.#entry(id);
    const shown = isCurrent && this.#options.hits ? this.#withHits(styled, currentHitStyle) : styled;
    const margin = plain(isCurrent ? symbols.currentLine : ' ', {bold: true});
    let text = this.#wraps(id)
      ? slice(shown, offsets[row] ?? 0, offsets[row + 1] ?? shown.text.length)
      : this.#window(shown);
    if (label !== undefined && row === offsets.length - 1) {
      const room = this.#textWidth - textWidth(label);
      if (room > 0) text = concat([padTo(clip(text, 0, room), room), plain(label, {dim: true, inverse: true})]);
    }
    return paint(concat([margin, text]), depth);
  }

  /** A marker always wraps: what it says of a loss must not be cut off. */
  #wraps(id: number): boolean {
    return this.#options.wrap || this.#buffer.markerAt(id) !== undefined;
  }

  /** The part of a line that the pan shows; what goes on beyond a border is marked there. */
  #window(shown: StyledText): StyledText {
    const {pan, symbols} = this.#options;
    const width = this.#textWidth;
    const cut = clippedSides(shown.text, pan, width);
    const text = clip(shown, pan, width);
    const left = cut.left ? [plain(symbols.cutLeft, {dim: true}), clip(text, 1, width - 1)] : [text];
    if (!cut.right) return concat(left);
    return concat([clip(concat(left), 0, width - 1), plain(symbols.cutRight, {dim: true})]);
  }

  #entry(id: number): EntryText {
    const cached = this.#cache.get(id);
    if (cached) return cached;
    const entry = this.#make(id);
    // The open line grows and a marker may still be folded into: neither is final.
    const final = !(this.#buffer.hasOpenLine && id === this.#buffer.endId - 1) && !this.#buffer.markerAt(id);
    if (final) {
      if (this.#cache.size >= cacheLimit) this.#cache.clear();
      this.#cache.set(id, entry);
    }
    return entry;
  }

  #make(id: number): EntryText {
    const marker = this.#buffer.markerAt(id);
    if (marker) {
      const rule = this.#options.symbols.rule.repeat(this.#textWidth >= 60 ? 4 : 1);
      // The first line of `deployment_error` is part of it: text that a pipeline may have written.
      const words = sanitise(`${rule} ${markerText(marker)}`).text;
      // The closing rule is for looks only: it gets no row of its own.
      const closed = `${words} ${rule}`;
      const text = textWidth(closed) <= this.#textWidth ? closed : words;
      const styled = plain(text, markerStyles[markerTone(marker)]);
      return {styled, offsets: wordOffsets(text, this.#textWidth), label: undefined};
    }
    const bytes = this.#buffer.lineAt(id) ?? new Uint8Array();
    const asSent = lineAsSent(bytes);
    return this.#layOut(this.#withHits(this.#form(asSent), hitStyle), bytes.length);
  }

  /** The compact form, unless a hit stands in a part that it hides. */
  #form(asSent: StyledText): StyledText {
    if (this.#options.asSent) return asSent;
    const compact = lineCompact(asSent, this.#compactness);
    const {hits} = this.#options;
    if (!hits || compact === asSent) return compact;
    return hits.ranges(compact.text).length === 0 && hits.ranges(asSent.text).length > 0 ? asSent : compact;
  }

  #withHits(styled: StyledText, style: Style): StyledText {
    const ranges = this.#options.hits?.ranges(styled.text) ?? [];
    return ranges.length === 0 ? styled : overlay(styled, ranges, style);
  }

  #layOut(styled: StyledText, byteLength: number): EntryText {
    const offsets = this.#options.wrap ? wrapOffsets(styled.text, this.#textWidth, wrapLimit + 1) : [0];
    const isCut = byteLength > shownBytes || offsets.length > wrapLimit;
    const label = isCut ? `${this.#options.symbols.ellipsis} ${byteSize(byteLength)}` : undefined;
    if (offsets.length <= wrapLimit) return {styled, offsets, label};
    return {styled: slice(styled, 0, offsets[wrapLimit] ?? 0), offsets: offsets.slice(0, wrapLimit), label};
  }
}
