import {Socket} from 'node:net';
import {openPipeNow} from '../disk/regular-file.ts';
import type {RecordedPiece} from '../recording/read-recording.ts';
import {formOf, headBytes} from './file-form.ts';
import {OpenError} from './open-error.ts';
import {Bounds, unpackChunks} from './unpack.ts';

/**
 * Reads what comes through a named pipe, until its last writer closes it or `signal` is aborted. Throws `OpenError`. No
 * thread waits, as one would in `open` or `read`: the process could not end before it.
 */
export async function* readPipe(file: string, signal = new AbortController().signal): AsyncGenerator<Buffer> {
  if (signal.aborted) return;
  let socket: Socket;
  try {
    socket = new Socket({fd: openPipeNow(file), readable: true, writable: false});
  } catch (error) {
    throw OpenError.of(file, error);
  }
  const end = () => socket.destroy();
  signal.addEventListener('abort', end);
  try {
    for await (const bytes of socket) yield bytes;
  } catch (error) {
    if (!signal.aborted) throw OpenError.of(file, error);
  } finally {
    signal.removeEventListener('abort', end);
    socket.destroy();
  }
}

/**
 * The bytes that come through a pipe, unpacked if it begins as a compressed file does. `name`: safe to show. What is cut
 * or damaged ends with an `unreadable` marker. Throws `OpenError` for what is no log.
 */
export async function* pipePieces(
  name: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<RecordedPiece> {
  const all = buffersOf(chunks);
  const {done, value: first} = await all.next();
  if (done) return;
  const form = formOf(first.subarray(0, headBytes));
  if (form.kind === 'zip') throw new OpenError(`${name} is a ZIP file: save it, and open the file`);
  if (form.kind === 'other') throw new OpenError(`${name} ${form.why}`);
  const {packed} = form;
  const bounds = new Bounds({name, packed, isFile: false});
  for await (const {bytes, because, consumed} of unpackChunks(startingWith(first, all), packed)) {
    if (bytes) bounds.check(bytes, consumed);
    yield bytes ? {bytes} : {marker: {kind: 'unreadable', bytes: undefined, because, at: 0, file: name}};
  }
}

async function* buffersOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const {buffer, byteOffset, length} of chunks)
    if (length > 0) yield Buffer.from(buffer, byteOffset, length);
}

async function* startingWith(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
