import {openTerminal} from '../../test/harness/terminal.ts';
import {startOf} from './built-program.ts';
import type {BenchContext} from './row.ts';

const warmed = new Map<string, Promise<void>>();

/**
 * Resolves once the program has opened a log and quit: as at most starts of a user, its compiled code is on the disk then.
 * A program that is killed, as those that are measured, leaves none.
 */
export async function warmStart({tree, logFile}: BenchContext): Promise<void> {
  const done = warmed.get(tree) ?? openOnce(tree, await logFile('coloured'));
  warmed.set(tree, done);
  await done;
}

async function openOnce(tree: string, file: string): Promise<void> {
  await using terminal = await openTerminal({...startOf(tree, 'open', file), cols: 200, rows: 50});
  await terminal.waitFor(/ (?:INFO|WARN|ERROR|DEBUG) /, {timeout: 60_000, hint: 'a line'});
  await terminal.press('q');
  await terminal.exit;
}
