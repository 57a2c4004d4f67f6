import {Socket} from 'node:net';
import {openPipeNow} from '../disk/regular-file.ts';
import {OpenError} from './open-error.ts';

/**
 * Reads what comes through a named pipe, until its last writer closes it or `signal` is aborted. Throws `OpenError`. No
 * thread waits, as one would in `open` or `read`: the process could not end before it.
 */
export async function* readPipe(file: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  if (signal?.aborted) return;
  let socket: Socket;
  try {
    socket = new Socket({fd: openPipeNow(file), readable: true, writable: false, ...(signal && {signal})});
  } catch (error) {
    throw OpenError.of(file, error);
  }
  try {
    for await (const bytes of socket) yield bytes;
  } catch (error) {
    if (!signal?.aborted) throw OpenError.of(file, error);
  } finally {
    socket.destroy();
  }
}
