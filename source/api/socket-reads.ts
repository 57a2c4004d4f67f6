import type net from 'node:net';
import type {Clock} from '../lib/clock.ts';

type SocketReadsOptions = {
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  /** Receives the bytes in order. The array is valid only during the call. */
  readonly deliver: (bytes: Uint8Array) => void;
  /** Receives what `deliver` threw. */
  readonly onError: (error: unknown) => void;
};

/** Bytes of one read at most, and of the small pieces that are joined. */
const room = 64 * 1024;
/** To copy a piece of this length costs more than the calls that it saves: 20 ms for 163 MB that come in blocks. */
const longPiece = 16 * 1024;
/** Bytes read in a turn of the event loop, which may bring 32 times 64 KiB: to process these 2 MB takes 16 to 26 ms. */
const mostATurn = 256 * 1024;
/** Milliseconds from one read to the next while pieces come fast: 50 reads a second. */
const wait = 20;
/** Pieces come fast when one comes within two such waits: after one wait the next may come a little late. */
const fast = 2 * wait;
/** Turns in a row with fast pieces that are read without a wait: a reconnect's replay, a few lines together. */
const mostAtOnce = 8;
/** The smallest receive buffer of a socket has room for this: a log with more in a wait would be slowed down by it. */
const mostAWait = 64 * 1024;

/**
 * How the socket of a log is read: into two buffers that are used again, small pieces joined, and at a pace.
 *
 * *Reused*: no new buffer for each read saves 75 ms of CPU for 163 MB. A buffer is read into again only when all that
 * came before was taken from the socket, so it is safe whatever pauses the socket.
 *
 * *Joined*: the server sends a chunk for each entry, and each piece costs several calls on its way to the scrollback: a
 * million lines cost 0.9 s of CPU joined and 1.7 s one by one, and a server drops a reader that is too slow.
 *
 * *At a pace*: a flood is spread over turns of the event loop, so that keys come in between. Of a log that comes in small
 * pieces, hundreds of times a second, the first few are read at once, and then every 20 ms what has come: the kernel
 * gathers it at no cost, while a read costs 40 µs with all that follows. To follow 10,000 lines/s for 10 s takes 1.2 s
 * of CPU instead of 1.5 to 1.6.
 */
export class SocketReads {
  /** The raw socket, once there is one. */
  socket: net.Socket | undefined;
  /** For the creation of the socket, which with it stops reading while it is paused; others read on. */
  readonly onread: net.OnReadOpts = {
    buffer: () => this.#next,
    callback: (length, {buffer, byteOffset}) => this.#onRead(Buffer.from(buffer, byteOffset, length)),
  };
  readonly #options: SocketReadsOptions;
  #next = Buffer.allocUnsafeSlow(room);
  #other = Buffer.allocUnsafeSlow(room);
  #isReused = false;
  #isOver = false;
  /** Small pieces that are to be delivered together. */
  readonly #joined = Buffer.allocUnsafeSlow(room);
  #joinedLength = 0;
  #turnBytes = 0;
  /** Monotonic milliseconds of the last turn with bytes. */
  #turnAt = Number.NEGATIVE_INFINITY;
  /** About how many bytes came within one wait before. */
  #recentBytes = 0;
  #fastTurns = 0;
  #cancelWait = () => {};

  constructor(options: SocketReadsOptions) {
    this.#options = options;
  }

  /** From here on no one keeps the bytes that come from the socket. Until then each read is copied. */
  reuse(): void {
    this.#isReused = true;
  }

  /** Delivers the next piece of the body, at the latest at the end of this turn of the event loop. It is not kept. */
  append(piece: Uint8Array): void {
    // Not in a microtask: over TLS each record comes in one of its own.
    if (this.#turnBytes === 0) this.#options.clock.after(0, () => this.#endTurn());
    this.#turnBytes += piece.length;
    const isLong = piece.length >= longPiece;
    if (isLong || this.#joinedLength + piece.length > room) this.flush();
    if (isLong) this.#deliver(piece);
    else {
      this.#joined.set(piece, this.#joinedLength);
      this.#joinedLength += piece.length;
    }
    // undici reads until there is no more, and then makes the socket read on: the pause comes after that.
    if (this.#turnBytes >= mostATurn) queueMicrotask(() => this.socket?.pause());
  }

  /** Delivers the joined pieces now. */
  flush(): void {
    if (this.#joinedLength === 0) return;
    const bytes = this.#joined.subarray(0, this.#joinedLength);
    this.#joinedLength = 0;
    this.#deliver(bytes);
  }

  /** Delivers nothing more, and leaves the socket alone. */
  end(): void {
    this.#isOver = true;
    this.#cancelWait();
  }

  /** Returns whether to read on. */
  #onRead(bytes: Buffer): boolean {
    const {socket} = this;
    if (!socket) return true;
    // What waits in the socket may be in the other buffer.
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
    this.#fastTurns = since < fast ? this.#fastTurns + 1 : 0;
    if (bytes >= mostATurn) this.socket?.resume();
    else if (this.#fastTurns >= mostAtOnce && this.#recentBytes < mostAWait) this.#pause();
  }

  #pause(): void {
    this.socket?.pause();
    this.#cancelWait = this.#options.clock.after(wait, () => this.socket?.resume());
  }
}
