import {wrapOffsets} from '../terminal/wrap.ts';

/** Where the rows of prose start, `cells` wide: at words where there is a space to break at, else anywhere. */
export function wordOffsets(text: string, cells: number): readonly number[] {
  const offsets = [0];
  for (let start = 0; ; ) {
    const next = wrapOffsets(text.slice(start), cells, 2)[1];
    if (next === undefined) return offsets;
    const space = text.lastIndexOf(' ', start + next - 1);
    start = space > start ? space + 1 : start + next;
    offsets.push(start);
  }
}
