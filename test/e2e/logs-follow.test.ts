import {expect, test} from 'vitest';
import type {DemoServer} from '../../demo/server.ts';
import {eventually} from '../harness/eventually.ts';
import {held, openRig} from './logs-rig.ts';

const follow = ['--follow', 'orders'];

test('a line is printed when it is written, without waiting for more', async () => {
  const {server, logs, write} = await openRig(['orders']);
  const program = await logs(...follow);
  for (let count = 0; count < 3; count++) {
    const [line = ''] = write('orders', 1);
    await program.untilStdout(`${line}\n`);
  }
  expect(program.stdout().equals(held(server, 'orders'))).toBe(true);
});

test('--until: ends by itself once a later record comes', async () => {
  const {server, logs, write} = await openRig(['orders']);
  const [line = ''] = write('orders', 1);
  const pipeline = server.pipeline('orders');
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const program = await logs('--follow', '--until', at(10), 'orders');
  await program.untilStdout(`${line}\n`);
  pipeline.write(`[orders] ${at(5)}  INFO test:  still in time`);
  await program.untilStdout('still in time\n');
  pipeline.write(`[orders] ${at(15)}  INFO test:  too late`);
  expect(await program.ended).toBe(0);
  expect(program.stdout().toString()).not.toContain('too late');
  expect(program.stderr()).toBe('');
});

test('--last-run: that run from its start on, and what follows it', async () => {
  const {server, logs, write} = await openRig(['orders']);
  write('orders', 3);
  server.pipeline('orders').stop();
  server.pipeline('orders').start();
  const [second = ''] = write('orders', 1);
  const whole = await logs('--last-run', 'orders');
  expect(await whole.ended).toBe(0);
  expect(whole.stdout().toString()).toMatch(/^\[manager\] .* stopped -> provisioning .*\n(?:.*\n)*.* line 4\n$/);
  expect(whole.stdout().toString()).not.toContain('line 3');

  const program = await logs('--follow', '--last-run', '--grep', 'test: ', 'orders');
  await program.untilStdout(`${second}\n`);
  const [third = ''] = write('orders', 1);
  await program.untilStdout(`${third}\n`);
  expect(program.stdout().toString()).toBe(`${second}\n${third}\n`);

  const none = await logs('--run', '7', 'orders');
  expect(await none.ended).toBe(1);
  expect(none.stderr()).toBe('pipetail: orders: there is no run 7: the log has only 2 runs\n');
});

test('a line longer than the ring arrives whole', async () => {
  const {server, logs, untilConnections} = await openRig(['orders']);
  const program = await logs(...follow);
  await untilConnections(1);
  const line = Buffer.from(`${'ä'.repeat(600_000)} end`);
  server.pipeline('orders').write(line);
  await program.untilStdout(' end\n');
  expect(
    program
      .stdout()
      .subarray(-line.length - 1, -1)
      .equals(line),
  ).toBe(true);
});

test.each([
  ['connection lost', (server: DemoServer) => server.cutConnections({afterBytes: 100})],
  ['connection to the runner lost', (server: DemoServer) => server.loseRunnerConnection()],
])('a cut (%s) is stitched, and said with its cause', async (cause, cut) => {
  const {server, logs, write} = await openRig(['orders']);
  const before = write('orders', 50);
  const program = await logs(...follow);
  await program.untilStdout(`${before.at(-1)}\n`);
  cut(server);
  write('orders', 40);
  await eventually(
    () => server.totalLogConnections === 2,
    () => `${server.totalLogConnections} connections`,
  );
  const last = write('orders', 20).at(-1);
  await program.untilStdout(`${last}\n`);
  expect(program.stdout().equals(held(server, 'orders'))).toBe(true);
  expect(program.stderr()).toMatch(
    new RegExp(`^pipetail: orders: ${cause} · reconnected after .* · 0 entries lost\n$`),
  );
});

test('entries that the server could not keep are counted', async () => {
  const {server, logs, write} = await openRig(['orders'], {ringLimits: {bytes: 1_000_000, entries: 100}});
  const before = write('orders', 10);
  const program = await logs(...follow);
  await program.untilStdout(`${before.at(-1)}\n`);
  const printed = program.stdout();
  server.cutConnections();
  // At once: the program may be back in a moment.
  const missed = write('orders', 250);
  await program.untilStdout(`${missed.at(-1)}\n`);
  expect(program.stdout().equals(Buffer.concat([printed, held(server, 'orders')]))).toBe(true);
  expect(program.stderr()).toMatch(/^pipetail: orders: 150 entries lost between .*\n$/);
});

