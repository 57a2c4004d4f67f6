import {clip, padTo} from '../terminal/clip.ts';
import {concat, plain, type StyledText, slice} from '../terminal/styled-text.ts';
import {textWidth} from '../terminal/width.ts';
import {wordOffsets} from './word-offsets.ts';

/** Rows of a page that is wrapped at words, `width` cells wide and at most `limit` long. */
export class RowList {
  readonly width: number;
  #limit: number;
  readonly #rows: StyledText[] = [];

  constructor(width: number, limit: number) {
    this.width = width;
    this.#limit = limit;
  }

  get rows(): readonly StyledText[] {
    return this.#rows;
  }

  /** What is added from now on is left out. */
  get isFull(): boolean {
    return this.#rows.length >= this.#limit;
  }

  /** A line, in as many rows as it needs. */
  add(line: StyledText): void {
    if (this.isFull) return;
    for (const row of wrapped(line, this.width)) this.#push(row);
  }

  /** Lines beside a name of `nameCells` cells; a name that is longer stands in rows of its own above them. */
  addNamed(name: StyledText, nameCells: number, lines: readonly StyledText[]): void {
    const isBeside = textWidth(name.text) < nameCells;
    if (!isBeside) this.add(name);
    let left = padTo(isBeside ? name : plain(''), nameCells);
    for (const line of lines) {
      if (this.isFull) return;
      for (const row of wrapped(line, Math.max(2, this.width - nameCells))) {
        this.#push(clip(concat([left, row]), 0, this.width));
        left = plain(' '.repeat(nameCells));
      }
    }
  }

  /** Nothing more is to be added. */
  end(): void {
    this.#limit = this.#rows.length;
  }

  /** Puts a line in place of the last row. */
  replaceLast(line: StyledText): void {
    this.#rows.splice(-1, 1, clip(line, 0, this.width));
  }

  #push(row: StyledText): void {
    if (!this.isFull) this.#rows.push(row);
  }
}

function wrapped(line: StyledText, cells: number): readonly StyledText[] {
  // Most lines are short, and a character is at most two cells wide.
  if (line.text.length * 2 <= cells) return [line];
  const offsets = wordOffsets(line.text, cells);
  return offsets.map((start, index) => slice(line, start, offsets[index + 1] ?? line.text.length));
}
