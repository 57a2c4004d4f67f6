import {openTerminal, type Terminal} from '../../test/harness/terminal.ts';
import {startOf} from './built-program.ts';

/** Enough to page through. */
const fewLines = 500;

/**
 * The program at 200×50 with these pipelines open, the first one before the eye, live and with some lines, and its keys
 * going to the log. Dispose of it: `await using`.
 */
export async function openLog(
  tree: string,
  {url, names, env = {}}: {url: string; names: readonly string[]; env?: Readonly<Record<string, string>>},
): Promise<Terminal> {
  const program = startOf(tree, '--host', url, ...names);
  const terminal = await openTerminal({...program, env: {...program.env, ...env}, cols: 200, rows: 50});
  const isThere = () => /\bLIVE\b/.test(terminal.row(0)) && linesReceived(terminal) >= fewLines;
  await terminal.waitFor(isThere, {timeout: 60_000, hint: 'a live log'});
  // The keys go to the log once the list has been hidden.
  await terminal.press('z', 'z');
  return terminal;
}

/** The status line's number of lines held and dropped, which together are all that came. NaN: none yet. */
export function linesReceived(terminal: Terminal): number {
  const numberIn = (pattern: RegExp) => Number(pattern.exec(terminal.row(-2))?.[1]?.replaceAll(',', ''));
  return numberIn(/([\d,]+) lines?\b/) + (numberIn(/([\d,]+) older lines? dropped/) || 0);
}