test('a runner that restarts begins another log; a line that it cut is ended and named', async () => {
  const {server, logs, write} = await openRig(['orders'], {chunking: 'entries'});
  const before = write('orders', 10);
  const program = await logs(...follow);
  await program.untilStdout(`${before.at(-1)}\n`);
  const old = held(server, 'orders');
  server.cutConnections({afterBytes: 30});
  const [cut = ''] = write('orders', 1);
  server.killRunner();
  server.startRunner();
  const after = write('orders', 5);
  await program.untilStdout(`${after.at(-1)}\n`);
  const expected = Buffer.concat([old, Buffer.from(`${cut.slice(0, 30)}\n`), held(server, 'orders')]);
  expect(program.stdout().toString()).toBe(expected.toString());
  expect(program.stderr()).toContain('pipetail: orders: the last line printed was cut: its rest is lost\n');
  expect(program.stderr()).toMatch(/^pipetail: orders: .*runner restarted.* · server's log cleared · /m);
});

test('a deleted pipeline is waited for until it is back', async () => {
  const {server, logs, write} = await openRig(['orders']);
  const before = write('orders', 10);
  const program = await logs(...follow);
  await program.untilStdout(`${before.at(-1)}\n`);
  const old = held(server, 'orders');
  server.deletePipeline('orders');
  await program.untilStderr('deleted\n');
  server.addPipeline('orders').start();
  const after = write('orders', 10);
  await program.untilStdout(`${after.at(-1)}\n`);
  expect(program.stdout().equals(Buffer.concat([old, held(server, 'orders')]))).toBe(true);
  expect(program.stderr()).toContain('pipetail: orders: created again');
});

test('a pipeline that was deleted and created again in between is recognised as another one', async () => {
  const {server, logs, write} = await openRig(['orders']);
  const before = write('orders', 10);
  const program = await logs(...follow);
  await program.untilStdout(`${before.at(-1)}\n`);
  const old = held(server, 'orders');
  server.recreatePipeline('orders');
  const after = write('orders', 10);
  await program.untilStdout(`${after.at(-1)}\n`);
  expect(program.stdout().equals(Buffer.concat([old, held(server, 'orders')]))).toBe(true);
  expect(program.stderr()).toMatch(/^pipetail: orders: \S+ deleted and created again\n$/);
});

test('a server that is away is waited for, which is reported once', async () => {
  const {server, logs, write} = await openRig(['orders']);
  const program = await logs(...follow);
  await program.untilStdout('Fresh start');
  await server.stopApi();
  await program.untilStderr('trying again\n');
  write('orders', 10);
  await server.startApi();
  await program.untilStdout(write('orders', 1).at(-1) ?? '');
  expect(program.stdout().equals(held(server, 'orders'))).toBe(true);
  const [away, back, ...more] = program.stderr().split('\n');
  expect(away).toBe(`pipetail: orders: connection refused by 127.0.0.1:${server.port} · trying again`);
  expect(back).toMatch(/^pipetail: orders: connection lost · reconnected after .* · 0 entries lost$/);
  expect(more).toEqual(['']);
});

test('a log that could not be had at first is said to be connected, once', async () => {
  const {server, logs, write} = await openRig(['orders']);
  server.killRunner();
  const program = await logs(...follow);
  await program.untilStderr('trying again\n');
  server.startRunner();
  await program.untilStderr('pipetail: orders: connected\n');
  await program.untilStdout(write('orders', 1).at(-1) ?? '');
  expect(program.stderr().split('\n')).toHaveLength(3);
});

test('each failure of the pipeline is one line in the words of the API, which those of before are not', async () => {
  const {server, logs, write} = await openRig(['orders']);
  const pipeline = server.pipeline('orders');
  pipeline.fail('the process was killed by SIGKILL');
  pipeline.start();
  const program = await logs(...follow);
  await program.untilStdout(write('orders', 1).at(-1) ?? '');
  const said: string[] = [];
  for (const cause of ['the disk is full', 'the process was killed by SIGSEGV']) {
    pipeline.fail(cause);
    said.push(`pipetail: orders: Failed · ${cause}\n`);
    await program.untilStderr(`${cause}\n`);
    pipeline.start();
  }
  pipeline.stop();
  await program.untilStdout('stopping -> stopped');
  expect(program.stderr()).toBe(said.join(''));
});

test.each([
  ['deleted', (server: DemoServer) => server.deletePipeline('orders'), /^pipetail: orders: \S+ deleted\n$/],
  ['created again', (server: DemoServer) => server.recreatePipeline('orders'), /created again\n$/],
])('--exit-on-end ends with a log that is %s', async (_what, end, said) => {
  const {server, logs, write} = await openRig(['orders']);
  const before = write('orders', 10);
  const program = await logs('--exit-on-end', ...follow);
  await program.untilStdout(`${before.at(-1)}\n`);
  const bytes = held(server, 'orders');
  end(server);
  expect(await program.ended).toBe(0);
  expect(program.stdout().equals(bytes)).toBe(true);
  expect(program.stderr()).toMatch(said);
});

test.each([
  ['a connection that is lost', (server: DemoServer) => server.killRunner()],
  ['a log that the server ends', (server: DemoServer) => server.stopRunnerGently()],
])('--exit-on-end does not end with %s', async (_what, end) => {
  const {server, logs, write, untilConnections} = await openRig(['orders']);
  const program = await logs('--exit-on-end', ...follow);
  await program.untilStdout('Fresh start');
  end(server);
  server.startRunner();
  await untilConnections(1);
  const [line = ''] = write('orders', 1);
  await program.untilStdout(line);
  server.pipeline('orders').stop();
  expect(await program.ended).toBe(0);
});
