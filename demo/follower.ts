import type {ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import {endMarker} from './log-lines.ts';
import type {Random} from './random.ts';

/** Returns the length of the next chunk: 1 to `available` bytes. */
export type Chunker = (available: number) => number;

/** Entries that a follower may be behind; then the server drops it (Feldera 0.337.0). */
export const followerLimit = 100_000;

/** Bytes of one write: few, so that entries for a slow reader wait in the queue, which counts them. */
const batchBytes = 32_768;

/** Queued entries that are written before the end of the turn: some writers never pause. */
const eagerEntries = 1024;

const lastChunk = Buffer.from('0\r\n\r\n');
const endMarkerEntry = Buffer.from(`${endMarker}\n`);

type FollowerOptions = {
  /** Its head must have been sent. */
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly chunker: Chunker;
  readonly limit: number;
  /** As the method `cutAfter`: bytes of the log. */
  readonly cutAfter?: number | undefined;
  /** Called once, when the connection or the body is over. */
  readonly onGone: () => void;
};

/** Writes chunks to the socket itself: `ServerResponse.write` delays data, and a fault must cut after an exact byte. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #queue: EntryQueue;
  readonly #onDrain = () => this.#drain();
  #current: Uint8Array | undefined;
  #offset = 0;
  #ending: 'no' | 'with-marker' | 'clean' = 'no';
  #cutAfter: number;
  #gone = false;
  #frozen = false;
  #scheduled = false;
  #sent = 0;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#queue = new EntryQueue(options.limit);
    this.#cutAfter = options.cutAfter ?? Number.POSITIVE_INFINITY;
    options.socket.on('drain', this.#onDrain);
    options.response.once('close', () => this.#leave());
  }

  /** Entries that wait because the reader is behind. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Bytes of the log written to the socket, without chunk framing. */
  get sent(): number {
    return this.#sent;
  }

  /** Distinguishes several readers of one log. */
  get userAgent(): string {
    return this.#options.response.req.headers['user-agent'] ?? '';
  }

  /** An entry that does not fit into the queue ends the stream: the follower is too slow. */
  add(entry: Uint8Array): void {
    if (this.#ending !== 'no' || this.#gone) return;
    if (!this.#queue.add(entry)) {
      this.#ending = 'with-marker';
      return;
    }
    if (this.#queue.length >= eagerEntries) this.#drain();
    else this.#schedule();
  }

  /** Sends the queue, the end marker and the last chunk: the pipeline was deleted or its runner stopped. */
  endWithMarker(): void {
    this.#ending = 'with-marker';
    this.#drain();
  }

  /** Sends the last chunk without the end marker, as when the runner dies; what is still queued is lost. */
  endWithoutMarker(): void {
    this.#drain();
    this.#queue.clear();
    this.#current = undefined;
    this.#ending = 'clean';
    this.#drain();
  }

  /** Closes the connection without a last chunk after `bytes` more bytes of the log. */
  cutAfter(bytes: number): void {
    this.#drain();
    this.#cutAfter = bytes;
    if (bytes === 0) this.#hangUp();
  }

  reset(): void {
    this.#options.socket.resetAndDestroy();
  }

  /** A frozen follower sends nothing, and its queue fills up. */
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
    while (!this.#gone && !this.#frozen && !this.#options.socket.writableNeedDrain) {
      const frames: Uint8Array[] = [];
      let size = 0;
      while (size < batchBytes && this.#cutAfter > 0) {
        const piece = this.#nextPiece();
        if (!piece) break;
        this.#sent += Math.min(piece.length, this.#cutAfter);
        frames.push(this.#frameUpToCut(piece));
        size += piece.length;
      }
      if (size > 0) this.#options.socket.write(Buffer.concat(frames));
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
      if (!this.#current && this.#ending === 'with-marker') {
        this.#current = endMarkerEntry;
        this.#ending = 'clean';
      }
      if (!this.#current) return undefined;
      this.#offset = 0;
    }
    const end = this.#offset + this.#options.chunker(this.#current.length - this.#offset);
    const piece = this.#current.subarray(this.#offset, end);
    this.#offset = end;
    if (end === this.#current.length) this.#current = undefined;
    return piece;
  }

  /** The chunk of `piece`, cut off where the connection has to end. */
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

  /** Sends FIN without a last chunk; a reader that does not read loses what was written, too. */
  #hangUp(): void {
    if (this.#options.socket.writableNeedDrain) this.#options.socket.destroy();
    else this.#options.socket.destroySoon();
    this.#leave();
  }

  #finish(): void {
    this.#options.socket.write(lastChunk);
    this.#leave();
    this.#options.response.end();
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#queue.clear();
    this.#options.socket.off('drain', this.#onDrain);
    this.#options.onGone();
  }
}

/** Bytes: the proxy in front of the log cuts longer lines. */
const maxChunk = 32_768;

/** One chunk for each entry, long ones cut, as recorded. */
export const wholeEntries: Chunker = (available) => Math.min(available, maxChunk);

/** Cuts about one entry in four, anywhere, also inside UTF-8 sequences. */
export function raggedEntries(random: Random): Chunker {
  return (available) =>
    random.chance(0.25) ? 1 + random.integer(Math.min(available, maxChunk)) : wholeEntries(available);
}

export function frame(bytes: Uint8Array): Buffer {
  const head = `${bytes.length.toString(16).toUpperCase()}\r\n`;
  const framed = Buffer.allocUnsafe(head.length + bytes.length + 2);
  framed.write(head, 0, 'latin1');
  framed.set(bytes, head.length);
  framed[framed.length - 2] = 13;
  framed[framed.length - 1] = 10;
  return framed;
}

/** First in, first out, up to a limit. */
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

  /** Returns false, and adds nothing, when the queue is full. */
  add(entry: Uint8Array): boolean {
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

  /** The size stays a power of two, because indices wrap with a mask. */
  #grow(): void {
    const larger: (Uint8Array | undefined)[] = new Array(this.#slots.length * 2);
    for (let index = 0; index < this.#length; index++) {
      larger[index] = this.#slots[(this.#head + index) & (this.#slots.length - 1)];
    }
    this.#slots = larger;
    this.#head = 0;
  }
}
