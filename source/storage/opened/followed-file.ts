import {type FSWatcher, watch} from 'node:fs';
import {stat} from 'node:fs/promises';
import path from 'node:path';
import type {Clock} from '../../lib/clock.ts';
import {ignoreMissing} from '../save-file.ts';
import {FilePart} from './file-part.ts';

/** What happened to a file that is followed. `rotated`: another file has its name now. */
export type FileTurn = 'truncated' | 'rotated' | 'removed';

type FileSink = {
  /** Bytes that follow in the log, at `offset` of the part. Valid until it returns. */
  readonly append: (bytes: Buffer, part: FilePart, offset: number) => void;
  /** The bytes that follow are not those of the part before. */
  readonly onTurn: (turn: FileTurn) => void;
  /** Everything that was in the file was read. */
  readonly onCaughtUp: () => void;
  /** Nothing more will be read: an error of the file system. */
  readonly onFailed: (error: unknown) => void;
};

const pieceBytes = 256 * 1024;
/** Bytes before the end of what was read that are compared before more is read: a file that was written again differs. */
const comparedBytes = 64;
/** Milliseconds. Watching has limits, and sees nothing on network disks. */
const pollEvery = 1000;
/** Milliseconds between two looks while the file is written. */
const lookEvery = 16;
/** Milliseconds in which a file that is gone may be made again: a rotation does that. */
const missingFor = 1000;

/** Reads a file from an offset on and follows it: appended bytes, truncation, rotation (by inode) and removal. */
export class FollowedFile {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #sink: FileSink;
  readonly #memory = Buffer.allocUnsafeSlow(comparedBytes + pieceBytes);
  #part: FilePart;
  #offset: number;
  /** The last bytes that were read, at most `comparedBytes`. */
  #last = Buffer.alloc(0);
  /** A file that was emptied while its writer kept its place begins with NULs, which nobody wrote. */
  #isInHole: boolean;
  #missingSince: number | undefined;
  #isRemoved = false;
  #watchers: FSWatcher[] = [];
  #isClosed = false;
  #isLooking = false;
  #looksAgain = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #cancelLook: (() => void) | undefined;
  #cancelPoll: (() => void) | undefined;

  /** `part`: the open file at `path`; what is before `offset` is not read. */
  constructor(options: {path: string; part: FilePart; offset: number; clock: Clock; sink: FileSink}) {
    this.#path = options.path;
    this.#part = options.part;
    this.#offset = options.offset;
    this.#isInHole = options.offset === 0;
    this.#clock = options.clock;
    this.#sink = options.sink;
  }

  start(): void {
    this.#watch();
    void this.#look();
    this.#poll();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelLook?.();
    this.#cancelPoll?.();
    for (const watcher of this.#watchers) watcher.close();
    await this.#part.close();
  }

  /** The folder shows that another file got the name, and a link in it may lead to a file elsewhere. */
  #watch(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
    const name = path.basename(this.#path);
    for (const watched of [path.dirname(this.#path), this.#path]) {
      try {
        const watcher = watch(watched, {persistent: false}, (_, changed) => {
          if (changed === null || changed === name || watched === this.#path) this.#lookSoon();
        });
        watcher.on('error', () => watcher.close());
        this.#watchers.push(watcher);
      } catch {
        // The poll sees it.
      }
    }
  }

  #poll(): void {
    this.#cancelPoll = this.#clock.after(pollEvery, () => {
      void this.#look();
      this.#poll();
    });
  }

  #lookSoon(): void {
    if (this.#isClosed || this.#cancelLook) return;
    const wait = Math.max(0, this.#lookedAt + lookEvery - this.#clock.monotonic());
    this.#cancelLook = this.#clock.after(wait, () => {
      this.#cancelLook = undefined;
      void this.#look();
    });
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    if (this.#isClosed) return;
    this.#looksAgain = this.#isLooking;
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#readOn();
      await this.#followName();
      if (!this.#isClosed) this.#sink.onCaughtUp();
    } catch (error) {
      if (!this.#isClosed) {
        await this.close();
        this.#sink.onFailed(error);
      }
    }
    this.#isLooking = false;
    this.#lookedAt = this.#clock.monotonic();
    if (this.#looksAgain) this.#lookSoon();
  }

  /** Reads to the end of the present file. */
  async #readOn(): Promise<void> {
    while (!this.#isClosed) {
      const compared = this.#last.length;
      const bytes = await this.#part.read(this.#memory.subarray(0, compared + pieceBytes), this.#offset - compared);
      if (this.#isClosed) return;
      if (!bytes.subarray(0, compared).equals(this.#last)) {
        this.#part = this.#part.truncated();
        this.#moveTo(0);
        this.#sink.onTurn('truncated');
        continue;
      }
      if (bytes.length === compared) return;
      const added = bytes.subarray(compared);
      const skipped = this.#isInHole ? textStart(added) : 0;
      this.#isInHole &&= skipped === added.length;
      if (!this.#isInHole) this.#sink.append(added.subarray(skipped), this.#part, this.#offset + skipped);
      this.#offset += added.length;
      this.#last = Buffer.from(bytes.subarray(-comparedBytes));
    }
  }

  /** Another file has the name: what comes is written there, once it has a byte. */
  async #followName(): Promise<void> {
    const found = await stat(this.#path).catch(ignoreMissing);
    if (this.#isClosed) return;
    // Opening a pipe of that name would wait for its writer.
    if (!found?.isFile()) {
      this.#onMissing();
      return;
    }
    this.#missingSince = undefined;
    if (this.#part.isFile(found)) return;
    // The writer may not have opened it yet, and still write to the old one.
    if (found.size === 0) return;
    await this.#readOn();
    // It may be renamed again meanwhile: the next look finds what has the name then.
    const part = await FilePart.open(this.#path).catch(ignoreMissing);
    if (!part) return;
    // Whoever got bytes of a part closes it.
    if (this.#offset === 0) await this.#part.close();
    if (this.#isClosed) {
      await part.close();
      return;
    }
    this.#isRemoved = false;
    this.#part = part;
    this.#moveTo(0);
    this.#sink.onTurn('rotated');
    this.#watch();
    await this.#readOn();
  }

  #onMissing(): void {
    const now = this.#clock.monotonic();
    this.#missingSince ??= now;
    if (this.#isRemoved || now - this.#missingSince < missingFor) return;
    this.#isRemoved = true;
    this.#sink.onTurn('removed');
  }

  #moveTo(offset: number): void {
    this.#offset = offset;
    this.#isInHole = offset === 0;
    this.#last = Buffer.alloc(0);
  }
}

/** After the NULs, or the byte order mark of UTF-8, with which a file begins. */
function textStart(bytes: Uint8Array): number {
  if (byteOrderMark.every((byte, index) => bytes[index] === byte)) return byteOrderMark.length;
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? bytes.length : first;
}

const byteOrderMark: readonly number[] = [0xef, 0xbb, 0xbf];
