import {openTerminal} from '../../test/harness/terminal.ts';
import {BenchServer} from './bench-server.ts';
import {startOf} from './built-program.ts';
import type {BenchContext} from './row.ts';

const pipeline = 'orders';
const warmed = new Map<string, Promise<void>>();

/**
 * Resolves once the program of a tree has followed a pipeline and quit, and opened a file and quit: as at most starts of a
 * user, its compiled code is on the disk then. A program that is killed, as those that are measured, leaves none, and
 * without it a quiet tab takes 8 MiB more.
 */
export async function warmStart({tree, logFile}: BenchContext): Promise<void> {
  const done = warmed.get(tree) ?? quitBoth(tree, await logFile());
  warmed.set(tree, done);
  await done;
}

async function quitBoth(tree: string, file: string): Promise<void> {
  await using server = await BenchServer.start(pipeline);
  await openAndQuit(tree, ['--host', server.url, pipeline], /\bLIVE\b/);
  await openAndQuit(tree, ['open', file], / (?:INFO|WARN|ERROR|DEBUG) /);
}

async function openAndQuit(tree: string, args: readonly string[], shown: RegExp): Promise<void> {
  await using terminal = await openTerminal({...startOf(tree, ...args), cols: 200, rows: 50});
  // A checkout from before files could be opened takes `open` for the name of a pipeline.
  const isShown = terminal.waitFor(shown, {timeout: 10_000}).catch(() => undefined);
  await Promise.race([isShown, terminal.exit]);
  for (let tries = 0; tries < 2 && terminal.running; tries++) {
    await terminal.press('q');
    await Promise.race([terminal.exit, terminal.stable()]);
  }
}
