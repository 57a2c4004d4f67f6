import type {ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import type {Random} from '../lib/random.ts';
import {sentinel} from './log-lines.ts';

/** Says where the next chunk of a body ends: a count of bytes from 1 to `available`. */
export type Chunker = (available: number) => number;

/** Entries that a follower may be behind before the server drops it (Feldera 0.337.0). */
export const followerLimit = 100_000;

/** Bytes handed to the socket at once: small, so that what a slow reader has not read waits in the queue, counted. */
const batchBytes = 32_768;

/** Queued entries that are written at once instead of at the end of the turn, for writers that never pause. */
const eagerEntries = 1024;

const lastChunk = Buffer.from('0\r\n\r\n');
const sentinelEntry = Buffer.from(`${sentinel}\n`);

/**
 * One log connection. Frames the chunks itself, straight to the socket, because `ServerResponse.write` holds data back
 * until the next tick and a fault must be able to cut the stream after an exact byte.
 */
export class Follower {
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #chunker: Chunker;
  readonly #queue: EntryQueue;
  readonly #onGone: () => void;
  readonly #onDrain = () => this.#drain();
  #current: Uint8Array | undefined;
  #offset = 0;
  #ending: 'no' | 'with-sentinel' | 'clean' = 'no';
  #cutAfter: number;
  #gone = false;
  #frozen = false;
  #scheduled = false;
  #sent = 0;

  /** The head of the response must have been sent. `onGone` is called once, when the connection or the body is over. */
  constructor(options: {
    response: ServerResponse;
    socket: Socket;
    chunker: Chunker;
    /** Entries that may wait. */
    limit: number;
    /** Closes the connection after that many bytes of the log, as `cutAfter` does. */
    cutAfter?: number | undefined;
    onGone: () => void;
  }) {
    this.#response = options.response;
    this.#socket = options.socket;
    this.#chunker = options.chunker;
    this.#queue = new EntryQueue(options.limit);
    this.#cutAfter = options.cutAfter ?? Number.POSITIVE_INFINITY;
    this.#onGone = options.onGone;
    this.#socket.on('drain', this.#onDrain);
    this.#response.once('close', () => this.#leave());
  }

  /** Entries that wait because the reader is behind. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Bytes of the body handed to the socket, chunk framing not counted. */
  get sent(): number {
    return this.#sent;
  }

  /** The client's name for itself: tells several readers of one log apart. */
  get userAgent(): string {
    return this.#response.req.headers['user-agent'] ?? '';
  }

  /** Sends an entry when its turn comes. One that does not fit in the queue ends the stream: the follower is too slow. */
  push(entry: Uint8Array): void {
    if (this.#ending !== 'no' || this.#gone) return;
    if (!this.#queue.push(entry)) {
      this.#ending = 'with-sentinel';
      return;
    }
    if (this.#queue.length >= eagerEntries) this.#drain();
    else this.#schedule();
  }

  /** What is queued, then `Logs have ended`, then the last chunk: the pipeline was deleted or its runner stopped. */
  endWithSentinel(): void {
    this.#ending = 'with-sentinel';
    this.#drain();
  }

  /** The last chunk without the sentinel, as when the runner dies; what the reader was too slow for is lost. */
  endWithout(): void {
    this.#drain();
    this.#queue.clear();
    this.#current = undefined;
    this.#ending = 'clean';
    this.#drain();
  }

  /** Closes the connection without a last chunk once `bytes` more bytes of the log have been sent. */
  cutAfter(bytes: number): void {
    this.#drain();
    this.#cutAfter = bytes;
    if (bytes === 0) this.#hangUp();
  }

  /** Resets the connection (RST). */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** A frozen follower sends nothing and its queue fills up. */
  setFrozen(frozen: boolean): void {
    this.#frozen = frozen;
    this.#drain();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#drain();
    });
  }

  #drain(): void {
    while (!this.#gone && !this.#frozen && !this.#socket.writableNeedDrain) {
      const frames: Uint8Array[] = [];
      let size = 0;
      while (size < batchBytes && this.#cutAfter > 0) {
        const piece = this.#nextPiece();
        if (!piece) break;
        this.#sent += Math.min(piece.length, this.#cutAfter);
        frames.push(this.#frameUpToCut(piece));
        size += piece.length;
      }
      if (size > 0) this.#socket.write(Buffer.concat(frames));
      if (this.#cutAfter === 0) this.#hangUp();
      else if (size === 0) {
        if (this.#ending === 'clean') this.#finish();
        return;
      }
    }
  }

  #nextPiece(): Uint8Array | undefined {
    if (!this.#current) {
      this.#current = this.#queue.shift();
      if (!this.#current && this.#ending === 'with-sentinel') {
        this.#current = sentinelEntry;
        this.#ending = 'clean';
      }
      if (!this.#current) return undefined;
      this.#offset = 0;
    }
    const end = this.#offset + this.#chunker(this.#current.length - this.#offset);
    const piece = this.#current.subarray(this.#offset, end);
    this.#offset = end;
    if (end === this.#current.length) this.#current = undefined;
    return piece;
  }

  /** The chunk of `piece`, broken off where the connection is to be cut. */
  #frameUpToCut(piece: Uint8Array): Uint8Array {
    const framed = frame(piece);
    if (piece.length < this.#cutAfter) {
      this.#cutAfter -= piece.length;
      return framed;
    }
    const missing = piece.length - this.#cutAfter;
    this.#cutAfter = 0;
    return missing === 0 ? framed : framed.subarray(0, framed.length - 2 - missing);
  }

  /** FIN without a last chunk, behind what was written; a reader that does not read loses that too. */
  #hangUp(): void {
    if (this.#socket.writableNeedDrain) this.#socket.destroy();
    else this.#socket.destroySoon();
    this.#leave();
  }

  #finish(): void {
    this.#socket.write(lastChunk);
    this.#leave();
    this.#response.end();
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#queue.clear();
    this.#socket.off('drain', this.#onDrain);
    this.#onGone();
  }
}

/** The proxy in front of the log cuts long lines here. */
const maxChunk = 32_768;

/** One chunk an entry, long ones cut, as recorded. */
export const wholeEntries: Chunker = (available) => Math.min(available, maxChunk);

/** Cuts entries anywhere, inside lines and UTF-8 sequences too: about one entry in four, into a few pieces. */
export function raggedEntries(random: Random): Chunker {
  return (available) =>
    random.chance(0.25) ? 1 + random.integer(Math.min(available, maxChunk)) : wholeEntries(available);
}

/** The bytes of one chunk on the wire. */
export function frame(bytes: Uint8Array): Buffer {
  const head = `${bytes.length.toString(16).toUpperCase()}\r\n`;
  const framed = Buffer.allocUnsafe(head.length + bytes.length + 2);
  framed.write(head, 0, 'latin1');
  framed.set(bytes, head.length);
  framed[framed.length - 2] = 13;
  framed[framed.length - 1] = 10;
  return framed;
}

/** A first-in first-out queue of entries that refuses to hold more than its limit. */
export class EntryQueue {
  readonly #limit: number;
  #slots: (Uint8Array | undefined)[] = new Array(64);
  #head = 0;
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  /** False, and nothing is added, when the queue is full. */
  push(entry: Uint8Array): boolean {
    if (this.#length >= this.#limit) return false;
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = entry;
    this.#length += 1;
    return true;
  }

  shift(): Uint8Array | undefined {
    const entry = this.#slots[this.#head];
    if (this.#length === 0) return undefined;
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length -= 1;
    return entry;
  }

  clear(): void {
    this.#slots = new Array(64);
    this.#head = 0;
    this.#length = 0;
  }

  /** The size stays a power of two, so that an index wraps with a mask. */
  #grow(): void {
    const larger: (Uint8Array | undefined)[] = new Array(this.#slots.length * 2);
    for (let index = 0; index < this.#length; index++) {
      larger[index] = this.#slots[(this.#head + index) & (this.#slots.length - 1)];
    }
    this.#slots = larger;
    this.#head = 0;
  }
}
