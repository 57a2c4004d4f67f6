import {type FileHandle, stat} from 'node:fs/promises';
import {Socket} from 'node:net';
import path from 'node:path';
import {pipeline} from 'node:stream';
import * as zlib from 'node:zlib';
import {clean} from '../../lib/clean.ts';
import {byteSize, count} from '../../lib/format.ts';
import {bytesOfPath, openPipeNow, openRegular} from '../disk/regular-file.ts';
import type {RecordedPiece} from '../recording/read-recording.ts';
import {formOf, type Packing} from './file-form.ts';
import {OpenError} from './open-error.ts';

/** `deflate`: without a header, as in a ZIP file. */
type Packed = Exclude<Packing, undefined> | 'deflate';

/** A file, or one in a ZIP file. `name`: safe to show. */
export type PackedPart = {
  readonly name: string;
  readonly path: string;
  readonly packed: Packed | undefined;
  readonly inZip?: ZipRange;
};

/** Place of a file in a ZIP file, in bytes, and the checksum of what it unpacks to. */
type ZipRange = {readonly start: number; readonly length: number; readonly crc: number};

/** Packed bytes that are read at a time, and unpacked ones that come at a time. */
const pieceBytes = 64 * 1024;

type UnpackOptions = {
  readonly signal?: AbortSignal | undefined;
  readonly limits?: UnpackLimits;
  /** Total of the file whose part is unpacked: limits are for all parts together. Default: the part is a file. */
  readonly total?: UnpackTotal | undefined;
  /** Called before each piece with the packed bytes that were read so far. */
  readonly onRead?: ((bytes: number) => void) | undefined;
};

/**
 * The bytes of a file, unpacked piece by piece. What is truncated or damaged is read as far as it can be unpacked; an
 * `unreadable` marker is then the last piece. Throws `OpenError` when the file cannot be read, is damaged in a ZIP file,
 * is no log once it is unpacked, or unpacks to more than the limits.
 */
export async function* unpack(part: PackedPart, options: UnpackOptions = {}): AsyncGenerator<RecordedPiece> {
  const handle = await openRegular(part.path).catch((error: unknown) => {
    throw OpenError.of(part.path, error);
  });
  try {
    const {size, mtimeMs: at} = await handle.stat();
    const {start = 0, length = size} = part.inZip ?? {};
    // Files of /proc have no size.
    const isUnsized = size === 0 && part.packed === undefined;
    const end = isUnsized ? Number.POSITIVE_INFINITY : Math.min(size, start + length);
    const chunks = bytesOf(handle, {start, end, most: part.packed ? pieceBytes : 4 * pieceBytes});
    let crc = 0;
    const pieces = boundedPieces(chunks, {...part, isFile: !part.inZip}, options);
    for await (const {bytes, because, consumed} of pieces) {
      if (because) {
        if (part.inZip) throw damagedInZip(part);
        yield {marker: {kind: 'unreadable', bytes: end - start - consumed, because, at, file: part.name}};
        return;
      }
      if (part.inZip) crc = zlib.crc32(bytes, crc);
      options.onRead?.(consumed);
      yield {bytes};
    }
    if (part.inZip && part.inZip.crc !== crc) throw damagedInZip(part);
  } finally {
    await handle.close();
  }
}

/**
 * Reads what comes through a named pipe, until its last writer closes it or `signal` is aborted. Throws `OpenError`. No
 * thread waits, as one would in `open` or `read`: the process could not end before it.
 */
export async function* readPipe(file: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  if (signal?.aborted) return;
  let socket: Socket;
  try {
    socket = new Socket({fd: openPipeNow(file), readable: true, writable: false, ...(signal && {signal})});
  } catch (error) {
    throw OpenError.of(file, error);
  }
  try {
    for await (const bytes of socket) yield bytes;
  } catch (error) {
    if (!signal?.aborted) throw OpenError.of(file, error);
  } finally {
    socket.destroy();
  }
}

/**
 * The bytes that come through a pipe, unpacked if it begins as a compressed file does. `name`: safe to show. What is cut
 * or damaged ends with an `unreadable` marker. Throws `OpenError` for what is no log.
 */
export async function* pipePieces(
  name: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<RecordedPiece> {
  const all = buffersOf(chunks);
  const {done, value: first} = await all.next();
  if (done) return;
  const form = formOf(first);
  if (form.kind === 'zip') throw new OpenError(`${name} is a ZIP file: save it, and open the file`);
  if (form.kind === 'other') throw new OpenError(`${name} ${form.why}`);
  const pieces = boundedPieces(startingWith(first, all), {name, packed: form.packed, isFile: false});
  for await (const {bytes, because} of pieces) {
    yield bytes ? {bytes} : {marker: {kind: 'unreadable', bytes: undefined, because, at: 0, file: name}};
  }
}

async function* buffersOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const {buffer, byteOffset, length} of chunks)
    if (length > 0) yield Buffer.from(buffer, byteOffset, length);
}

