import {constants, fstatSync, openSync, writeSync} from 'node:fs';
import net from 'node:net';
import type {Writable} from 'node:stream';
import type {Clock} from '../lib/clock.ts';

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
