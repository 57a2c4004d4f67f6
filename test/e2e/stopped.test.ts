import path from 'node:path';
import {setTimeout as sleep, setImmediate as turn} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {openRig} from './logs-rig.ts';
import {startProgram} from './running-program.ts';

/** On a clock five times as fast: 30 s, which the program notices wherever its last check was. */
const STOPPED_MS = 6_000;
const clock = {
  NODE_OPTIONS: `--import=${path.join(import.meta.dirname, 'clock-preload.mjs')}`,
  PIPETAIL_TEST_SPEED: '5',
};

test('after a stop: what the old connection holds until it dies, then the second one, though the server keeps only the end', async () => {
  const {server, write} = await openRig(['orders', 'other'], {ringLimits: {bytes: 1_000_000, entries: 1_000}});
  const lines = write('orders', 100);
  const following = await startProgram(['logs', '-f', '--host', server.url, 'orders'], clock);
  onTestFinished(() => following[Symbol.asyncDispose]());
  await following.untilStdout(lines.at(-1) ?? '');

  following.kill('SIGSTOP');
  lines.push(...write('orders', 4_000));
  // The sender of this connection waits with the rest, as after packets that nobody acknowledged. Later ones do not.
  server.freeze('orders');
  server.freeze('other');
  const rest = write('orders', 4_000);
  lines.push(...rest);
  server.cutConnections({name: 'orders', afterBytes: Buffer.byteLength(`${rest.join('\n')}\n`)});
  await sleep(STOPPED_MS);
  following.kill('SIGCONT');
  while (server.totalLogConnections < 2) await turn();
  server.thaw();
  lines.push(...write('orders', 4_000));

  await following.untilStdout(lines.at(-1) ?? '');
  const received = following.stdout().toString().split('\n');
  const numbers = (all: readonly string[]) => all.flatMap((line) => / INFO test: {2}line (\d+)$/.exec(line)?.[1] ?? []);
  expect(numbers(received).join(' ')).toBe(numbers(lines).join(' '));
  expect(following.stderr()).toMatch(/^pipetail: orders: .* · 0 entries lost\n$/);
});
