import {execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, constants, openSync, readSync} from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import {promisify} from 'node:util';
import {expect, it, type Mock, onTestFinished, test, vi} from 'vitest';
import {LineOutput, watchReader} from '../../../source/kit/system/line-output.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock, settled} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {SlowStream} from '../../shells/commands/slow-stream.ts';

it('is busy until everything was accepted, and calls back then', async () => {
  const stream = new SlowStream();
  const output = new LineOutput(stream);
  output.onRoom = vi.fn();
  expect(output.busy).toBe(false);
  output.write('one\n');
  output.write('two\n');
  expect(output.busy).toBe(true);
  await stream.take();
  expect(output.busy).toBe(true);
  expect(output.onRoom).not.toHaveBeenCalled();
  await stream.take();
  expect(output.busy).toBe(false);
  expect(output.onRoom).toHaveBeenCalledTimes(1);
  expect(stream.text).toBe('one\ntwo\n');
});

it('reports once that no more can be written', async () => {
  const stream = new SlowStream();
  const output = new LineOutput(stream);
  output.onRoom = vi.fn();
  output.write('one\n');
  await stream.fail('EPIPE');
  expect(await output.closed).toMatchObject({code: 'EPIPE'});
  // Whoever prints on is not held up by it.
  expect(output.busy).toBe(false);
  output.write('two\n');
  expect(output.onRoom).not.toHaveBeenCalled();
  expect(stream.text).toBe('');
});

it('accepts no more when the reader has gone, as if a write had failed', async () => {
  const stream = new SlowStream();
  const output = new LineOutput(stream);
  output.readerGone();
  expect(await output.closed).toMatchObject({code: 'EPIPE'});
  output.write('one\n');
  expect(stream.writableLength).toBe(0);
  expect(output.busy).toBe(false);
});

/** A pipe whose ends are both in this process. */
async function openPipe() {
  const folder = await temporaryDirectory();
  const fifo = path.join(folder.path, 'pipe');
  await promisify(execFile)('mkfifo', [fifo]);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(fifo, constants.O_WRONLY);
  const writer = new net.Socket({fd, readable: false});
  onTestFinished(async () => {
    writer.destroy();
    await folder[Symbol.asyncDispose]();
  });
  return {reader, writer: Object.assign(writer, {fd})};
}

/** A socket whose other end is a program that reads until it is killed. */
function openSocket() {
  const program = spawn('sleep', ['60'], {stdio: ['pipe', 'ignore', 'ignore']});
  onTestFinished(() => void program.kill('SIGKILL'));
  const {_handle: handle} = program.stdin as unknown as {_handle: {fd: number}};
  return {program, writer: Object.assign(program.stdin, {fd: handle.fd})};
}

/** Turns of the event loop, at whose events libuv would tell of a lost reader. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await settled();
}

const untilCalled = (mock: Mock) =>
  eventually(
    () => mock.mock.calls.length > 0,
    () => 'a call',
  );

test('a pipe’s lost reader is noticed without a write, and not before', async () => {
  const {reader, writer} = await openPipe();
  const onGone = vi.fn();
  watchReader(writer, systemClock, onGone);
  const line = Buffer.alloc(64 * 1024, 'x');
  for (let round = 0; round < 3; round++) {
    writer.write(line);
    await turns();
    for (let rest = line.length; rest > 0; ) rest -= readSync(reader, line);
  }
  expect(onGone).not.toHaveBeenCalled();
  closeSync(reader);
  await untilCalled(onGone);
  expect(onGone).toHaveBeenCalledTimes(1);
});

test('a full pipe is watched too', async () => {
  const {reader, writer} = await openPipe();
  writer.on('error', () => {});
  writer.write(Buffer.alloc(1024 * 1024, 'x'));
  const onGone = vi.fn();
  watchReader(writer, systemClock, onGone);
  await turns();
  expect(onGone).not.toHaveBeenCalled();
  closeSync(reader);
  await untilCalled(onGone);
  expect(onGone).toHaveBeenCalledTimes(1);
});

test('a socket’s lost reader is noticed without a write, and not before', async () => {
  const {program, writer} = openSocket();
  const onGone = vi.fn();
  const clock = new FakeClock();
  watchReader(writer, clock, onGone);
  await clock.advance(60_000);
  expect(onGone).not.toHaveBeenCalled();
  program.kill('SIGKILL');
  await once(program, 'exit');
  await clock.advance(60_000);
  expect(onGone).toHaveBeenCalledTimes(1);
});

test('a half-closed socket still has its reader', async () => {
  const server = net.createServer({allowHalfOpen: true});
  const folder = await temporaryDirectory();
  const socketPath = path.join(folder.path, 'socket');
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const accepted = once(server, 'connection');
  const client = net.connect({path: socketPath, allowHalfOpen: true});
  const [writer] = (await accepted) as [net.Socket];
  onTestFinished(async () => {
    client.destroy();
    writer.destroy();
    server.close();
    await folder[Symbol.asyncDispose]();
  });
  const {_handle: handle} = writer as unknown as {_handle: {fd: number}};
  const onGone = vi.fn();
  const clock = new FakeClock();
  watchReader(Object.assign(writer, {fd: handle.fd}), clock, onGone);
  client.end();
  await once(client, 'finish');
  await clock.advance(60_000);
  expect(onGone).not.toHaveBeenCalled();
  const closed = once(client, 'close');
  client.destroy();
  await closed;
  await clock.advance(60_000);
  expect(onGone).toHaveBeenCalledTimes(1);
});
