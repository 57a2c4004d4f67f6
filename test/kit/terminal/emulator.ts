import xterm from '@xterm/headless';

/** The columns of the emulator; longer rows would wrap and move the cursor to the next line. */
export const emulatorColumns = 4096;

/** The cell in which the cursor of a real terminal stands after each of these rows was written to an empty line. */
export async function shownCells(rows: readonly string[]): Promise<number[]> {
  const terminal = new xterm.Terminal({cols: emulatorColumns, rows: 2, scrollback: 0, allowProposedApi: true});
  const cells: number[] = [];
  for (const row of rows) {
    terminal.write(`\r\x1b[2K${asUnicode6(row)}`, () => cells.push(terminal.buffer.active.cursorX));
  }
  await new Promise<void>((resolve) => terminal.write('', resolve));
  terminal.dispose();
  return cells;
}

/**
 * The emulator's only built-in width table is of Unicode 6 (2010). Later tables (xterm.js's own addon for Unicode 11,
 * glibc, tmux) made emoji wide and learnt more combining marks; for these, older relatives of the same width stand in.
 */
function asUnicode6(row: string): string {
  return row
    .replaceAll(/\p{Emoji_Presentation}|[\u{1f200}-\u{1f2ff}]/gv, '世')
    .replaceAll(/[\p{Mn}\p{Me}]/gv, '\u0301');
}
