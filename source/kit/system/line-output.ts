import {constants, fstatSync, openSync, writeSync} from 'node:fs';
import net from 'node:net';
import type {Writable} from 'node:stream';
import {clean} from '../../lib/clean.ts';
import type {Clock} from '../../lib/clock.ts';
import {jsonText} from '../../lib/json.ts';
import {setBlocking} from './terminal-output.ts';

/** Lines for a pipe, file or terminal. A slow reader does not block the program: write no more while it is `busy`. */
export class LineOutput {
  /** Resolves with the error when no more can be written: the reader has gone, the disk is full. */
  readonly closed: Promise<NodeJS.ErrnoException>;
  /** Called when the system has accepted everything. */
  onRoom: () => void = () => {};
  readonly #stream: Writable;
  /** Descriptor of a file. */
  readonly #fd: number | undefined;
  readonly #close: (error: NodeJS.ErrnoException) => void;
  #open = true;

  constructor(stream: Writable) {
    this.#stream = stream;
    this.#fd = fileOf(stream);
    // A terminal that is not read (a stalled SSH link) would block the event loop, and the server drops a follower that is
    // 100,000 lines behind. Pipes are asynchronous anyway, and files accept everything.
    setBlocking(stream, false);
    const {promise, resolve} = Promise.withResolvers<NodeJS.ErrnoException>();
    this.closed = promise;
    this.#close = (error) => {
      this.#open = false;
      resolve(error);
    };
    stream.on('error', this.#close);
  }

  /** The reader has gone, though no write has failed yet. */
  readerGone(): void {
    this.#close(Object.assign(new Error('the reader has gone'), {code: 'EPIPE'}));
  }

  /** The system has not accepted everything yet. */
  get busy(): boolean {
    return this.#open && this.#stream.writableLength > 0;
  }

  /** The array must not change afterwards. */
  write(bytes: Uint8Array | string): void {
    if (!this.#open) return;
    if (this.#fd !== undefined) {
      this.#writeToFile(this.#fd, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
      return;
    }
    this.#stream.write(bytes, (error) => {
      if (!error && !this.busy) this.onRoom();
    });
  }

  /** A file on a disk with little room accepts a part; Node's stream would drop the rest without an error. */
  #writeToFile(fd: number, bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    } catch (error) {
      this.#close(error as NodeJS.ErrnoException);
      return;
    }
    queueMicrotask(() => {
      if (this.#open) this.onRoom();
    });
  }
}

function fileOf(stream: Writable & {readonly fd?: unknown}): number | undefined {
  return typeof stream.fd === 'number' && fstatSync(stream.fd).isFile() ? stream.fd : undefined;
}

/** Why stdout accepts no more, in one line; undefined for a reader that has gone (`| head`), which is no failure. */
export function writeFailure({code, message}: NodeJS.ErrnoException): string | undefined {
  return code === 'EPIPE' || code === 'ECONNRESET' ? undefined : `cannot write to stdout: ${message}`;
}

/** Milliseconds between checks of a socket's reader. */
const checkEvery = 1000;
const nothing = new Uint8Array(0);

/**
 * Calls `onGone` once when a pipe or socket has lost its reader. Node notices that only at the next write, which a quiet
 * log may not have for hours. Without /proc a pipe is not watched. Does not keep the process alive.
 */
export function watchReader(stream: Writable & {readonly fd: number}, clock: Clock, onGone: () => void): void {
  // Node makes no `Socket` of a datagram socket, to which an empty write would be a datagram.
  if (!(stream instanceof net.Socket)) return;
  const kind = fstatSync(stream.fd);
  if (kind.isFIFO()) watchPipe(stream.fd, onGone);
  if (kind.isSocket()) watchSocket(stream.fd, clock, onGone);
}

/**
 * poll(2) reports POLLERR for a pipe without a reader, but libuv polls no pipe that is only written to, and refuses to
 * read one (uv_pipe_open checks the mode). Its TCP handle polls without a check, and its read fails at the first event,
 * which can only be POLLERR. It needs a descriptor of its own: libuv has one watcher for each.
 */
function watchPipe(fd: number, onGone: () => void): void {
  try {
    const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
    const handle = newTcpHandle();
    if (handle.open(own) !== 0) return;
    // Node's own code passes a `handle` this way.
    const options = {handle, readable: true, writable: false} as unknown as net.SocketConstructorOpts;
    const watch = new net.Socket(options);
    watch.unref();
    watch.on('error', () => {});
    watch.once('close', onGone);
    watch.resume();
  } catch {
    // No /proc, or another Node: the next write fails.
  }
}

type TcpHandle = {readonly open: (fd: number) => number};

/** Node hides the class of its handles. A socket whose lookup never ends has a handle; it is destroyed at once. */
function newTcpHandle(): TcpHandle {
  const socket = net.connect({host: 'localhost', port: 1, lookup: () => {}});
  const {_handle: handle} = socket as unknown as {_handle: {constructor: new (kind: number) => TcpHandle}};
  socket.destroy();
  return new handle.constructor(0);
}

/**
 * An empty write fails if the other end is closed, and otherwise does nothing. A read would end too early: an SSH session
 * half-closes its end when its input ends. The socket may also be our stdin.
 */
function watchSocket(fd: number, clock: Clock, onGone: () => void): void {
  clock.after(checkEvery, () => {
    try {
      writeSync(fd, nothing);
    } catch {
      onGone();
      return;
    }
    watchSocket(fd, clock, onGone);
  });
}

/** Resolves to the exit code when the text is out. Rejects when it cannot be written. */
export async function printWhole(text: string, process: NodeJS.Process): Promise<number> {
  await printed(text, process);
  return 0;
}

/** Resolves when the text is out, to false when its reader has gone. Rejects when it cannot be written. */
export async function printed(text: string, process: NodeJS.Process): Promise<boolean> {
  const output = new LineOutput(process.stdout);
  if (text === '') return true;
  const {promise: written, resolve} = Promise.withResolvers<undefined>();
  output.onRoom = () => resolve(undefined);
  output.write(text);
  const error = await Promise.race([written, output.closed]);
  const unwritten = error && writeFailure(error);
  if (unwritten !== undefined) throw new Error(unwritten);
  return error === undefined;
}

/** Exit codes by what a line is the reason for. */
export const faultCodes = {failure: 1, misuse: 2} as const;
export type FaultKind = keyof typeof faultCodes;

/** A line for stderr. With JSON output it is a JSON object; a failure has the same fields in every command. */
export function noticeLine(line: string, isJson: boolean, kind?: FaultKind): string {
  // The line may contain the server's text: names, messages.
  if (!isJson) return `${clean(line)}\n`;
  const text = line.replace(/^pipetail: /, '');
  return `${jsonText(kind ? {error: text, code: faultCodes[kind]} : {message: text})}\n`;
}
