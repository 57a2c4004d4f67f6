import type net from 'node:net';
import type {Clock} from '../lib/clock.ts';

/**
 * Two buffers that all reads of one socket go into in turn, in place of a new one for each: 163 MB cost 75 ms of CPU less
 * without that garbage. A socket made with `onread` also stops reading while it is paused; others read on.
 *
 * A buffer is read into again only when all that came before has been taken from the socket. So it is safe whoever pauses
 * it, as long as those who take from it keep nothing, which is so from `begin` on: until then each read is copied.
 */
export class ReusedReads {
  #next = Buffer.allocUnsafeSlow(room);
  #other = Buffer.allocUnsafeSlow(room);
  #isBegun = false;

  /** For the making of a socket, which `socket` answers when it is made. */
  onread(socket: () => net.Socket): net.OnReadOpts {
    return {
      buffer: () => this.#next,
      callback: (length, buffer) => this.#pushTo(socket(), Buffer.from(buffer.buffer, buffer.byteOffset, length)),
    };
  }

  begin(): void {
    this.#isBegun = true;
  }

  /** Answers whether to read on. */
  #pushTo(socket: net.Socket, bytes: Buffer): boolean {
    // What waits in the socket may stand in the other buffer.
    if (!this.#isBegun || socket.readableLength > 0) return socket.push(Buffer.from(bytes));
    [this.#next, this.#other] = [this.#other, this.#next];
    return socket.push(bytes);
  }
}

/** A piece of a socket's usual read. */
const room = 64 * 1024;
/** Of a piece so long a copy costs more than the steps that it saves: 20 ms for 163 MB that come in blocks. */
const longPiece = 16 * 1024;

/**
 * Joins small pieces that come one right after the other. The server sends a chunk for each entry, and every step that
 * a piece takes on its way to the scrollback has its price: a million lines cost 0.9 s of CPU joined and 1.7 s one by
 * one, and a reader that is too slow for its server is dropped.
 */
export class GatheredPieces {
  readonly #deliver: (bytes: Uint8Array) => void;
  readonly #bytes = Buffer.allocUnsafeSlow(room);
  #length = 0;

  /** `deliver` gets the pieces in order, joined; the array is its own only during the call. */
  constructor(deliver: (bytes: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  /** Delivers the piece at the end of the current turn of the event loop at the latest. The array is not kept. */
  push(piece: Uint8Array): void {
    const isLong = piece.length >= longPiece;
    if (isLong || this.#length + piece.length > room) this.flush();
    if (isLong) {
      this.#deliver(piece);
      return;
    }
    // Not in a microtask: over TLS each record comes in one of its own.
    if (this.#length === 0) setImmediate(() => this.flush());
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** Delivers now what has been gathered. */
  flush(): void {
    if (this.#length === 0) return;
    const gathered = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    this.#deliver(gathered);
  }
}

/**
 * Bytes taken in at once. One turn of the event loop reads up to 32 times 64 KiB: to take in these 2 MB holds it for 16 to
 * 26 ms.
 */
const mostATurn = 256 * 1024;
/** Milliseconds from one read to the next while pieces come fast: 50 reads a second. */
const wait = 20;
/** They come fast when one comes within two such waits: after one wait the next may come a little late. */
const fast = 2 * wait;
/** So many turns with fast pieces, one after the other, are read at once: a reconnect's replay, a few lines together. */
const mostAtOnce = 8;
/** What the smallest receive buffer of a socket has room for: a log with more in a wait would be slowed down by it. */
const mostAWait = 64 * 1024;

/**
 * How often the socket of a log is read. A flood is left to several turns of the event loop, so that keys come in between.
 * Of a log that comes in small pieces, hundreds of times a second, the first few are read at once and then every 20 ms what
 * has come: the kernel gathers it at no cost, while a read costs 40 µs with all that follows it. To follow 10,000 lines/s
 * for 10 s takes 1.2 s of CPU in place of 1.5 to 1.6.
 */
export class ReadPace {
  readonly #clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly #socket: () => net.Socket | undefined;
  #isOver = false;
  /** Bytes of this turn of the event loop. */
  #turnBytes = 0;
  /** When the last turn with bytes was, and about how many bytes came within one wait before. */
  #tookAt = Number.NEGATIVE_INFINITY;
  #recentBytes = 0;
  #fastTurns = 0;
  #cancelWait = () => {};

  /** `socket` must stop reading while it is paused: see `ReusedReads`. */
  constructor({clock, socket}: {clock: Pick<Clock, 'monotonic' | 'after'>; socket: () => net.Socket | undefined}) {
    this.#clock = clock;
    this.#socket = socket;
  }

  /** So many bytes were taken from the socket. */
  took(bytes: number): void {
    if (this.#turnBytes === 0) setImmediate(() => this.#endTurn());
    this.#turnBytes += bytes;
    // undici takes until there is nothing more, and asking for more starts the reading again: to pause comes after that.
    if (this.#turnBytes >= mostATurn) queueMicrotask(() => this.#socket()?.pause());
  }

  /** The socket is left alone from now on. */
  end(): void {
    this.#isOver = true;
    this.#cancelWait();
  }

  #endTurn(): void {
    const bytes = this.#turnBytes;
    this.#turnBytes = 0;
    if (this.#isOver) return;
    const now = this.#clock.monotonic();
    const since = now - this.#tookAt;
    this.#tookAt = now;
    this.#recentBytes = this.#recentBytes * Math.max(0, 1 - since / wait) + bytes;
    this.#fastTurns = since < fast ? this.#fastTurns + 1 : 0;
    if (bytes >= mostATurn) this.#socket()?.resume();
    else if (this.#fastTurns >= mostAtOnce && this.#recentBytes < mostAWait) this.#wait();
  }

  #wait(): void {
    this.#socket()?.pause();
    this.#cancelWait = this.#clock.after(wait, () => this.#socket()?.resume());
  }
}
