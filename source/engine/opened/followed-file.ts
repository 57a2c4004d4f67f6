import {stat} from 'node:fs/promises';
import type {Clock} from '../../lib/clock.ts';
import {bytesOfPath} from '../disk/regular-file.ts';
import {ignoreMissing} from '../disk/save-file.ts';
import {FilePart} from './file-part.ts';

/** Change of a file that is followed. `rotated`: another file has its name now. */
export type FileChange = 'truncated' | 'rotated' | 'removed';

type FileSink = {
  /** Bytes that follow in the log, at `offset` of the part. Valid until it returns. */
  readonly append: (bytes: Buffer, part: FilePart, offset: number) => void;
  /** The bytes that follow are not those of the part before. */
  readonly onChanged: (change: FileChange) => void;
  /** Everything that was in the file was read. */
  readonly onCaughtUp: () => void;
  /** Nothing more will be read: an error of the file system. */
  readonly onFailed: (error: unknown) => void;
};

const pieceBytes = 256 * 1024;
/** Bytes before the end of what was read that are compared before more is read: a file that was written again differs. */
const comparedBytes = 64;
/** Milliseconds between two looks, also where nothing can be watched, and while the file is written. */
const lookEvery = 200;
const lookOften = 16;
/** Milliseconds in which a file that is gone may be made again: a rotation does that. */
const missingFor = 1000;

/** Reads a file and follows it: appended bytes, truncation, rotation (by inode) and removal. */
export class FollowedFile {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #sink: FileSink;
  /** Memory of the piece that is read next, and of the one before it. */
  #memory = [memoryOfPiece(), memoryOfPiece()] as const;
  #part: FilePart;
  /** Files that got the name since, oldest first: opened at once, as they may lose the name before they have a byte. */
  #waiting: FilePart[] = [];
  #offset = 0;
  /** The last bytes that were read, at most `comparedBytes`. */
  #last = Buffer.alloc(0);
  /** A file that was emptied while its writer kept its place begins with NULs, which nobody wrote. */
  #isInHole = true;
  #missingSince: number | undefined;
  #isRemoved = false;
  #isClosed = false;
  /** The look in progress; never rejects. */
  #look: Promise<void> = Promise.resolve();
  #cancelLook = () => {};

  /** `part`: the open file at `path`. */
  constructor(options: {path: string; part: FilePart; clock: Clock; sink: FileSink}) {
    this.#path = options.path;
    this.#part = options.part;
    this.#clock = options.clock;
    this.#sink = options.sink;
  }

  start(): void {
    this.#look = this.#lookNow();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelLook();
    await this.#look;
    await this.#closeParts();
  }

  async #closeParts(): Promise<void> {
    await Promise.all([this.#part, ...this.#waiting].map((part) => part.close()));
  }

  async #lookNow(): Promise<void> {
    const [part, offset] = [this.#part, this.#offset];
    try {
      await this.#readOn();
      await this.#followName();
      if (!this.#isClosed) this.#sink.onCaughtUp();
    } catch (error) {
      if (this.#isClosed) return;
      this.#isClosed = true;
      await this.#closeParts();
      this.#sink.onFailed(error);
    }
    if (this.#isClosed) return;
    const hasGrown = this.#part !== part || this.#offset !== offset;
    this.#cancelLook = this.#clock.after(hasGrown ? lookOften : lookEvery, () => this.start());
  }

  /** Opens what has the name now, unless it was opened before. Returns whether a file has it. */
  async #openNamed(): Promise<boolean> {
    const found = await stat(bytesOfPath(this.#path)).catch(ignoreMissing);
    // A pipe of that name is not opened.
    if (this.#isClosed || !found?.isFile()) return false;
    const last = this.#waiting.at(-1) ?? this.#part;
    if (last.isFile(found)) return true;
    // The name came back to it, and nothing was written elsewhere.
    if (this.#part.isFile(found) && this.#waiting.every(({size}) => size === 0)) {
      await this.#closeWaiting(0);
      return true;
    }
    // It may be renamed again meanwhile: the next look finds what has the name then.
    const part = await FilePart.open(this.#path).catch(ignoreMissing);
    if (!part) return false;
    this.#waiting.push(part);
    return true;
  }

  /** Closes the oldest ones but for so many. */
  async #closeWaiting(most: number): Promise<void> {
    while (this.#waiting.length > most) await this.#waiting.shift()?.close();
  }

  /** Reads to the end of the present file; each piece while the one before it is taken in. */
  async #readOn(): Promise<void> {
    for (let reading = this.#readPiece(); ; ) {
      const bytes = await reading;
      if (this.#isClosed) return;
      const compared = this.#last.length;
      if (!bytes.subarray(0, compared).equals(this.#last)) {
        this.#part = this.#part.truncated();
        this.#beginAgain();
        this.#sink.onChanged('truncated');
        reading = this.#readPiece();
        continue;
      }
      if (bytes.length === compared) return;
      const added = bytes.subarray(compared);
      const offset = this.#offset;
      const skipped = this.#isInHole ? textStart(added) : 0;
      this.#isInHole &&= skipped === added.length;
      this.#offset += added.length;
      this.#last = Buffer.from(bytes.subarray(-comparedBytes));
      reading = this.#readPiece();
      if (!this.#isInHole) this.#sink.append(added.subarray(skipped), this.#part, offset + skipped);
    }
  }

  /** Reads the bytes that are compared, and what follows them. */
  #readPiece(): Promise<Buffer> {
    const [memory, other] = this.#memory;
    this.#memory = [other, memory];
    const compared = this.#last.length;
    return this.#part.read(memory.subarray(0, compared + pieceBytes), this.#offset - compared);
  }

  /** Another file has the name: what comes is written there, once it has a byte. */
  async #followName(): Promise<void> {
    const isThere = await this.#openNamed();
    while (!this.#isClosed) {
      const [next, ...later] = this.#waiting;
      // The writer may not have opened it yet, and still write to the old one.
      if (!next || (next.size === 0 && later.length === 0)) break;
      if (next.size > 0) await this.#moveOn(next);
      else await this.#closeWaiting(later.length);
    }
    if (this.#isClosed) return;
    if (isThere) this.#missingSince = undefined;
    else this.#onMissing();
  }

  async #moveOn(next: FilePart): Promise<void> {
    await this.#readOn();
    if (this.#isClosed) return;
    // Whoever got bytes of a part closes it.
    if (this.#offset === 0) await this.#part.close();
    this.#waiting = this.#waiting.filter((part) => part !== next);
    this.#isRemoved = false;
    this.#part = next;
    this.#beginAgain();
    this.#sink.onChanged('rotated');
    await this.#readOn();
  }

  #onMissing(): void {
    const now = this.#clock.monotonic();
    this.#missingSince ??= now;
    if (this.#isRemoved || now - this.#missingSince < missingFor) return;
    this.#isRemoved = true;
    this.#sink.onChanged('removed');
  }

  #beginAgain(): void {
    this.#offset = 0;
    this.#isInHole = true;
    this.#last = Buffer.alloc(0);
  }
}

function memoryOfPiece(): Buffer {
  return Buffer.allocUnsafeSlow(comparedBytes + pieceBytes);
}

/** After the NULs, or the byte order mark of UTF-8, with which a file begins. */
function textStart(bytes: Uint8Array): number {
  if (byteOrderMark.every((byte, index) => bytes[index] === byte)) return byteOrderMark.length;
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? bytes.length : first;
}

const byteOrderMark: readonly number[] = [0xef, 0xbb, 0xbf];
