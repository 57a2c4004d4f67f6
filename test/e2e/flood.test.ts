import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {openProgram} from '../harness/program.ts';
import type {Terminal} from '../harness/terminal.ts';
import {FloodProcess} from './flood-process.ts';

/** A million are for trials by hand. */
const lines = Number(process.env.FLOOD ?? 150_000);
/** Feldera drops a follower that is further behind. */
const followerLimit = 100_000;

/** Lines held and dropped, as in the status line. */
function linesCounted(terminal: Terminal): number {
  const held = /([\d,]+) lines? {2}[\d.]+ [kMG]?B/.exec(terminal.row(-2))?.[1] ?? '0';
  const dropped = /([\d,]+) older lines? dropped/.exec(terminal.row(-2))?.[1] ?? '0';
  return [held, dropped].reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0);
}

async function openFlood(server: FloodProcess): Promise<Terminal> {
  const {url} = await server.state();
  const terminal = await openProgram(['--host', url, 'flood'], {cols: 140});
  await terminal.waitFor('LIVE');
  return terminal;
}

test(`a flood of ${lines} lines into a tab that is paused, scrolled and searched: all counted, never too slow`, async () => {
  await using server = FloodProcess.start();
  await using terminal = await openFlood(server);
  const flood = server.flood(lines);
  let over = false;
  const done = flood.then(() => {
    over = true;
  });
  await terminal.press('p');
  await terminal.waitFor('PAUSED');
  await terminal.press('/');
  await terminal.type('step 7. of');
  await terminal.press('Enter');
  // A user who keeps pressing keys, for as long as it lasts.
  while (!over) await terminal.press('PageUp', 'n', 'PageDown', 'N', 'k', 'g', 'n', 'w', 'w', 'G', 'p');
  await done;
  const {entries} = await flood;
  await eventually(
    () => linesCounted(terminal) >= entries,
    () => `${entries} lines counted\n${terminal.text()}`,
    60_000,
  );
  expect(linesCounted(terminal)).toBe(entries);
  expect(entries).toBeGreaterThan(lines);
  const {mostQueued, connections, open} = await server.state();
  expect({connections, open}).toEqual({connections: 1, open: 1});
  expect(mostQueued).toBeLessThan(followerLimit);
  await terminal.press('Esc', 'G');
  await terminal.waitFor(`flood line ${lines}.`);
  await terminal.press('i');
  await terminal.waitForGone(`flood line ${lines}.`);
  // The status line below counts what the scrollback dropped.
  expect(terminal.screen().slice(0, -2).join('\n')).not.toContain('too slow');
});

test('a terminal that is not read does not stop the stream, and shows the right screen once it is read again', async () => {
  await using server = FloodProcess.start();
  await using terminal = await openFlood(server);
  await server.flood(1000);
  await terminal.waitFor('flood line 1000.');
  terminal.stall();
  // Far more than the kernel, the program and the server's queue could hold together if nothing read.
  for (let turn = 0; turn < 20; turn++) {
    await server.flood(10_000);
    await sleep(100);
  }
  await eventually(
    async () => (await server.state()).queued === 0,
    async () => `an empty queue, ${JSON.stringify(await server.state())}`,
  );
  const {connections, open, mostQueued} = await server.state();
  expect({connections, open}).toEqual({connections: 1, open: 1});
  expect(mostQueued).toBeLessThan(followerLimit);
  expect(terminal.text()).not.toContain('flood line 201000.');
  terminal.unstall();
  await terminal.waitFor('flood line 201000.');
  await terminal.stable();
  const seen = terminal.screen();
  await terminal.press('C-l');
  await terminal.stable();
  expect(seen).toEqual(terminal.screen());
  await server.flood(1);
  await terminal.waitFor('flood line 201001.');
});
