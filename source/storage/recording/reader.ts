import {closeSync, existsSync, fstatSync, lstatSync, readSync, statSync} from 'node:fs';
import {readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {gunzipSync} from 'node:zlib';
import type {Marker} from '../../buffer/markers.ts';
import {newline} from '../../buffer/segment.ts';
import {bytesOfPath, NotRegularError, openFor, openRegular, openRegularNow, readRegularNow} from '../regular-file.ts';
import {failureWords, ignoreMissing} from '../save-file.ts';
import {
  indexFile,
  indexLines,
  lastBelow,
  logFile,
  mostIndexBytes,
  pipelineOfFolder,
  type RecordedBlock,
  type RecordedFile,
  RecordingMap,
  readIndex,
} from './index-file.ts';
import {logsOnDisk, mapFiles, tellsOf} from './logs-on-disk.ts';

/** Bytes of a recorded log, or a marker in its place. */
export type RecordedPiece =
  | {
      readonly bytes: Buffer;
      /** Reads a part of the bytes once more; undefined if it cannot be read. Absent: they are in no recording. */
      readonly readAgain?: (from: number, length: number) => Buffer | undefined;
    }
  | {readonly marker: Marker};

/** Blocks that stay unpacked: a segment of the scrollback may span two or three. Large ones only one by one. */
const unpackedBlocks = 4;
const unpackedBytes = 8 * 1024 * 1024;
/** Bytes of a block that is read at once, far more than a line has: what an index says may be anything. */
const largestBlock = 32 * 1024 * 1024;
/** A block above this size that unpacks to so many times its size is no log. */
const ratioFrom = 1024 * 1024;
const largestRatio = 250;

/**
 * Reads the log of one recording by offset, compressed or not. Synchronous, since the screen cannot wait: a block of
 * 256 KiB takes 0.1 ms, or 1 to 2 ms to unpack. Never throws: what cannot be read is undefined.
 */
export class RecordedBytes {
  readonly #folder: string;
  #map: RecordingMap;
  readonly #unpacked: {readonly offset: number; readonly bytes: Buffer}[] = [];
  /** Where the members of the last packed file begin, and where the last one ends. */
  #starts: {readonly members: readonly number[]; readonly starts: Float64Array} | undefined;
  /** Of the index that was read again last: size and time of its last change. */
  #indexSeen: string | undefined;

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

  /**
   * The bytes from `at` on, to `end` at most; undefined if there are none, up to the returned `end`, which may be far: a
   * gap is one step, however many bytes the index claims for it. Other work has its turn at each.
   */
  async readOn(at: number, end: number): Promise<{readonly bytes: Buffer | undefined; readonly end: number}> {
    const bytes = this.read(at, end - at);
    if (bytes) return {bytes, end};
    const there = await this.#stretchAt(at);
    if (there.isOnDisk && there.end < end) return {bytes: this.read(at, there.end - at), end: there.end};
    return {bytes: undefined, end: there.isOnDisk ? end : there.end};
  }

  /** Up to where a plain file has bytes from `at` on; or, where they cannot be read, up to where others may be. */
  async #stretchAt(at: number): Promise<{readonly isOnDisk: boolean; readonly end: number}> {
    const {files, blocks} = this.#map;
    const index = lastBelow(files, ({offset}) => offset, at + 1);
    const file = files[index];
    const next = files[index + 1]?.offset ?? Number.POSITIVE_INFINITY;
    if (!file) return {isOnDisk: false, end: next};
    const log = logFile(this.#folder, file.number);
    if (!file.members) {
      const end = Math.min(next, file.offset + (await sizeOnDisk(log)));
      return at < end ? {isOnDisk: true, end} : {isOnDisk: false, end: next};
    }
    const place = lastAtOrBelow(blocks, at);
    const start = this.#startOf(file, file.members, place);
    if (start === undefined || start >= (await sizeOnDisk(`${log}.gz`))) return {isOnDisk: false, end: next};
    const block = blocks[place];
    const end = block ? block.offset + block.length : 0;
    return {isOnDisk: false, end: Math.min(next, end > at ? end : (blocks[place + 1]?.offset ?? next))};
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
    const index = lastBelow(files, ({offset}) => offset, at + 1);
    const file = files[index];
    if (!file) return undefined;
    if (file.members) return this.#readPacked(file, file.members, at, end);
    const fileEnd = files[index + 1]?.offset ?? Number.POSITIVE_INFINITY;
    const bytes = readPart(logFile(this.#folder, file.number), at - file.offset, Math.min(end, fileEnd) - at);
    if (bytes) return bytes;
    // Another program may have compressed the file meanwhile.
    if (!existsSync(`${logFile(this.#folder, file.number)}.gz`) || !this.#readIndexAgain()) return undefined;
    const now = this.#map.files.find(({number}) => number === file.number);
    return now?.members && this.#readPacked(now, now.members, at, end);
  }

  /** False: it has not changed since the last time. */
  #readIndexAgain(): boolean {
    const {size, mtimeMs} = statSync(indexFile(this.#folder));
    const seen = `${size} ${mtimeMs}`;
    if (seen === this.#indexSeen || size > mostIndexBytes) return false;
    this.#indexSeen = seen;
    this.#map = mapOf(readRegularNow(indexFile(this.#folder), openFor.readOwn));
    return true;
  }

  #readPacked(file: RecordedFile, members: readonly number[], at: number, end: number): Buffer | undefined {
    const {blocks} = this.#map;
    const index = lastAtOrBelow(blocks, at);
    const block = blocks[index];
    if (!block || at >= block.offset + block.length) return undefined;
    const bytes = this.#unpacked.find(({offset}) => offset === block.offset)?.bytes;
    return (bytes ?? this.#unpack(file, members, block, index))?.subarray(at - block.offset, end - block.offset);
  }

  /** `index`: of the block. */
  #unpack(file: RecordedFile, members: readonly number[], block: RecordedBlock, index: number): Buffer | undefined {
    const {length} = block;
    const start = this.#startOf(file, members, index);
    const end = this.#startOf(file, members, index + 1);
    if (start === undefined || end === undefined || length > largestBlock) return undefined;
    const packedLength = end - start;
    if (length > ratioFrom && length > largestRatio * packedLength) return undefined;
    // What gzip cannot make smaller, it makes hardly larger.
    if (packedLength > length + ratioFrom) return undefined;
    const packed = readPart(`${logFile(this.#folder, file.number)}.gz`, start, packedLength);
    const bytes = packed && gunzipSync(packed, {maxOutputLength: length + 1});
    if (bytes?.length !== length) return undefined;
    const isFull = () => this.#unpacked.reduce((sum, each) => sum + each.bytes.length, length) > unpackedBytes;
    while (this.#unpacked.length >= unpackedBlocks || (this.#unpacked.length > 0 && isFull())) this.#unpacked.shift();
    this.#unpacked.push({offset: block.offset, bytes});
    return bytes;
  }

  /** Where the member of a block begins in its packed file; of the block after the last one: where that ends. */
  #startOf(file: RecordedFile, members: readonly number[], index: number): number | undefined {
    if (this.#starts?.members !== members) {
      const starts = new Float64Array(members.length + 1);
      for (const [place, length] of members.entries()) starts[place + 1] = (starts[place] ?? 0) + length;
      this.#starts = {members, starts};
    }
    return this.#starts.starts[index - lastAtOrBelow(this.#map.blocks, file.offset)];
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

function lastAtOrBelow(blocks: readonly RecordedBlock[], at: number): number {
  return lastBelow(blocks, ({offset}) => offset, at + 1);
}

/** 0 of a file that is missing. */
async function sizeOnDisk(file: string): Promise<number> {
  return await stat(file).then(
    ({size}) => size,
    () => 0,
  );
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
  /** What cannot be read of it, a sentence each. */
  readonly damage: readonly string[];
};

/** Undefined: a folder that no program writes was deleted, to make room. Rejects with errors of the file system. */
export async function openRecorded(folder: string): Promise<RecordedLog | undefined> {
  const logs = await logsOnDisk(folder);
  const map = new RecordingMap();
  let why: string | undefined;
  try {
    await using handle = await openRegular(indexFile(folder), openFor.readOwn);
    for await (const {lines} of indexLines(handle)) for (const fact of readIndex(lines)) map.apply(fact);
    why = tellsOf(map, logs) ? undefined : 'is damaged';
  } catch (error) {
    if (logs.length === 0) return ignoreMissing(error);
    why = error instanceof NotRegularError ? notUsed(error) : (ignoreMissing(error) ?? 'is missing');
  }
  const found = why === undefined ? {size: sizeOf(folder, map), damaged: []} : await mapFiles(folder, map, logs);
  map.endAt(found.size);
  const last = map.files.at(-1);
  const isGone = last && logs.every(({number}) => number < last.number) && !existsSync(logFile(folder, last.number));
  const odd = logs.filter(({isRegular}) => !isRegular).map(({name}) => `${name} is not used: it is not a regular file`);
  const damage = [
    ...(why === undefined ? [] : [`index.jsonl ${why}: what happened between the lines is not known`]),
    ...(isGone ? [`${path.basename(logFile(folder, last.number))} is missing`] : []),
    ...odd,
    ...found.damaged.map((name) => `${name} could not be unpacked`),
  ];
  return {folder, map, bytes: new RecordedBytes(folder, map), size: found.size, damage};
}

function notUsed({code}: NotRegularError): string {
  return `is not used, since ${failureWords(code)}`;
}

/**
 * Reads a recording from its beginning to its present end, even while another program writes it. What was deleted or
 * cannot be read is an `unreadable` marker. Throws errors of the file system. `opened`: as it was opened before.
 */
export async function* readRecording(folder: string, opened?: RecordedLog): AsyncGenerator<RecordedPiece> {
  const log = opened ?? (await openRecorded(folder));
  if (!log) {
    yield {marker: {kind: 'unreadable', bytes: undefined, because: 'deleted-to-make-room', at: 0}};
    return;
  }
  const at = log.map.startedAt;
  for (const why of log.damage) yield {marker: {kind: 'unreadable', bytes: undefined, because: 'not-read', why, at}};
  const rest = yield* piecesOf(log);
  for (const {marker} of log.map.markers.slice(rest)) yield {marker};
}

/** One recording after the other, each `read` when its turn comes. */
export function recordedPieces(
  recordings: readonly FoundRecording[],
  read: (recording: FoundRecording) => AsyncIterable<RecordedPiece> = ({folder}) => readRecording(folder),
): AsyncGenerator<RecordedPiece> {
  const parts = recordings.map((recording, index) => {
    const {name, startedAt: at} = recording;
    const marker: Marker = {kind: 'new-life', because: 'created-again', folder: name, at};
    return {pieces: read(recording), ...(index > 0 && {marker})};
  });
  return oneAfterTheOther(parts);
}

/** A line that is open where a part ends is ended if another part follows, with its marker in front. */
async function* oneAfterTheOther(
  parts: readonly {readonly pieces: AsyncIterable<RecordedPiece>; readonly marker?: Marker}[],
): AsyncGenerator<RecordedPiece> {
  let isOpen = false;
  for (const {pieces, marker} of parts) {
    if (isOpen) yield {bytes: Buffer.of(newline)};
    isOpen = false;
    if (marker) yield {marker};
    for await (const piece of pieces) {
      if ('bytes' in piece) isOpen = piece.bytes.at(-1) !== newline;
      yield piece;
    }
  }
}

/** The offset of a recording's end on disk. */
export function sizeOf(folder: string, map: RecordingMap): number {
  const file = map.files.at(-1);
  if (!file) return 0;
  const stats = lstatSync(bytesOfPath(logFile(folder, file.number)), {throwIfNoEntry: false});
  return file.offset + (stats?.isFile() ? stats.size : 0);
}

/** All up to the offset `size`; what is missing in a row is one marker. Returns the index of the next marker. */
export async function* piecesOf({
  map,
  bytes,
  size,
}: Pick<RecordedLog, 'map' | 'bytes' | 'size'>): AsyncGenerator<RecordedPiece, number> {
  const {blocks, markers, startedAt, firstOffset} = map;
  if (firstOffset > 0) yield unreadablePiece(firstOffset, 'deleted-to-make-room', startedAt);
  let nextMarker = 0;
  let nextBlock = 0;
  let lost = 0;
  for (let at = firstOffset; at < size; ) {
    while ((blocks[nextBlock]?.offset ?? Number.POSITIVE_INFINITY) + (blocks[nextBlock]?.length ?? 0) <= at) {
      nextBlock += 1;
    }
    const {bytes: piece, end} = await bytes.readOn(at, Math.min(size, pieceEnd(blocks[nextBlock], at)));
    const to = Math.min(size, end);
    if (!piece) lost += to - at;
    const isToldFirst = piece !== undefined || (markers[nextMarker]?.offset ?? Number.POSITIVE_INFINITY) < to;
    if (lost > 0 && isToldFirst) {
      yield unreadablePiece(lost, 'deleted-or-damaged', startedAt);
      lost = 0;
    }
    let from = at;
    const pieceTo = (next: number): RecordedPiece[] => {
      if (!piece || next <= from) return [];
      return [{bytes: piece.subarray(from - at, next - at), readAgain: readFrom(bytes, from)}];
    };
    for (let marker = markers[nextMarker]; marker && marker.offset < to; marker = markers[++nextMarker]) {
      yield* pieceTo(marker.offset);
      yield {marker: marker.marker};
      from = Math.max(from, marker.offset);
    }
    yield* pieceTo(to);
    at = to;
  }
  if (lost > 0) yield unreadablePiece(lost, 'deleted-or-damaged', startedAt);
  return nextMarker;
}

/** Of the block that is at `at`, or comes next. */
function pieceEnd(block: RecordedBlock | undefined, at: number): number {
  if (block && block.offset <= at && block.length <= largestBlock) return block.offset + block.length;
  const most = at + pieceBytes;
  return block && block.offset > at ? Math.min(most, block.offset) : most;
}

function unreadablePiece(
  bytes: number,
  because: 'deleted-to-make-room' | 'deleted-or-damaged',
  at: number,
): RecordedPiece {
  return {marker: {kind: 'unreadable', bytes, because, at}};
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
    const pipeline = pipelineOfFolder(entry);
    if (pipeline?.name !== name && (id === undefined || pipeline?.id !== id)) continue;
    const recording = await findRecording(path.join(directory, entry), entry);
    if (recording) found.push(recording);
  }
  return found.sort((a, b) => a.startedAt - b.startedAt);
}

/** `name`: the last part of the path `folder`. Undefined for a folder that is no recording. */
export async function findRecording(folder: string, name: string): Promise<FoundRecording | undefined> {
  try {
    await using handle = await openRegular(indexFile(folder), openFor.readOwn);
    const {value} = await indexLines(handle).next();
    const [first = ''] = value?.lines.split('\n', 1) ?? [];
    const {startedAt, server} = mapOf(first);
    return {folder, name, startedAt, server};
  } catch {
    // Without it, its log files can be read.
    const hasLogs = pipelineOfFolder(name) !== undefined && (await logsOnDisk(folder)).length > 0;
    return hasLogs ? {folder, name, startedAt: 0, server: undefined} : undefined;
  }
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
