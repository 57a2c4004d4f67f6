import type {Terminal as Emulator, IBufferCell} from '@xterm/headless';

/** How a cell is painted. A colour is undefined (the terminal's own), a name of the 16, `palette-N` or `#rrggbb`. */
export type CellStyle = {
  readonly fg: string | undefined;
  readonly bg: string | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
};

/** One cell; `text` is empty for the second half of a wide character. */
export type Cell = CellStyle & {readonly text: string};

const HUES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** Reads the visible part of an emulator: what the user would see now. Rows and columns count from 0. */
export class Screen {
  readonly #emulator: Emulator;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  /** Every row, from the top, without the blanks at its end. */
  rows(): string[] {
    return Array.from({length: this.#emulator.rows}, (_, row) => this.row(row));
  }

  /** One row, without the blanks at its end; a negative number counts from the bottom (-1 is the last row). */
  row(row: number): string {
    return this.#line(row)?.translateToString(true, 0, this.#emulator.cols).trimEnd() ?? '';
  }

  /** The rows that the emulator itself began, since the one above was wider than it. */
  wrappedRows(): number[] {
    return Array.from({length: this.#emulator.rows}, (_, row) => row).filter((row) => this.#line(row)?.isWrapped);
  }

  /** All rows, joined by newlines. */
  text(): string {
    return this.rows().join('\n');
  }

  /** Throws if there is no such cell. */
  cell(row: number, column: number): Cell {
    const cell = this.#line(row)?.getCell(column);
    if (!cell) throw new Error(`no cell at row ${row}, column ${column}`);
    return {text: cell.getChars(), ...styleOfCell(cell)};
  }

  /** The first place of `text`, in cells, or undefined. */
  find(text: string): {row: number; column: number} | undefined {
    for (let row = 0; row < this.#emulator.rows; row++) {
      const column = this.#columnOf(row, text);
      if (column !== undefined) return {row, column};
    }
    return undefined;
  }

  /** The style of the first cell of the first `text` on the screen. Throws, with the screen, if it is not there. */
  styleOf(text: string): CellStyle {
    const place = this.find(text);
    if (!place) throw new Error(`${JSON.stringify(text)} is not on the screen:\n${this.framed()}`);
    const {text: _, ...style} = this.cell(place.row, place.column);
    return style;
  }

  /** The screen inside a frame, for messages. */
  framed(): string {
    const {cols} = this.#emulator;
    const edge = `+${'-'.repeat(cols)}+`;
    return [edge, ...this.rows().map((row) => `|${row}`), edge].join('\n');
  }

  #line(row: number) {
    const buffer = this.#emulator.buffer.active;
    return buffer.getLine(buffer.baseY + (row < 0 ? this.#emulator.rows + row : row));
  }

  /** Text positions and columns differ as soon as a wide character or a combining mark is to the left. */
  #columnOf(row: number, wanted: string): number | undefined {
    const line = this.#line(row);
    if (!line) return undefined;
    const starts: number[] = [];
    let text = '';
    for (let column = 0; column < line.length; column++) {
      const cell = line.getCell(column);
      if (!cell || cell.getWidth() === 0) continue;
      const chars = cell.getChars() || ' ';
      for (let index = 0; index < chars.length; index++) starts.push(column);
      text += chars;
    }
    return starts[text.indexOf(wanted)];
  }
}

function styleOfCell(cell: IBufferCell): CellStyle {
  return {
    fg: cell.isFgDefault() ? undefined : colour(cell.getFgColor(), cell.isFgRGB()),
    bg: cell.isBgDefault() ? undefined : colour(cell.getBgColor(), cell.isBgRGB()),
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    italic: cell.isItalic() !== 0,
    underline: cell.isUnderline() !== 0,
    inverse: cell.isInverse() !== 0,
  };
}

function colour(value: number, rgb: boolean): string {
  if (rgb) return `#${value.toString(16).padStart(6, '0')}`;
  const hue = HUES[value % 8] ?? '';
  if (value < 8) return hue;
  if (value < 16) return `bright-${hue}`;
  return `palette-${value}`;
}
