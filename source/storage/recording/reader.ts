import {closeSync, existsSync, fstatSync, readSync, statSync} from 'node:fs';
import {readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {gunzipSync} from 'node:zlib';
import type {Marker} from '../../buffer/markers.ts';
import {bytesOfPath, openFor, openRegularNow, readRegular, readRegularNow} from '../regular-file.ts';
import {ignoreMissing} from '../save-file.ts';
import {
  indexFile,
  logFile,
  pipelineOf,
  type RecordedBlock,
  type RecordedFile,
  RecordingMap,
  readIndex,
} from './index-file.ts';

/** Bytes of a recorded log, or a marker in its place. */
export type RecordedPiece =
  | {
      readonly bytes: Buffer;
      /** Reads a part of the bytes once more; undefined if it cannot be read. Absent: they are in no recording. */
      readonly readAgain?: (from: number, length: number) => Buffer | undefined;
    }
  | {readonly marker: Marker};

/** Blocks that stay unpacked: a segment of the scrollback may span two or three. */
const unpackedBlocks = 4;

/**
 * Reads the log of one recording by offset, compressed or not. Synchronous, since the screen cannot wait: a block of
 * 256 KiB takes 0.1 ms, or 1 to 2 ms to unpack. Never throws: what cannot be read is undefined.
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

  /** Offset of the first byte that is not deleted. */
  get firstOffset(): number {
    return this.#map.firstOffset;
  }

  /** The recording has grown: this is what its index lists now. */
  follow(map: RecordingMap): void {
    this.#map = map;
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

  /** Reads from `at` to `end`, or to the end of its file or gzip member. */
  #readSome(at: number, end: number): Buffer | undefined {
    const {files} = this.#map;
    const index = files.findLastIndex(({offset}) => offset <= at);
    const file = files[index];
    if (!file) return undefined;
    if (file.members) return this.#readPacked(file, file.members, at, end);
    const fileEnd = files[index + 1]?.offset ?? Number.POSITIVE_INFINITY;
    const bytes = readPart(logFile(this.#folder, file.number), at - file.offset, Math.min(end, fileEnd) - at);
    if (bytes) return bytes;
    // Another program may have compressed the file meanwhile.
    this.#map = mapOf(readRegularNow(indexFile(this.#folder), openFor.readOwn));
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
    if (this.#unpacked.length > unpackedBlocks) this.#unpacked.shift();
    return bytes;
  }
}

/** `index`: the text of an index file. */
export function mapOf(index: string): RecordingMap {
  const map = new RecordingMap();
  for (const fact of readIndex(index)) map.apply(fact);
  return map;
}

/** Undefined if the file is missing or has fewer bytes. */
function readPart(file: string, position: number, length: number): Buffer | undefined {
  let handle: number;
  try {
    handle = openRegularNow(file, openFor.readOwn);
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

/** Bytes read at once where there are no blocks yet. */
const pieceBytes = 256 * 1024;

/** `name`: the last part of the path `folder`. `startedAt`: Unix time in ms. */
export type FoundRecording = {
  readonly folder: string;
  readonly name: string;
  readonly startedAt: number;
  readonly server: string | undefined;
};

/** What a recording held when it was opened. */
export type RecordedLog = {
  readonly folder: string;
  readonly map: RecordingMap;
  readonly bytes: RecordedBytes;
  /** Offset of its end. */
  readonly size: number;
};

/** Undefined: it was deleted. Throws errors of the file system. */
export function openRecorded(folder: string): RecordedLog | undefined {
  const index = readUnlessDeleted(indexFile(folder));
  if (index === undefined) return undefined;
  const map = mapOf(index);
  const size = sizeOf(folder, map);
  map.endAt(size);
  return {folder, map, bytes: new RecordedBytes(folder, map), size};
}

/**
 * Reads a recording from its beginning to its present end, even while another program writes it. What was deleted or
 * cannot be read is an `unreadable` marker. Throws errors of the file system. `log`: as it was opened before.
 */
export function* readRecording(folder: string, log = openRecorded(folder)): Generator<RecordedPiece> {
  if (!log) {
    yield {marker: {kind: 'unreadable', bytes: undefined, because: 'deleted-to-make-room', at: 0}};
    return;
  }
  const rest = yield* piecesOf(log);
  for (const {marker} of log.map.markers.slice(rest)) yield {marker};
}

/** A folder that no program writes may be deleted at any time, to make room. */
function readUnlessDeleted(file: string): string | undefined {
  try {
    return readRegularNow(file, openFor.readOwn);
  } catch (error) {
    return ignoreMissing(error);
  }
}

/** The offset of a recording's end on disk. */
export function sizeOf(folder: string, map: RecordingMap): number {
  const file = map.files.at(-1);
  if (!file) return 0;
  return file.offset + (statSync(bytesOfPath(logFile(folder, file.number)), {throwIfNoEntry: false})?.size ?? 0);
}

/** All up to the offset `size`. Returns the index of the next marker. */
export function* piecesOf({map, bytes, size}: Omit<RecordedLog, 'folder'>): Generator<RecordedPiece, number> {
  let nextMarker = 0;
  let nextBlock = 0;
  const {blocks, markers, startedAt, firstOffset} = map;
  if (firstOffset > 0) {
    yield {marker: {kind: 'unreadable', bytes: firstOffset, because: 'deleted-to-make-room', at: startedAt}};
  }
  for (let at = firstOffset; at < size; ) {
    const block = blocks[nextBlock];
    const end = block ? block.offset + block.length : Math.min(size, at + pieceBytes);
    nextBlock += 1;
    const piece = bytes.read(at, end - at);
    if (!piece) {
      yield {marker: {kind: 'unreadable', bytes: end - at, because: 'deleted-or-damaged', at: startedAt}};
    }
    let from = at;
    const pieceTo = (to: number): RecordedPiece[] => {
      if (!piece || to <= from) return [];
      return [{bytes: piece.subarray(from - at, to - at), readAgain: readFrom(bytes, from)}];
    };
    for (let marker = markers[nextMarker]; marker && marker.offset < end; marker = markers[++nextMarker]) {
      yield* pieceTo(marker.offset);
      yield {marker: marker.marker};
      from = marker.offset;
    }
    yield* pieceTo(end);
    at = end;
  }
  return nextMarker;
}

/** A function of its own, which keeps no piece in memory. */
function readFrom(bytes: RecordedBytes, start: number): (from: number, length: number) => Buffer | undefined {
  return (from, length) => bytes.read(start + from, length);
}

/** The recordings of all pipelines that had this name, and of the one with this id, by start, oldest first. */
export async function findRecordings(directory: string, name: string, id?: string): Promise<FoundRecording[]> {
  const entries = existsSync(bytesOfPath(directory)) ? await readdir(bytesOfPath(directory), 'utf8') : [];
  const found: FoundRecording[] = [];
  for (const entry of entries) {
    const pipeline = pipelineOf(entry);
    if (pipeline?.name !== name && (id === undefined || pipeline?.id !== id)) continue;
    const recording = await findRecording(path.join(directory, entry), entry);
    if (recording) found.push(recording);
  }
  return found.sort((a, b) => a.startedAt - b.startedAt);
}

/** `name`: the last part of the path `folder`. Undefined for a folder without an index that can be read. */
export async function findRecording(folder: string, name: string): Promise<FoundRecording | undefined> {
  const index = (await readRegular(indexFile(folder), openFor.readOwn).catch(() => undefined))?.toString();
  if (index === undefined) return undefined;
  const {startedAt, server} = mapOf(index.slice(0, index.indexOf('\n') + 1));
  return {folder, name, startedAt, server};
}

/** Unix time in ms of the last write to a recording's log or index; 0 when it has neither. */
export async function lastHeartbeat(folder: string): Promise<number> {
  const files = await readdir(folder).catch(() => []);
  const times = await Promise.all(
    files
      .filter((file) => file.endsWith('.log') || file.endsWith('.jsonl'))
      .map((file) =>
        stat(path.join(folder, file)).then(
          ({mtimeMs}) => mtimeMs,
          () => 0,
        ),
      ),
  );
  return Math.max(0, ...times);
}
