import {setTimeout as sleep} from 'node:timers/promises';
import type {Terminal} from '../harness/terminal.ts';
import type {Viewer} from './viewer.ts';

/** The marked line: its screen row and its text. Throws, with the screen, if there is none. */
export function currentLine(terminal: Terminal): {readonly row: number; readonly text: string} {
  const rows = terminal.screen();
  const mark = '▸';
  const row = rows.findIndex((each) => each.includes(mark));
  if (row === -1) throw new Error(`no line is marked:\n${rows.join('\n')}`);
  return {row, text: rows[row]?.split(mark)[1]?.replace(/▕$/, '').replace(/^▎/, '').trim() ?? ''};
}

/** Level and message of the shown records, top to bottom, in the compact form: `WARN refused by peer 12.` */
export function records(viewer: Viewer): string[] {
  return viewer.pane().flatMap((row) => {
    const [, level, message] = /\d\d:\d\d:\d\d(?:\.\d{3})? (TRACE|DEBUG|INFO|WARN|ERROR) +(.*)$/.exec(row) ?? [];
    return level === undefined ? [] : [`${level} ${message}`];
  });
}

/** The text of a row's cells that are painted in inverse. */
export function inverseText(terminal: Terminal, row: number): string {
  const cells = Array.from({length: terminal.cols}, (_, column) => terminal.cell(row, column));
  return cells
    .filter(({inverse}) => inverse)
    .map(({text}) => text)
    .join('');
}

/** The filter row, when there is one. */
export function filterRow(terminal: Terminal): string {
  return terminal.row(-3);
}

/** Logs a line for each number from 1 on, at a steady pace, until the signal. Returns the last number. */
export async function pour(
  line: (number: number) => void,
  {perSecond, signal}: {readonly perSecond: number; readonly signal: AbortSignal},
): Promise<number> {
  const begun = performance.now();
  let written = 0;
  while (!signal.aborted) {
    const due = ((performance.now() - begun) * perSecond) / 1000;
    while (written < due) line(++written);
    await sleep(10);
  }
  return written;
}
