import {setTimeout as sleep} from 'node:timers/promises';
import type {Terminal} from '../harness/terminal.ts';
import {soakPipelines} from './protocol.ts';
import type {SoakServer} from './server-process.ts';

/** How often what was done. */
export type Deeds = {rounds: number; tabs: number; resizes: number; searches: number; filters: number; cuts: number};

/** A busy machine may starve the server for longer than it takes to give up a connection (10 s): no reason to end. */
const patience = {timeout: 120_000};

export const noDeeds = (): Deeds => ({rounds: 0, tabs: 0, resizes: 0, searches: 0, filters: 0, cuts: 0});

const sizes = [
  [80, 24],
  [120, 40],
  [60, 15],
  [200, 50],
] as const;

/**
 * What a busy user does in some seconds: opens, turns and closes tabs, searches, filters, folds, scrolls, resizes; and
 * what a bad network does. Leaves the program as it found it: one pinned tab, nothing searched, nothing filtered.
 */
export async function actOnce(terminal: Terminal, server: SoakServer, deeds: Deeds): Promise<void> {
  deeds.rounds += 1;
  const {rounds} = deeds;
  const name = soakPipelines[rounds % soakPipelines.length] ?? '';

  await toList(terminal);
  await terminal.press('End', ...Array<string>(rounds % 4).fill('k'), 'Enter');
  await toList(terminal);
  await terminal.press('Home', 'j', 'Enter', ']', '[');
  deeds.tabs += 2;

  const [cols, rows] = sizes[rounds % sizes.length] ?? sizes[0];
  terminal.resize(cols, rows);
  deeds.resizes += 1;

  await toLog(terminal);
  // A log that is not open yet has nothing to search.
  await terminal.waitFor(() => /\bLIVE\b/.test(terminal.row(0)), patience);
  await terminal.press('/');
  await terminal.waitFor(() => terminal.row(-2).startsWith(' /'), patience);
  await terminal.type(`worker ${rounds % 8}`);
  await terminal.press('Enter', 'n', 'N', 'PageUp', 'PageUp', 'w', 'w', 'J', 'J');
  deeds.searches += 1;
  if (rounds % 4 === 0) {
    await terminal.press('&');
    await terminal.type('step 7');
    await terminal.press('Enter', 'f', 'f', 'Home', 'G');
    deeds.filters += 1;
  }
  // One layer each. An Esc that arrives together with the next key is no Esc.
  for (let layer = 0; layer < 3; layer++) {
    await terminal.press('Esc');
    await sleep(150);
  }
  await look(terminal, '?', 'type to find');
  await look(terminal, 'i', 'Connection of');

  if (rounds % 3 === 0) {
    await server.ask(rounds % 2 === 0 ? {kind: 'cut', reset: true} : {kind: 'cut', name, reset: false});
    deeds.cuts += 1;
  }
  if (rounds % 10 === 0) await server.ask({kind: 'restart', name});
  await closeOthers(terminal);
  await terminal.press('G');
}

/** Opens a page and closes it. */
async function look(terminal: Terminal, key: string, sight: string): Promise<void> {
  await terminal.press(key);
  await terminal.waitFor(sight, patience);
  await terminal.press('Esc');
  await terminal.waitForGone(sight, patience);
}

/** The keys go to the log when the list is hidden, and stay there when it comes back. */
async function toLog(terminal: Terminal): Promise<void> {
  await terminal.press('z', 'z');
  await terminal.waitFor('│', patience);
}

async function toList(terminal: Terminal): Promise<void> {
  await toLog(terminal);
  await terminal.press('Tab');
}

async function closeOthers(terminal: Terminal): Promise<void> {
  // Where there is no room for all, a tab has only its number.
  const others = () => terminal.row(1).match(/[ ►][2-9](?= )/g)?.length ?? 0;
  for (let left = others(); left > 0; left = others()) {
    await terminal.press('2', 'X');
    // Seen too late, the last one would be closed as well.
    await terminal.waitFor(() => others() < left, patience);
  }
  await terminal.press('1');
}
