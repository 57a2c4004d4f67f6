import Output from '../../node_modules/ink/build/output.js';

type WriteOptions = Parameters<Output['write']>[3];
type Clip = Parameters<Output['clip']>[0];
type Write = {readonly x: number; readonly y: number; readonly text: string; readonly options: WriteOptions};

/** What was asked for, again for a grid whose first row is this one of the screen. */
type Call = (grid: Output, firstRow: number) => void;

/**
 * Stands in for Ink's `Output` in the bundle, see `faster-ink.mjs`. Ink puts every text into a grid of cells and reads
 * rows out of that; here a row that one text has to itself, as nearly all do, is that text. Only rows that are made of
 * several go through Ink's grid, and those with something that is clipped or has several lines: where one line is typed,
 * a frame of 200×50 took 8 to 14 ms while that sent all rows there.
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
    const lines = countLines(text);
    this.#calls.push((grid, firstRow) => {
      if (y + lines > firstRow && y < firstRow + grid.height) grid.write(x, y - firstRow, text, options);
    });
    if (lines === 1 && this.#clips === 0) this.#writes.push({x, y, text, options});
    else for (let row = y; row < y + lines; row++) if (row >= 0 && row < this.#size.height) this.#gridRows.add(row);
  }

  clip({x1, x2, y1, y2}: Clip): void {
    this.#clips += 1;
    this.#calls.push((grid, firstRow) => grid.clip({x1, x2, y1: less(y1, firstRow), y2: less(y2, firstRow)}));
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

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

function less(bound: number | undefined, by: number): number | undefined {
  return bound === undefined ? undefined : bound - by;
}

function rowOf(writes: readonly Write[], width: number): string {
  const [only] = writes;
  if (!only) return '';
  if (writes.length === 1 && only.x === 0 && isFinished(only)) return only.text.trimEnd();
  const grid = new Output({width, height: 1});
  for (const {x, text, options} of writes) grid.write(x, 0, text, options);
  return grid.get().output;
}

/** Whether the component gives the text no style of its own, which would have to outlast a reset inside of it. */
function isFinished({text, options}: Write): boolean {
  return options.transformers.every((transform) => transform(text, 0) === text);
}

export default RowOutput;
