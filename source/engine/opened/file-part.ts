import {fstatSync, readSync, type Stats} from 'node:fs';
import {type FileHandle, stat} from 'node:fs/promises';
import type {ColdBytes, ColdStore, LeavingSegment} from '../buffer/cold-segments.ts';
import {bytesOfPath, openRegular} from '../disk/regular-file.ts';
import {ignoreMissing} from '../disk/save-file.ts';

const newline = Buffer.from('\n');

/** Memory for blocks of this size, of any file, that is used again: what comes and goes leaves holes in the C library's heap. */
const blockBytes = 256 * 1024;
const spareBlocks: ArrayBuffer[] = [];
const mostSpare = 8;

/** Contents of a file from its opening, or last truncation, to the next one. A renamed or deleted file is read on. */
export class FilePart {
  /** Its bytes were overwritten. */
  isGone = false;
  readonly keepsBytes = false;
  #isHandedOn = false;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Throws errors of the file system. */
  static async open(path: string): Promise<FilePart> {
    return new FilePart(await openRegular(path));
  }

  /** The next part of the same file, which was truncated: that one closes the file. */
  truncated(): FilePart {
    this.isGone = true;
    this.#isHandedOn = true;
    return new FilePart(this.#handle);
  }

  /** Present size of the file in bytes. Throws errors of the file system. */
  get size(): number {
    return fstatSync(this.#handle.fd).size;
  }

  /** Returns whether it is the file with these numbers. Throws errors of the file system. */
  isFile({dev, ino}: {readonly dev: number; readonly ino: number}): boolean {
    const own = fstatSync(this.#handle.fd);
    return own.ino === ino && own.dev === dev;
  }

  /** Fills `into` from `offset` on; returns fewer bytes only at the end of the file. */
  async read(into: Buffer, offset: number): Promise<Buffer> {
    let length = 0;
    while (length < into.length) {
      const {bytesRead} = await this.#handle.read(into, length, into.length - length, offset + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return into.subarray(0, length);
  }

  /** Synchronous, since the screen cannot wait: 256 KiB take 0.1 ms. Undefined if they cannot be read any more. */
  readNow(offset: number, length: number): Buffer | undefined {
    if (this.isGone) return undefined;
    try {
      const bytes = memoryFor(length);
      for (let read = 0; read < length; ) {
        const some = readSync(this.#handle.fd, bytes, read, length - read, offset + read);
        if (some === 0) return undefined;
        read += some;
      }
      return bytes;
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    this.isGone = true;
    if (!this.#isHandedOn) await this.#handle.close().catch(() => {});
  }
}

/** The file that has this name now; undefined: none has, or what is no regular file, such as a pipe, which is not opened. */
export async function fileNamed(path: string): Promise<Stats | undefined> {
  const found = await stat(bytesOfPath(path)).catch(ignoreMissing);
  return found?.isFile() ? found : undefined;
}

function memoryFor(length: number): Buffer {
  const spare = length <= blockBytes ? spareBlocks.pop() : undefined;
  if (spare) return Buffer.from(spare, 0, length);
  const isBlock = length <= blockBytes && length > blockBytes / 2;
  return Buffer.allocUnsafeSlow(isBlock ? blockBytes : length).subarray(0, length);
}

/** All views of it become empty: they must not show what is read into it next. */
function giveBack({buffer, length}: Buffer): void {
  if (!(buffer instanceof ArrayBuffer)) return;
  if (buffer.byteLength === blockBytes && spareBlocks.length < mostSpare) spareBlocks.push(buffer.transfer());
  else if (buffer.byteLength === length || buffer.byteLength === blockBytes) buffer.transfer(0);
}

/** Source from which bytes of a log are read back. `keepsBytes`: what it gives may be a part of what it keeps. */
export type BytesPart = Pick<FilePart, 'isGone' | 'readNow'> & {readonly keepsBytes: boolean};

/** Consecutive bytes of a part; `isEnded`: and a newline that the file does not have. */
type FilePiece = {
  readonly part: BytesPart;
  readonly offset: number;
  readonly length: number;
  readonly isEnded: boolean;
};

/** Bytes of a log that are read back from its files. */
export class FileBytes implements ColdBytes {
  readonly giveBack: ((bytes: Buffer) => void) | undefined;
  readonly #pieces: readonly FilePiece[];

  constructor(pieces: readonly FilePiece[]) {
    this.#pieces = pieces;
    if (!pieces.some(({part}) => part.keepsBytes)) this.giveBack = giveBack;
  }

  readonly isStored = (): boolean => this.#pieces.every(({part}) => !part.isGone);

  readonly read = (): Buffer | undefined => {
    const parts: Buffer[] = [];
    for (const {part, offset, length, isEnded} of this.#pieces) {
      const bytes = part.readNow(offset, length);
      if (!bytes) return undefined;
      parts.push(bytes);
      if (isEnded) parts.push(newline);
    }
    const [only] = parts;
    if (parts.length === 1 && only) return only;
    const joined = Buffer.concat(parts);
    for (const part of parts) if (part !== newline) this.giveBack?.(part);
    return joined;
  };
}

/** Bytes in a row; without a part they cannot be read back. */
type StoredPiece = Omit<FilePiece, 'part'> & {readonly part: BytesPart | undefined};

/**
 * Keeps what leaves a log buffer's memory where it is already: in the files that it came from. It gets the places of all
 * bytes in the order of the log; segments leave in that order.
 */
export class FileStore implements ColdStore {
  readonly storedTo = Number.POSITIVE_INFINITY;
  /** Places of the bytes in memory, oldest first. */
  readonly #pieces: StoredPiece[] = [];

  /** `length` bytes at `offset` of a part follow in the log. */
  add(part: BytesPart | undefined, offset: number, length: number): void {
    if (length === 0) return;
    const last = this.#pieces.at(-1);
    if (last && last.part === part && !last.isEnded && (!part || last.offset + last.length === offset)) {
      this.#pieces[this.#pieces.length - 1] = {...last, length: last.length + length};
    } else this.#pieces.push({part, offset, length, isEnded: false});
  }

  /** The last line was ended by a newline that is in no file. */
  endLine(): void {
    const last = this.#pieces.pop();
    if (last) this.#pieces.push({...last, isEnded: true});
  }

  keep({byteLength}: LeavingSegment): ColdBytes | undefined {
    const kept: FilePiece[] = [];
    let isWhole = true;
    for (let left = byteLength; left > 0; ) {
      const piece = this.#pieces.shift();
      if (!piece) return undefined;
      const size = piece.length + (piece.isEnded ? 1 : 0);
      const taken = size <= left ? piece : {...piece, length: left, isEnded: false};
      if (size > left) this.#pieces.unshift({...piece, offset: piece.offset + left, length: piece.length - left});
      left -= Math.min(size, left);
      if (taken.part) kept.push({...taken, part: taken.part});
      else isWhole = false;
    }
    return isWhole ? new FileBytes(kept) : undefined;
  }
}
