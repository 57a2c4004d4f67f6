import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {held, linesOf, openRig} from './logs-rig.ts';
import {startProgram} from './running-program.ts';

const hostile = [
  Buffer.from(''),
  Buffer.from('carriage return\r'),
  Buffer.from('\r'),
  Buffer.from([0x00, 0xff, 0xfe, 0xc3, 0x28, 0x80]),
  Buffer.from('\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b \x08 \u202e rtl 🦀 e\u0301'),
  Buffer.from('two\nlines\n\nand an empty one'),
  Buffer.from('Logs have ended'),
  Buffer.from('x'.repeat(200_000)),
  Buffer.from(' leading and trailing '),
];

test.each([[['-o', 'raw']], [['--color', 'always']]])(
  'prints exactly the bytes of the log and nothing else, with %j',
  async (flags) => {
    const {server, logs} = await openRig(['orders']);
    for (const line of hostile) server.pipeline('orders').write(line);
    const program = await logs(...flags, 'orders');
    expect(await program.ended).toBe(0);
    expect(program.stdout().equals(held(server, 'orders'))).toBe(true);
    expect(program.stderr()).toBe('');
    expect(server.openLogConnections()).toBe(0);
  },
);

test.each([[[]], [['--color', 'never']]])(
  'into a pipe, %j takes the SGR colours out and leaves every other byte',
  async (flags) => {
    const {server, logs} = await openRig(['orders']);
    server.pipeline('orders').write('\x1b[31mred\x1b[0m \x1b[1;38;5;196mbold\x1b[m \x1b[2J \x1b]0;title\x07');
    const program = await logs(...flags, 'orders');
    expect(await program.ended).toBe(0);
    expect(linesOf(program.stdout()).at(-1)).toBe('red bold \x1b[2J \x1b]0;title\x07');
  },
);

test('a last line that looks like the end of the log is a line', async () => {
  const {server, logs} = await openRig(['orders']);
  server.pipeline('orders').write('Logs have ended');
  const program = await logs('orders');
  expect(await program.ended).toBe(0);
  expect(linesOf(program.stdout()).at(-1)).toBe('Logs have ended');
});

test('what the server has discarded is reported, and not printed', async () => {
  const {server, logs, write} = await openRig(['orders']);
  write('orders', 60_000);
  const program = await logs('orders');
  expect(await program.ended).toBe(0);
  expect(program.stdout().equals(held(server, 'orders'))).toBe(true);
  const discarded = server.pipeline('orders').ring?.discarded.toLocaleString('en-US');
  expect(program.stderr()).toBe(`pipetail: orders: ${discarded} earlier entries no longer held by the server\n`);
});

test('an empty log and a stopped pipeline are no failures', async () => {
  const {server, logs, write} = await openRig(['orders', 'emptied']);
  write('orders', 3);
  server.pipeline('orders').stop();
  server.pipeline('emptied').write('x'.repeat(1_200_000));
  const stopped = await logs('orders');
  const emptied = await logs('emptied');
  expect(await stopped.ended).toBe(0);
  expect(stopped.stdout().equals(held(server, 'orders'))).toBe(true);
  expect(await emptied.ended).toBe(0);
  expect(emptied.stdout()).toHaveLength(0);
  expect(emptied.stderr()).toMatch(/^pipetail: emptied: 6 earlier entries .*\n$/);
});

test('a runner that is not ready is waited for', async () => {
  const {server, logs} = await openRig(['orders']);
  server.refuse({kind: 'not-ready', times: 2});
  const program = await logs('orders');
  expect(await program.ended).toBe(0);
  expect(program.stdout().equals(held(server, 'orders'))).toBe(true);
  expect(program.stderr()).toBe('');
});

test('a cut in the middle does not end it', async () => {
  const {server, logs, write} = await openRig(['orders']);
  write('orders', 1000);
  server.cutNextConnections({afterBytes: 30_000});
  const program = await logs('orders');
  expect(await program.ended).toBe(0);
  expect(program.stdout().equals(held(server, 'orders'))).toBe(true);
  expect(program.stderr()).toMatch(/^pipetail: orders: connection lost · reconnected after .* · 0 entries lost\n$/);
});

test('ends after as much as the ring can hold, of a log that never stops', async () => {
  const {server, logs, write, untilConnections} = await openRig(['orders']);
  const before = write('orders', 1000);
  const program = await logs('orders');
  await untilConnections(1);
  // Much each time: on a busy machine this may run so seldom that a log of little is one that has come to rest.
  const timer = setInterval(() => write('orders', 4000), 2);
  onTestFinished(() => clearInterval(timer));
  expect(await program.ended).toBe(0);
  clearInterval(timer);
  const lines = linesOf(program.stdout());
  expect(program.stdout().length).toBeGreaterThan(1_000_000);
  expect(lines.filter((line) => line.includes('test:')).slice(0, 1000)).toEqual(before);
  expect(new Set(lines).size).toBe(lines.length);
  expect(program.stderr()).toBe("pipetail: orders: ended after as much as the server's buffer can hold\n");
  expect(server.totalLogConnections).toBe(1);
});

test('a log that the server ends is over', async () => {
  const {server, logs, write, untilConnections} = await openRig(['orders']);
  write('orders', 100);
  const bytes = held(server, 'orders');
  const program = await logs('orders');
  await untilConnections(1);
  server.deletePipeline('orders');
  expect(await program.ended).toBe(0);
  expect(program.stdout().equals(bytes)).toBe(true);
  expect(program.stderr()).toMatch(/^pipetail: orders: \d\d:\d\d:\d\d deleted\n$/);
});

test('a pause of a distant server is not the end of its replay', async () => {
  // Replies after 150 ms, and sends the log in two bursts.
  const server = createServer((_request, response) => {
    setTimeout(() => {
      response.writeHead(200, {'content-type': 'text/plain; charset=utf-8'});
      response.write('first burst\n');
      setTimeout(() => response.write('second burst\n'), 400);
    }, 150);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const {port} = server.address() as AddressInfo;
  const program = await startProgram(['logs', '--host', `http://127.0.0.1:${port}`, 'orders']);
  onTestFinished(() => program[Symbol.asyncDispose]());
  expect(await program.ended).toBe(0);
  expect(program.stdout().toString()).toBe('first burst\nsecond burst\n');
});
