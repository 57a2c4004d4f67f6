import {closeSync, fstatSync, readSync} from 'node:fs';
import {zstdDecompressSync} from 'node:zlib';
import type {ColdBytes} from '../buffer/cold-segments.ts';
import {openFor, openRegularNow} from '../disk/regular-file.ts';
import {type Facts, logFile, mostPacked, packedFile, type RecordedFile} from './facts.ts';

/** Bytes that are read at once, and that are unpacked at once: a usual file, which need not be joined. */
const pieceBytes = 256 * 1024;
const unpackedAtOnce = 9 * 1024 * 1024;

/**
 * Reads the log of one recording by offset, compressed or not, while another program may compress its files. Synchronous,
 * since the screen cannot wait: 256 KiB take 0.1 ms, a file of 8 MiB that has to be unpacked 6 ms, and one of 16 MiB 25.
 */
export class RecordedBytes {
  facts: Facts;
  /** Fields of a `BytesPart`: what is read may be a part of what is kept. */
  readonly isGone = false;
  readonly keepsBytes = true;
  readonly #folder: string;
  /** The last file that was unpacked. */
  #unpacked: {readonly file: number; readonly bytes: Buffer} | undefined;

  /** `facts` may change afterwards. */
  constructor(folder: string, facts: Facts) {
    this.#folder = folder;
    this.facts = facts;
  }

  /** The bytes [offset, offset + length); undefined unless they are all there. Never throws. */
  readNow(offset: number, length: number): Buffer | undefined {
    const parts: Buffer[] = [];
    for (let at = offset; at < offset + length; ) {
      const {file, end} = this.facts.fileAt(at);
      const part = file && this.#readPart(file, at - file.offset, Math.min(end, offset + length) - at, end);
      if (!part || part.length === 0) return undefined;
      parts.push(part);
      at += part.length;
    }
    const [only] = parts;
    return parts.length === 1 && only ? only : Buffer.concat(parts);
  }

  /** Returns the bytes [offset, offset + length), to be read when they are needed. */
  cold(offset: number, length: number): ColdBytes {
    return {isStored: () => this.facts.firstOffset <= offset, read: () => this.readNow(offset, length)};
  }

  /**
   * Some bytes from `at` on, to `end` at most; none up to the returned `end`, which may be far: what is missing of a file is
   * one step, however many bytes its facts claim.
   */
  readOn(at: number, end: number): {readonly bytes: Buffer | undefined; readonly end: number} {
    const {file, end: fileEnd} = this.facts.fileAt(at);
    const to = Math.min(end, fileEnd);
    const bytes = file && this.#readPart(file, at - file.offset, Math.min(pieceBytes, to - at), fileEnd);
    return bytes && bytes.length > 0 ? {bytes, end: at + bytes.length} : {bytes: undefined, end: to};
  }

  #readPart(file: RecordedFile, from: number, length: number, fileEnd: number): Buffer | undefined {
    const plain = partOf(logFile(this.#folder, file.file), from, length);
    if (plain) return plain;
    if (this.#unpacked?.file !== file.file) this.#unpack(file.file, fileEnd - file.offset);
    return this.#unpacked?.file === file.file ? this.#unpacked.bytes.subarray(from, from + length) : undefined;
  }

  /** `most`: bytes that it has; of the last one that is known, which was compressed since, nobody knows. */
  #unpack(file: number, most: number): void {
    const maxOutputLength = Math.min(most, mostPacked);
    // What cannot be compressed becomes hardly larger.
    const packed = partOf(packedFile(this.#folder, file), 0, maxOutputLength + pieceBytes);
    try {
      const bytes = packed && zstdDecompressSync(packed, {maxOutputLength, chunkSize: unpackedAtOnce});
      if (bytes) this.#unpacked = {file, bytes};
    } catch {
      // It is damaged.
    }
  }
}

/** Fewer bytes at the end of the file; undefined if it cannot be opened. */
function partOf(file: string, from: number, length: number): Buffer | undefined {
  let handle: number | undefined;
  try {
    handle = openRegularNow(file, openFor.readOwn);
    const size = fstatSync(handle).size - from;
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size)));
    return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, from));
  } catch {
    return undefined;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
