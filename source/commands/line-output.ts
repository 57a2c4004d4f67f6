import type {Writable} from 'node:stream';
import {setBlocking} from '../screen/set-blocking.ts';

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
export function whyNotWritten({code, message}: NodeJS.ErrnoException): string | undefined {
  return code === 'EPIPE' || code === 'ECONNRESET' ? undefined : `cannot write to stdout: ${message}`;
}
