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

/** The demo server has another port at each run. */
const anyPort = /127\.0\.0\.1:\d{5}/;
const onePort = '127.0.0.1:18080';

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
  return runs.map((run) => ({...run, text: run.text.replace(anyPort, onePort)}));
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
