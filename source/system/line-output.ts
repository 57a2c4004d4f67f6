import {constants, fstatSync, openSync, writeSync} from 'node:fs';
import net from 'node:net';
import type {Writable} from 'node:stream';
import type {Clock} from '../lib/clock.ts';
import {jsonText} from '../lib/json.ts';
import {clean} from '../terminal/sanitise.ts';
import {setBlocking} from './terminal-output.ts';

/**
 * Where lines go: a pipe, a file or a terminal. A reader that is slow is waited for without stopping the program: what
 * the system does not take at once waits here, and nothing more should be written until `onRoom`.
 */
export class LineOutput {
  /** Resolves with the error when nothing can be written any more: the reader has gone, the disk is full. */
  readonly closed: Promise<NodeJS.ErrnoException>;
  /** Called when the system has taken all that was written. */
  onRoom: () => void = () => {};
  readonly #stream: Writable;
  readonly #close: (error: NodeJS.ErrnoException) => void;
  #open = true;

  constructor(stream: Writable) {
    this.#stream = stream;
    // A terminal that is not read (a stalled SSH link) would stop the event loop, no log would be read, and the server
    // drops a follower that is 100,000 lines behind. Pipes are asynchronous as they are, and files take what they get.
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

  /** The system has not taken all that was written. */
  get busy(): boolean {
    return this.#open && this.#stream.writableLength > 0;
  }

  /** The array must not change afterwards. */
  write(bytes: Uint8Array | string): void {
    if (!this.#open) return;
    this.#stream.write(bytes, (error) => {
      if (!error && !this.busy) this.onRoom();
    });
  }
}

/** Why stdout takes nothing any more, in one line; undefined for a reader that has gone (`| head`): it has all it wanted. */
export function writeFailure({code, message}: NodeJS.ErrnoException): string | undefined {
  return code === 'EPIPE' || code === 'ECONNRESET' ? undefined : `cannot write to stdout: ${message}`;
}

/** Milliseconds between looks at a socket's reader. */
const lookEvery = 1000;
const nothing = new Uint8Array(0);

/**
 * Calls `onGone` once when nobody can read any more what is written to a pipe or socket. Node tells it only of the next
 * write, and a quiet log may bring none for hours. A terminal's end is a signal, and a file has no reader. Where it
 * cannot be found out (a system without /proc), the next write tells. Keeps no process alive.
 */
export function watchReader(stream: Writable & {readonly fd: number}, clock: Clock, onGone: () => void): void {
  // Node makes no `Socket` of what it cannot write to as a stream: an empty write may be a datagram there.
  if (!(stream instanceof net.Socket)) return;
  const kind = fstatSync(stream.fd);
  if (kind.isFIFO()) watchPipe(stream.fd, onGone);
  if (kind.isSocket()) watchSocket(stream.fd, clock, onGone);
}

/**
 * poll(2) reports POLLERR for a pipe without a reader, but libuv polls no pipe that is only written to, and refuses to
 * read one (uv_pipe_open looks at the mode). Its TCP handle does not look: it polls, and fails to read when there is
 * something to report, which can only be that. It needs a descriptor of its own: libuv has one watcher for each.
 */
function watchPipe(fd: number, onGone: () => void): void {
  try {
    const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
    const handle = newTcpHandle();
    if (handle.open(own) !== 0) return;
    // `handle` is how Node's own code makes a socket of one.
    const options = {handle, readable: true, writable: false} as unknown as net.SocketConstructorOpts;
    const watch = new net.Socket(options);
    watch.unref();
    watch.on('error', () => {});
    watch.once('close', onGone);
    watch.resume();
  } catch {
    // No /proc, or another Node: the next write tells.
  }
}

type TcpHandle = {readonly open: (fd: number) => number};

/** Node hides the class of its handles; a socket that looks up its address for ever, and is dropped, shows it. */
function newTcpHandle(): TcpHandle {
  const socket = net.connect({host: 'localhost', port: 1, lookup: () => {}});
  const {_handle: handle} = socket as unknown as {_handle: {constructor: new (kind: number) => TcpHandle}};
  socket.destroy();
  return new handle.constructor(0);
}

/**
 * An empty write fails when the other end was closed, and else does nothing. To read instead would not tell: the other
 * end of an SSH session is half closed when its input ends, and it may be our stdin.
 */
function watchSocket(fd: number, clock: Clock, onGone: () => void): void {
  clock.after(lookEvery, () => {
    try {
      writeSync(fd, nothing);
    } catch {
      onGone();
      return;
    }
    watchSocket(fd, clock, onGone);
  });
}

/** Prints the text, and answers the exit code once it is out. Rejects when it cannot be written. */
export async function printWhole(text: string, process: NodeJS.Process): Promise<number> {
  const output = new LineOutput(process.stdout);
  if (text === '') return 0;
  const {promise: written, resolve} = Promise.withResolvers<undefined>();
  output.onRoom = () => resolve(undefined);
  output.write(text);
  const error = await Promise.race([written, output.closed]);
  const unwritten = error && writeFailure(error);
  if (unwritten !== undefined) throw new Error(unwritten);
  return 0;
}

/**
 * A line for stderr, with its newline. What is said beside JSON is JSON too, an object a line; a failure has the fields
 * that it has for every command.
 */
export function noticeLine(line: string, isJson: boolean, kind?: 'failure'): string {
  // Some of it is the server's text: names, messages.
  if (!isJson) return `${clean(line)}\n`;
  const text = line.replace(/^pipetail: /, '');
  return `${jsonText(kind === 'failure' ? {error: text, code: 1} : {message: text})}\n`;
}
