import {closeSync, fstatSync, openSync, readFileSync, readSync} from 'node:fs';
import {gunzipSync} from 'node:zlib';
import {readFacts} from './recording-facts.ts';
import {type RecordedBlock, type RecordedFile, RecordingMap} from './recording-map.ts';
import {indexFile, logFile} from './recording-names.ts';

/** Blocks that stay unpacked: a segment of the scrollback may lie across two or three. */
const unpackedHeld = 4;

/**
 * Reads the log of one recording by offset, compressed files too. Synchronous, since the screen cannot wait: a block of
 * 256 KiB takes 0.1 ms, or 1 to 2 ms to unpack. Never throws: what cannot be read is not there.
 */
export class RecordedBytes {
  readonly #folder: string;
  #map: RecordingMap;
  readonly #unpacked: {readonly offset: number; readonly bytes: Buffer}[] = [];

  /** `map` may change afterwards. */
  constructor(folder: string, map: RecordingMap) {
    this.#folder = folder;
    this.#map = map;
  }

  /** Offset of the first byte that is still there. */
  get firstOffset(): number {
    return this.#map.firstOffset;
  }

  /** The bytes [offset, offset + length); undefined unless they are all there. */
  read(offset: number, length: number): Buffer | undefined {
    try {
      return this.#read(offset, length);
    } catch {
      return undefined;
    }
  }

  #read(offset: number, length: number): Buffer | undefined {
    const parts: Buffer[] = [];
    let at = offset;
    while (at < offset + length) {
      const part = this.#readSome(at, offset + length);
      if (!part || part.length === 0) return undefined;
      parts.push(part);
      at += part.length;
    }
    const [only] = parts;
    return parts.length === 1 && only ? only : Buffer.concat(parts);
  }

  /** As much as is in one file, or in one of its members. */
  #readSome(at: number, end: number): Buffer | undefined {
    const {files} = this.#map;
    const index = files.findLastIndex(({offset}) => offset <= at);
    const file = files[index];
    if (!file) return undefined;
    if (file.members) return this.#readPacked(file, file.members, at, end);
    const fileEnd = files[index + 1]?.offset ?? Number.POSITIVE_INFINITY;
    const bytes = readPart(logFile(this.#folder, file.number), at - file.offset, Math.min(end, fileEnd) - at);
    if (bytes) return bytes;
    // Whoever writes may have compressed it meanwhile.
    this.#map = mapOf(readFileSync(indexFile(this.#folder), 'utf8'));
    const now = this.#map.files.find(({number}) => number === file.number);
    return now?.members && this.#readPacked(now, now.members, at, end);
  }

  #readPacked(file: RecordedFile, members: readonly number[], at: number, end: number): Buffer | undefined {
    const {blocks} = this.#map;
    const index = lastAtOrBelow(blocks, at);
    const block = blocks[index];
    if (!block || at >= block.offset + block.length) return undefined;
    const bytes = this.#unpacked.find(({offset}) => offset === block.offset)?.bytes;
    const first = lastAtOrBelow(blocks, file.offset);
    return (bytes ?? this.#unpack(file, members, block, index - first))?.subarray(
      at - block.offset,
      end - block.offset,
    );
  }

  #unpack(file: RecordedFile, members: readonly number[], block: RecordedBlock, index: number): Buffer | undefined {
    const start = members.slice(0, index).reduce((sum, length) => sum + length, 0);
    const packed = readPart(`${logFile(this.#folder, file.number)}.gz`, start, members[index] ?? 0);
    const bytes = packed && gunzipSync(packed, {maxOutputLength: block.length + 1});
    if (bytes?.length !== block.length) return undefined;
    this.#unpacked.push({offset: block.offset, bytes});
    if (this.#unpacked.length > unpackedHeld) this.#unpacked.shift();
    return bytes;
  }
}

/** What an index says, given as its text. */
export function mapOf(index: string): RecordingMap {
  const map = new RecordingMap();
  for (const fact of readFacts(index)) map.apply(fact);
  return map;
}

/** Undefined if there is no such file, or fewer bytes in it. */
function readPart(file: string, position: number, length: number): Buffer | undefined {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch {
    return undefined;
  }
  try {
    if (fstatSync(handle).size < position + length) return undefined;
    const bytes = Buffer.allocUnsafe(length);
    for (let read = 0; read < length; ) {
      const some = readSync(handle, bytes, read, length - read, position + read);
      if (some === 0) return undefined;
      read += some;
    }
    return bytes;
  } finally {
    closeSync(handle);
  }
}

function lastAtOrBelow(blocks: readonly RecordedBlock[], offset: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle]?.offset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
