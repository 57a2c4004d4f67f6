import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {plainLine} from '../../demo/log-lines.ts';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {launcher, program} from '../harness/program.ts';
import {openTerminal} from '../harness/terminal.ts';

/** A frame of these cells is 4 kB: a quarter of a second, and answered within a second on a busy machine, too. */
const link = {bitsPerSecond: 128_000, roundTrip: 300, buffer: 128 * 1024};
const kib = 1024;

/** Logs 2,000 lines a second of which no two are alike, until the result is called: it returns their number. */
function flood(server: DemoServer): () => number {
  const pipeline = server.pipeline('alpha');
  let number = 0;
  const timer = setInterval(() => {
    for (let each = 0; each < 40; each++) {
      number += 1;
      const message = `${(number * 7919) % 10_007} of ${(number * 31) % 997} records: flood line ${number}.`;
      pipeline.write(plainLine({name: 'alpha'}, pipeline.stamp(), {level: 'INFO', target: 'dbsp', message}));
    }
  }, 20);
  return () => {
    clearInterval(timer);
    return number;
  };
}

test('over a slow line frames do not queue up: keys, the newest line and the shell are not behind them', async () => {
  const server = await DemoServer.start({scenario: quiet('alpha', 'beta', 'gamma')});
  await using terminal = await openTerminal({
    command: 'sh',
    args: ['-c', '"$@"; echo the shell; exec cat', 'sh', launcher, program, '--host', server.url, 'alpha'],
    ...{cols: 120, rows: 40, link},
  });
  await terminal.waitFor(() => /\bLIVE\b/.test(terminal.row(0)));
  const endFirst = flood(server);
  await terminal.waitFor('flood line');
  await sleep(3000);
  await terminal.press('?');
  await terminal.waitFor('type to find');
  await terminal.press('Esc');
  await terminal.waitForGone('type to find');
  const last = endFirst();
  await terminal.waitFor(`flood line ${last}.`);
  // A typed text is a text: no answer of the terminal is in it.
  await terminal.press('/');
  await terminal.type(`line ${last}`);
  await terminal.press('Enter');
  await terminal.waitFor(/1 of 1\b|1\/1\b/);

  await terminal.press('Esc', 'G');
  flood(server);
  await sleep(1000);
  await terminal.press('q', 'q');
  await terminal.waitFor('the shell');
  // `cat` shows what it reads, and the terminal echoes it before.
  await terminal.stable(3 * link.roundTrip);
  expect(terminal.text()).not.toMatch(/\^\[|\d+;\d+R/);
  // A few frames; the line itself takes 128.
  expect(terminal.link?.mostQueued).toBeLessThan(20 * kib);
  await server.close();
});
