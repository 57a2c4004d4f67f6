import {ignoreMissing} from '../disk/save-file.ts';
import {FilePart, fileNamed} from '../opened/file-part.ts';
import type {FileFeed, Source} from './file-feed.ts';

const pieceBytes = 256 * 1024;
/** Bytes before the end of what was read that are compared before more is read: a file that was written again differs. */
const comparedBytes = 64;
/** Milliseconds between two looks, also where nothing can be watched, and while the file is written. */
const lookEvery = 200;
const lookOften = 16;
/** Milliseconds in which a file that is gone may be made again: a rotation does that. */
const missingFor = 1000;
/** Bytes of a file that is shown once it is read, in 10 ms: of a larger one the beginning is shown at once. */
const shownWhole = 8 * 1024 * 1024;
/** Files of the log that stay open beside the present one. */
const mostParts = 8;
/** Index and filters need 3 bytes a line: a quarter of the memory at most. */
const memoryPerLine = 12;

/**
 * A plain file: read once from its beginning, then followed: appended bytes, truncation, rotation (by inode) and removal. Its
 * lines are read back from it.
 */
export class FileSource implements Source {
  readonly #path: string;
  readonly #reading: FileFeed;
  readonly #mostLines: number;
  /** Memory of the piece that is read next, and of the one before it. */
  #memory = [memoryOfPiece(), memoryOfPiece()] as const;
  /** Files from which lines are read back, oldest first: those that had the name, and one as it was before it was truncated. */
  readonly #parts: FilePart[] = [];
  /** The file that got the name since: opened at once, as it may lose the name before it has a byte. */
  #next: FilePart | undefined;
  #offset = 0;
  /** The last bytes that were read, at most `comparedBytes`. */
  #last = Buffer.alloc(0);
  /** A file that was emptied while its writer kept its place begins with NULs, which nobody wrote. */
  #isInHole = true;
  #missingSince: number | undefined;
  #isRemoved = false;
  /** The look in progress; never rejects. */
  #look: Promise<void> = Promise.resolve();
  #cancelLook = () => {};

  /** `memoryBytes`: limits the lines that are held. */
  constructor(reading: FileFeed, path: string, memoryBytes = Number.POSITIVE_INFINITY) {
    this.#path = path;
    this.#reading = reading;
    this.#mostLines = memoryBytes / memoryPerLine;
  }

  async read(): Promise<void> {
    this.#reading.sink.readBackFromFiles();
    this.#parts.push(await FilePart.open(this.#path));
    if (this.#isClosed) await this.close();
    else this.#reading.set({size: this.#part.size});
    this.#startLook();
  }

  async close(): Promise<void> {
    this.#cancelLook();
    await this.#look;
    await Promise.all([...this.#parts, this.#next].map((part) => part?.close()));
  }

  get #isClosed(): boolean {
    return this.#reading.signal.aborted;
  }

  /** The present file. */
  get #part(): FilePart {
    const part = this.#parts.at(-1);
    if (!part) throw new Error(`${this.#path} is not open`);
    return part;
  }

  #startLook(): void {
    if (!this.#isClosed) this.#look = this.#lookNow();
  }

  async #lookNow(): Promise<void> {
    const [part, offset] = [this.#part, this.#offset];
    try {
      await this.#readOn();
      await this.#followName();
    } catch (error) {
      this.#reading.fail(this.#path, error);
      return;
    }
    if (this.#isClosed) return;
    if (this.#reading.state.kind !== 'followed') this.#reading.set({kind: 'followed'});
    const hasGrown = this.#part !== part || this.#offset !== offset;
    this.#cancelLook = this.#reading.clock.after(hasGrown ? lookOften : lookEvery, () => this.#startLook());
  }

  /** Reads to the end of the present file; each piece while the one before it is taken in. */
  async #readOn(): Promise<void> {
    for (let reading = this.#readPiece(); ; ) {
      const bytes = await reading;
      if (this.#isClosed) return;
      const compared = this.#last.length;
      if (!bytes.subarray(0, compared).equals(this.#last)) {
        this.#parts.splice(-1, 1, this.#part.truncated());
        this.#beginAgain('truncated');
        // What was overwritten can no longer be read back.
        this.#reading.sink.buffer.forgetDeleted();
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
      if (!this.#isInHole) this.#append(added.subarray(skipped), offset + skipped);
    }
  }

  /** Reads the bytes that are compared, and what follows them. */
  #readPiece(): Promise<Buffer> {
    const [memory, other] = this.#memory;
    this.#memory = [other, memory];
    const compared = this.#last.length;
    return this.#part.read(memory.subarray(0, compared + pieceBytes), this.#offset - compared);
  }

  #append(bytes: Buffer, offset: number): void {
    const {sink, clock, state} = this.#reading;
    sink.addBytes(bytes, {part: this.#part, offset});
    if (sink.buffer.lineCount > this.#mostLines) sink.buffer.dropBefore(sink.buffer.endId - this.#mostLines);
    this.#reading.received();
    const read = offset + bytes.length;
    const size = state.kind === 'reading' ? Math.max(read, state.size) : read;
    if (state.kind === 'followed') this.#reading.set({size, read, grewAt: clock.wall()});
    else if (size <= shownWhole) this.#reading.note({size, read});
    else this.#reading.set({size, read});
  }

  /** Finds what has the name now. */
  async #followName(): Promise<void> {
    const named = await fileNamed(this.#path);
    if (!named) {
      await this.#moveOn();
      this.#onMissing();
      return;
    }
    this.#missingSince = undefined;
    if (!(this.#next ?? this.#part).isFile(named)) {
      await this.#moveOn();
      await this.#next?.close();
      // It may be renamed again meanwhile: the next look finds what has the name then.
      const isBack = this.#part.isFile(named);
      this.#next = isBack || this.#isClosed ? undefined : await FilePart.open(this.#path).catch(ignoreMissing);
    }
    await this.#moveOn();
  }

  /** Once the next file has a byte, what comes is written there: before, its writer may still write to the present one. */
  async #moveOn(): Promise<void> {
    const next = this.#next;
    if (!next || next.size === 0) return;
    await this.#readOn();
    if (this.#isClosed) return;
    if (this.#offset === 0) await this.#parts.pop()?.close();
    this.#parts.push(next);
    this.#next = undefined;
    if (this.#parts.length > mostParts) {
      // What is in it can no longer be read back.
      void this.#parts.shift()?.close();
      this.#reading.sink.buffer.forgetDeleted();
    }
    this.#isRemoved = false;
    this.#beginAgain('rotated');
    await this.#readOn();
  }

  #onMissing(): void {
    const now = this.#reading.clock.monotonic();
    this.#missingSince ??= now;
    if (this.#isRemoved || now - this.#missingSince < missingFor) return;
    this.#isRemoved = true;
    this.#mark('removed');
  }

  /** Starts at the first byte of the present file. `turn`: why; `rotated`: another file has the name now. */
  #beginAgain(turn: 'truncated' | 'rotated'): void {
    this.#offset = 0;
    this.#isInHole = true;
    this.#last = Buffer.alloc(0);
    this.#mark(turn);
  }

  #mark(turn: 'truncated' | 'rotated' | 'removed'): void {
    if (this.#isClosed) return;
    this.#reading.sink.addMarker({kind: 'file', turn});
    this.#reading.sink.onChange();
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
