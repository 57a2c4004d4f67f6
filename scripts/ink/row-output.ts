import Output from '../../node_modules/ink/build/output.js';

type WriteOptions = Parameters<Output['write']>[3];
type Clip = Parameters<Output['clip']>[0];
type Write = {readonly x: number; readonly y: number; readonly text: string; readonly options: WriteOptions};

/**
 * Stands in for Ink's `Output` in the bundle, see `faster-ink.mjs`. Ink puts every text into a grid of cells and reads
 * rows out of that; here a row that one text has to itself, as nearly all do, is that text. Rows that are made of several
 * go through Ink's grid, and so does everything once something is clipped or has several lines.
 */
export class RowOutput {
  readonly #size: {readonly width: number; readonly height: number};
  readonly #writes: Write[] = [];
  /** What was asked for, again for the grid. */
  readonly #calls: ((grid: Output) => void)[] = [];
  #needsGrid = false;

  constructor(size: {width: number; height: number}) {
    this.#size = size;
  }

  get height(): number {
    return this.#size.height;
  }

  write(x: number, y: number, text: string, options: WriteOptions): void {
    if (text === '') return;
    this.#writes.push({x, y, text, options});
    this.#calls.push((grid) => grid.write(x, y, text, options));
    if (text.includes('\n')) this.#needsGrid = true;
  }

  clip(clip: Clip): void {
    this.#calls.push((grid) => grid.clip(clip));
    this.#needsGrid = true;
  }

  unclip(): void {
    this.#calls.push((grid) => grid.unclip());
  }

  get(): {output: string; height: number} {
    const {width, height} = this.#size;
    if (this.#needsGrid) {
      const grid = new Output({width, height});
      for (const call of this.#calls) call(grid);
      return grid.get();
    }
    const rows = Array.from({length: height}, (): Write[] => []);
    for (const write of this.#writes) rows[write.y]?.push(write);
    return {output: rows.map((writes) => rowOf(writes, width)).join('\n'), height};
  }
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
