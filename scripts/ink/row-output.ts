import Output from '../../node_modules/ink/build/output.js';

type WriteOptions = Parameters<Output['write']>[3];
type Clip = Parameters<Output['clip']>[0];
type Write = {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** Index of the line in the written text. */
  readonly line: number;
  readonly options: WriteOptions;
};

/** Repeats a call on a grid whose first row is `firstRow` of the screen. */
type Call = (grid: Output, firstRow: number) => void;

/**
 * Replaces Ink's `Output` in the bundle (`faster-ink.mjs`). Ink writes every text into a grid of cells and reads the rows
 * back. Here a row of one text, as nearly all are, is that text. Only rows of several texts, or of clipped or multi-line
 * text, go through the grid. When one such row sent all rows there, a frame of 200×50 with a prompt took 8 to 14 ms.
 */
export class RowOutput {
  readonly #size: {readonly width: number; readonly height: number};
  readonly #writes: Write[] = [];
  readonly #calls: Call[] = [];
  readonly #gridRows = new Set<number>();
  #clips = 0;

  constructor(size: {width: number; height: number}) {
    this.#size = size;
  }

  get height(): number {
    return this.#size.height;
  }

  write(x: number, y: number, text: string, options: WriteOptions): void {
    if (text === '') return;
    const lines = text.split('\n');
    this.#calls.push((grid, firstRow) => {
      if (y + lines.length > firstRow && y < firstRow + grid.height) grid.write(x, y - firstRow, text, options);
    });
    const isSimple = this.#clips === 0 && (lines.length === 1 || isBlank(text));
    for (const [line, part] of lines.entries()) {
      const row = y + line;
      if (isSimple) this.#writes.push({x, y: row, text: part, line, options});
      else if (row >= 0 && row < this.#size.height) this.#gridRows.add(row);
    }
  }

  clip({x1, x2, y1, y2}: Clip): void {
    this.#clips += 1;
    this.#calls.push((grid, firstRow) => grid.clip({x1, x2, y1: minus(y1, firstRow), y2: minus(y2, firstRow)}));
  }

  unclip(): void {
    this.#clips -= 1;
    this.#calls.push((grid) => grid.unclip());
  }

  get(): {output: string; height: number} {
    const {width, height} = this.#size;
    const rows = Array.from({length: height}, (): Write[] => []);
    for (const write of this.#writes) rows[write.y]?.push(write);
    const output = rows.map((writes, row) => (this.#gridRows.has(row) ? '' : rowOf(writes, width)));
    this.#fillGridRows(output);
    return {output: output.join('\n'), height};
  }

  #fillGridRows(output: string[]): void {
    if (this.#gridRows.size === 0) return;
    const first = Math.min(...this.#gridRows);
    const grid = new Output({width: this.#size.width, height: Math.max(...this.#gridRows) - first + 1});
    for (const call of this.#calls) call(grid, first);
    const made = grid.get().output.split('\n');
    for (const row of this.#gridRows) output[row] = made[row - first] ?? '';
  }
}

function minus(bound: number | undefined, by: number): number | undefined {
  return bound === undefined ? undefined : bound - by;
}

function rowOf(writes: readonly Write[], width: number): string {
  const [only] = writes;
  if (!only) return '';
  const finished = writes.length === 1 && only.x === 0 ? finishedText(only) : undefined;
  if (finished !== undefined) return finished.trimEnd();
  const grid = new Output({width, height: 1});
  for (const {x, text, line, options} of writes) {
    grid.write(x, 0, text, {transformers: options.transformers.map((transform) => (each) => transform(each, line))});
  }
  return grid.get().output;
}

/**
 * The text of a whole row; a blank one is a placeholder for it (`shells/screen/components/rows.tsx`). Undefined for a text with a
 * style of its component, which must survive a reset inside the text.
 */
function finishedText(write: Write): string | undefined {
  const text = transformed(write);
  return text === write.text || isBlank(write.text) ? text : undefined;
}

function transformed({text, line, options}: Write): string {
  return options.transformers.reduce((made, transform) => transform(made, line), text);
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

export default RowOutput;
