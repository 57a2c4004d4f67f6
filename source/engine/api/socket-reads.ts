import type net from 'node:net';
import type {Clock} from '../../lib/clock.ts';

type SocketReadsOptions = {
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  /** The array is valid only during the call. */
  readonly deliver: (bytes: Uint8Array) => void;
  /** Receives what `deliver` threw. */
  readonly onError: (error: unknown) => void;
};

/** Bytes: the most for one read, and for small pieces joined. */
const bufferSize = 64 * 1024;
/** Bytes. To join a piece of this length costs more than it saves: 20 ms for 163 MB that come in blocks. */
const longPiece = 16 * 1024;
/** Bytes read in one turn of the event loop: without a limit they are 2 MB (32 × 64 KiB), which take 16 to 26 ms. */
const turnLimit = 256 * 1024;
/** Milliseconds between two reads while pieces come fast. */
const wait = 20;
/** Pieces come fast when less than these milliseconds lie between them: the one after a wait may be late. */
const fastGap = 2 * wait;
/** Turns in a row with fast pieces that are read without a wait: a replay, or a few lines together. */
const unpacedTurns = 8;
/** Bytes that the smallest receive buffer of a socket holds: waits would slow down a log that brings more in one. */
const waitLimit = 64 * 1024;

/**
 * Reads the socket of a log into two reused buffers, with small pieces joined, and at a pace.
 * *Reused buffers* save 75 ms of CPU for 163 MB. A buffer is used again only when all earlier bytes have left the
 * socket, so it does not matter what pauses the socket.
 * *Joined pieces*: the server sends a chunk for each entry, and each piece costs several calls on its way to the
 * scrollback. A million lines cost 0.9 s of CPU joined and 1.7 s one by one, and the server drops a slow reader.
 * *At a pace*: a flood is spread over turns of the event loop, so that keys are read in between. When small pieces come
 * hundreds of times a second, the first few are read at once, and then every 20 ms what the kernel has gathered, since
 * a read with all that follows costs 40 µs: 10,000 lines/s for 10 s take 1.2 s of CPU, not 1.5 to 1.6.
 */
export class SocketReads {
  /** The raw socket, also of a TLS connection. */
  socket: net.Socket | undefined;
  /** An option of `net.connect`. Only a socket that has it stops reading while it is paused. */
  readonly onread: net.OnReadOpts = {
    buffer: () => this.#next,
    callback: (length, {buffer, byteOffset}) => this.#onRead(Buffer.from(buffer, byteOffset, length)),
  };
  readonly #options: SocketReadsOptions;
  #next = Buffer.allocUnsafeSlow(bufferSize);
  #other = Buffer.allocUnsafeSlow(bufferSize);
  #isReused = false;
  #isOver = false;
  readonly #joined = Buffer.allocUnsafeSlow(bufferSize);
  #joinedLength = 0;
  #turnBytes = 0;
  /** Monotonic milliseconds of the last turn with bytes. */
  #turnAt = Number.NEGATIVE_INFINITY;
  /** About the bytes of the last `wait` milliseconds. */
  #recentBytes = 0;
  #fastTurns = 0;
  #cancelWait = () => {};

  constructor(options: SocketReadsOptions) {
    this.#options = options;
  }

  /** From now on no one keeps the socket's bytes. Until then each read is copied. */
  reuse(): void {
    this.#isReused = true;
  }

  /** Delivers a piece of the body by the end of this turn of the event loop. The piece is not kept. */
  append(piece: Uint8Array): void {
    // Not in a microtask: each TLS record comes in its own.
    if (this.#turnBytes === 0) this.#options.clock.after(0, () => this.#endTurn());
    this.#turnBytes += piece.length;
    const isLong = piece.length >= longPiece;
    if (isLong || this.#joinedLength + piece.length > bufferSize) this.flush();
    if (isLong) this.#deliver(piece);
    else {
      this.#joined.set(piece, this.#joinedLength);
      this.#joinedLength += piece.length;
    }
    // After its last read undici resumes the socket: the pause must come after that.
    if (this.#turnBytes >= turnLimit) queueMicrotask(() => this.socket?.pause());
  }

  flush(): void {
    if (this.#joinedLength === 0) return;
    const bytes = this.#joined.subarray(0, this.#joinedLength);
    this.#joinedLength = 0;
    this.#deliver(bytes);
  }

  /** Delivers nothing more; the socket stays as it is. */
  end(): void {
    this.#isOver = true;
    this.#cancelWait();
  }

  /** Returns whether Node reads on. */
  #onRead(bytes: Buffer): boolean {
    const {socket} = this;
    if (!socket) return true;
    // Bytes that wait in the socket may be in the other buffer.
    if (!this.#isReused || socket.readableLength > 0) return socket.push(Buffer.from(bytes));
    [this.#next, this.#other] = [this.#other, this.#next];
    return socket.push(bytes);
  }

  #deliver(bytes: Uint8Array): void {
    if (this.#isOver) return;
    try {
      this.#options.deliver(bytes);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #endTurn(): void {
    this.flush();
    const bytes = this.#turnBytes;
    this.#turnBytes = 0;
    if (this.#isOver) return;
    const now = this.#options.clock.monotonic();
    const since = now - this.#turnAt;
    this.#turnAt = now;
    this.#recentBytes = this.#recentBytes * Math.max(0, 1 - since / wait) + bytes;
    this.#fastTurns = since < fastGap ? this.#fastTurns + 1 : 0;
    if (bytes >= turnLimit) this.socket?.resume();
    else if (this.#fastTurns >= unpacedTurns && this.#recentBytes < waitLimit) {
      this.socket?.pause();
      this.#cancelWait = this.#options.clock.after(wait, () => this.socket?.resume());
    }
  }
}