async function* startingWith(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

function damagedInZip({name}: PackedPart): OpenError {
  return new OpenError(`${name} is damaged: download the bundle again, or unpack it and open its folder`);
}

/** Bytes of a file in a row, `most` of them at a time. */
async function* bytesOf(
  handle: FileHandle,
  {start, end, most}: {readonly start: number; readonly end: number; readonly most: number},
): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    const length = Math.min(end - at, most);
    const {buffer, bytesRead} = await handle.read(Buffer.allocUnsafe(length), 0, length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** `consumed`: packed bytes that were read so far. `because`: why the rest of them cannot be unpacked. */
type Unpacked =
  | {readonly bytes: Buffer; readonly because?: undefined; readonly consumed: number}
  | {readonly bytes?: undefined; readonly because: 'cut-short' | 'rest-damaged'; readonly consumed: number};

/**
 * Unpacks bytes, in libuv's threads. Node's stream of Zstandard ends with the first frame: what it has not read is for
 * the next one.
 */
async function* unpackChunks(
  chunks: AsyncIterable<Buffer>,
  packed: Packed | undefined,
  signal?: AbortSignal,
): AsyncGenerator<Unpacked> {
  let consumed = 0;
  if (!packed) {
    for await (const bytes of chunks) {
      consumed += bytes.length;
      yield {bytes, consumed};
    }
    return;
  }
  const iterator = chunks[Symbol.asyncIterator]();
  const next = async (): Promise<Buffer | undefined> => {
    const {done, value} = await iterator.next();
    return done ? undefined : value;
  };
  try {
    for (let chunk = await next(); chunk; ) {
      // Of empty frames no piece comes, after which it would be looked at.
      signal?.throwIfAborted();
      const stream = streamOf(packed);
      let given = 0;
      const feed = async function* () {
        for (; chunk; chunk = await next()) {
          given += chunk.length;
          yield chunk;
          // It has ended.
          if (stream.bytesWritten < given) return;
        }
      };
      pipeline(feed, stream, () => {});
      let because: Unpacked['because'];
      try {
        for await (const bytes of stream) yield {bytes, consumed: consumed + stream.bytesWritten};
      } catch (error) {
        because = whyFailed(error);
      }
      consumed += stream.bytesWritten;
      if (because) {
        yield {because, consumed};
        return;
      }
      if (!chunk) return;
      // One chunk at a time is on its way to the stream.
      const left = given - stream.bytesWritten;
      chunk = left > 0 ? chunk.subarray(-left) : await next();
    }
  } finally {
    // Not awaited: it may be waiting for what comes through a pipe.
    iterator.return?.().catch(() => {});
  }
}

type Unpacker = zlib.Gunzip | zlib.ZstdDecompress | zlib.InflateRaw;

function streamOf(packed: Packed): Unpacker {
  // Nothing waits in the stream: a failure would discard it.
  const options = {chunkSize: pieceBytes, highWaterMark: 1};
  switch (packed) {
    case 'gzip':
      return zlib.createGunzip(options);
    case 'zstd':
      return zlib.createZstdDecompress(options);
    case 'deflate':
      return zlib.createInflateRaw(options);
  }
}

/** Throws what is no error of zlib: the bytes could not be read. */
function whyFailed(error: unknown): 'cut-short' | 'rest-damaged' {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!code.startsWith('Z')) throw error;
  return code === 'Z_BUF_ERROR' ? 'cut-short' : 'rest-damaged';
}

/** The file itself, all of it. */
export function wholeFile(file: string, packed: Packing): PackedPart {
  return {name: clean(path.basename(file)), path: file, packed};
}

/** Packed bytes of a part; 0 of one that is gone. */
export async function packedSize({path: file, inZip}: PackedPart): Promise<number> {
  return inZip?.length ?? (await stat(bytesOfPath(file)).catch(() => undefined))?.size ?? 0;
}

/** Limits for what is unpacked: a log beyond them would take minutes. The ratio counts from `ratioFrom` bytes on. */
export type UnpackLimits = {readonly bytes: number; readonly ratio: number; readonly ratioFrom: number};
const usualLimits: UnpackLimits = {bytes: 8 * 1024 ** 3, ratio: 250, ratioFrom: 256 * 1024 ** 2};

/** Unpacked bytes of one file so far, and the packed ones that they come from: its parts share them and the limits. */
type UnpackTotal = {bytes: number; packed: number};

export function nothingUnpacked(): UnpackTotal {
  return {bytes: 0, packed: 0};
}

/** `name`: safe to show. `isFile`: a tool can unpack it alone. */
type ToUnpack = {readonly name: string; readonly packed: Packed | undefined; readonly isFile: boolean};

/** Unpacks bytes, and refuses what is no log, and what unpacks to too much. */
async function* boundedPieces(
  chunks: AsyncIterable<Buffer>,
  part: ToUnpack,
  {signal, limits = usualLimits, total = nothingUnpacked()}: UnpackOptions = {},
): AsyncGenerator<Unpacked> {
  const {name, packed} = part;
  let before: number | undefined;
  for await (const piece of unpackChunks(chunks, packed, signal)) {
    signal?.throwIfAborted();
    const {bytes, consumed} = piece;
    if (bytes && packed !== undefined) {
      const form = before === undefined ? formOf(bytes) : undefined;
      if (form && (form.kind !== 'log' || form.packed))
        throw new OpenError(`what is in ${name} is a binary file, not a log`);
      total.bytes += bytes.length;
      total.packed += consumed - (before ?? 0);
      before = consumed;
      if (total.bytes > limits.bytes) throw tooLarge(part, `more than ${byteSize(limits.bytes)}`);
      const ratio = Math.floor(total.bytes / Math.max(1, total.packed));
      if (total.bytes > limits.ratioFrom && ratio > limits.ratio)
        throw tooLarge(part, `more than ${count(ratio)} times its size, as no log does`);
    }
    yield piece;
  }
}

function tooLarge({name, packed, isFile}: ToUnpack, what: string): OpenError {
  const way = isFile ? ` · ${packed} -dc ${name} | pipetail open - reads it all the same` : '';
  return new OpenError(`${name} is not read to its end: it unpacks to ${what}${way}`);
}
