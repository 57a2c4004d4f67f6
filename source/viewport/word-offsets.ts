import {wrapOffsets} from '../terminal/wrap.ts';

/** Characters that a row of one cell may need at most: a base and the marks on it, which `sanitise` limits to 8. */
const charactersPerCell = 10;

/** Where the rows of prose start, `cells` wide: at words where there is a space to break at, else anywhere. */
export function wordOffsets(text: string, cells: number): readonly number[] {
  const offsets = [0];
  // More than a row at a time is not looked at: a line of 64 KiB would be gone through for each of its rows.
  const most = (Math.max(2, cells) + 1) * charactersPerCell;
  for (let start = 0; ; ) {
    const ahead = text.slice(start, start + most);
    const next = wrapOffsets(ahead, cells, 2)[1];
    if (next === undefined) return offsets;
    const space = ahead.lastIndexOf(' ', next - 1);
    start += space > 0 ? space + 1 : next;
    offsets.push(start);
  }
}
