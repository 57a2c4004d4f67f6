import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {runCommand} from '../harness/program.ts';
import {openRig} from './logs-rig.ts';
import {openView} from './viewer.ts';

const NODE_OPTIONS = `--import=${path.join(import.meta.dirname, 'clock-preload.mjs')}`;
const minute = 60_000;
const hour = 60 * minute;

describe.each([120, -120])("a machine whose clock is %d min ahead of the server's", (ahead) => {
  const env = {NODE_OPTIONS, PIPETAIL_TEST_AHEAD: `${ahead * minute}`};

  test('--since and --until of logs and timeline, and SINCE of list, are by the clock of the server', async () => {
    const {server, write} = await openRig(['orders']);
    const [line = ''] = write('orders', 1);
    const run = (...args: readonly string[]) => runCommand([...args, '--host', server.url], {env});
    const since = await run('logs', '--since', '20m', 'orders');
    expect([since.stderr, since.stdout.split('\n').at(-2)]).toEqual(['', line]);
    expect((await run('logs', '--until', '5m', 'orders')).stdout).toBe('');
    expect((await run('list')).stdout).toMatch(/^orders +Running +(?:now|<1m|\d+ ?s)/m);
    expect((await run('timeline', '--since', '20m', 'orders')).stdout).toMatch(/[Rr]unning/);
  });

  test('--at, and a time that is typed', async () => {
    const {server, write} = await openRig(['orders']);
    write('orders', 1);
    await using view = await openView(['--host', server.url, '--at', '20m', 'orders'], {cols: 130, rows: 45, env});
    await view.terminal.waitFor('the oldest record kept is from ');
    await view.terminal.press('T');
    await view.terminal.type('now');
    await view.terminal.press('Enter');
    await view.terminal.waitFor('this is the end');
    const [, typed = ''] = /nothing at or after (\S+ \S+) UTC: this is the end/.exec(view.terminal.text()) ?? [];
    expect(Math.abs(Date.parse(`${typed.replace(' ', 'T')}Z`) - server.clock.wall())).toBeLessThan(hour);
  });

  test('a screen', async () => {
    const {server, write} = await openRig(['orders']);
    write('orders', 1);
    await using view = await openView(['--host', server.url, 'orders'], {cols: 130, rows: 30, env});
    await view.terminal.waitFor('line 1');
    await view.terminal.press('d');
    await view.terminal.waitFor(/ as of \d/);
    const [, asOf = '', since = ''] =
      / as of (\d\d:\d\d:\d\d)\n.*Running since \S+ (\S+) UTC/s.exec(view.terminal.text()) ?? [];
    const time = (text: string) => Date.parse(`2026-01-01T${text}Z`);
    expect(Math.abs(time(asOf) - time(since))).toBeLessThan(hour);
  });
});
