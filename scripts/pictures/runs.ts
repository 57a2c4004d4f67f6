import {textWidth} from '../../source/terminal/width.ts';
import type {CellStyle} from '../../test/harness/screen.ts';
import type {Terminal} from '../../test/harness/terminal.ts';

/** Neighbouring cells of one style; `column` is 0-based. */
export type Run = {
  readonly text: string;
  readonly column: number;
  readonly cells: number;
  readonly style: CellStyle;
};

/** What differs between two runs: the port of the demo server, and how long a reconnect took. */
const varying: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/127\.0\.0\.1:\d{5}/, '127.0.0.1:18080'],
  [/(?<=reconnected after )\d s/, '1 s'],
];

/** No colour, and nothing else. */
export const plainStyle: CellStyle = {
  ...{fg: undefined, bg: undefined},
  ...{bold: false, dim: false, italic: false, underline: false, inverse: false},
};

/** What is read of a screen. */
export type ShownCells = Pick<Terminal, 'cols' | 'rows' | 'cell'>;

export function screenRuns(terminal: ShownCells): Run[][] {
  return Array.from({length: terminal.rows}, (_, row) => rowRuns(terminal, row));
}

function rowRuns(terminal: ShownCells, row: number): Run[] {
  const runs: Run[] = [];
  for (let column = 0; column < terminal.cols; column++) {
    const {text, ...style} = terminal.cell(row, column);
    const last = runs.at(-1);
    // The second half of a wide character has no text, nor has a cell that was never written: that is a blank.
    const isSecondHalf = text === '' && last !== undefined && textWidth(last.text) > last.cells;
    if (last && (isSecondHalf || joins(last, text, style))) {
      runs[runs.length - 1] = {...last, text: last.text + (isSecondHalf ? '' : text || ' '), cells: last.cells + 1};
    } else {
      runs.push({text: text || ' ', column, cells: 1, style});
    }
  }
  const steady = (text: string) => varying.reduce((now, [pattern, fixed]) => now.replace(pattern, fixed), text);
  return runs.map((run) => ({...run, text: steady(run.text)}));
}

/** Symbols are runs of their own: they may come from a font of another width. */
function joins(last: Run, text: string, style: CellStyle): boolean {
  return isAscii(last.text) && isAscii(text) && sameStyle(last.style, style);
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function sameStyle(one: CellStyle, other: CellStyle): boolean {
  return (Object.keys(one) as (keyof CellStyle)[]).every((key) => one[key] === other[key]);
}
