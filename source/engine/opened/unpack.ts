import {type FileHandle, stat} from 'node:fs/promises';
import path from 'node:path';
import {pipeline} from 'node:stream';
import * as zlib from 'node:zlib';
import {clean} from '../../lib/clean.ts';
import {byteSize, count} from '../../lib/format.ts';
import {bytesOfPath, openRegular} from '../disk/regular-file.ts';
import type {RecordedPiece} from '../recording/read-recording.ts';
import {formOf, headBytes, type Packing} from './file-form.ts';
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
  const {signal, limits, total, onRead} = options;
  const handle = await openRegular(part.path).catch((error: unknown) => {
    throw OpenError.of(part.path, error);
  });
  try {
    const {size, mtimeMs: at} = await handle.stat();
    const {start = 0, length = size} = part.inZip ?? {};
    // Files of /proc have no size.
    const isUnsized = size === 0 && part.packed === undefined;
    const end = isUnsized ? Number.POSITIVE_INFINITY : Math.min(size, start + length);
    const bounds = new Bounds({...part, isFile: !part.inZip}, {limits, total});
    const chunks = bytesOf(handle, {start, end, most: part.packed ? pieceBytes : 4 * pieceBytes});
    let crc = 0;
    for await (const {bytes, because, consumed} of unpackChunks(chunks, part.packed, signal)) {
      signal?.throwIfAborted();
      if (because) {
        if (part.inZip) throw damagedInZip(part);
        yield {marker: {kind: 'unreadable', bytes: end - start - consumed, because, at, file: part.name}};
        return;
      }
      bounds.check(bytes, consumed);
      if (part.inZip) crc = zlib.crc32(bytes, crc);
      onRead?.(consumed);
      yield {bytes};
    }
    if (part.inZip && part.inZip.crc !== crc) throw damagedInZip(part);
  } finally {
    await handle.close();
  }
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
    const bytes = await readAt(handle, at, Math.min(end - at, most));
    if (bytes.length === 0) return;
    at += bytes.length;
    yield bytes;
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
export async function* unpackChunks(
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

/** Fewer bytes at the end of the file. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const {buffer, bytesRead} = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** The file itself, all of it. */
export function wholeFile(file: string, packed: Packing): PackedPart {
  return {name: clean(path.basename(file)), path: file, packed};
}

/** Packed bytes of a part; 0 of one that is gone. */
export async function packedSize({path: file, inZip}: PackedPart): Promise<number> {
  if (inZip) return inZip.length;
  return await stat(bytesOfPath(file)).then(
    ({size}) => size,
    () => 0,
  );
}

/** Limits for what is unpacked: a log beyond them would take minutes. The ratio counts from `ratioFrom` bytes on. */
export type UnpackLimits = {readonly bytes: number; readonly ratio: number; readonly ratioFrom: number};
const usualLimits: UnpackLimits = {bytes: 8 * 1024 ** 3, ratio: 250, ratioFrom: 256 * 1024 ** 2};

/** Unpacked bytes of one file so far, and the packed ones that they come from: its parts share them and the limits. */
export type UnpackTotal = {bytes: number; packed: number};

export function nothingUnpacked(): UnpackTotal {
  return {bytes: 0, packed: 0};
}

/** `name`: safe to show. `isFile`: a tool can unpack it alone. */
type ToUnpack = {readonly name: string; readonly packed: Packed | undefined; readonly isFile: boolean};

type BoundsOptions = {readonly limits?: UnpackLimits | undefined; readonly total?: UnpackTotal | undefined};

/** Refuses what is no log, and what unpacks to too much. */
export class Bounds {
  readonly #part: ToUnpack;
  readonly #limits: UnpackLimits;
  readonly #total: UnpackTotal;
  #hasBegun = false;
  #consumed = 0;

  /** `total`: of the file whose part it is; default: it is a file. */
  constructor(part: ToUnpack, {limits = usualLimits, total = nothingUnpacked()}: BoundsOptions = {}) {
    this.#part = part;
    this.#limits = limits;
    this.#total = total;
  }

  /** `consumed`: packed bytes that were read so far. */
  check(bytes: Uint8Array, consumed: number): void {
    const {name, packed} = this.#part;
    if (!this.#hasBegun && packed !== undefined) {
      const form = formOf(bytes.subarray(0, headBytes));
      if (form.kind !== 'log' || form.packed) throw new OpenError(`what is in ${name} is a binary file, not a log`);
    }
    this.#hasBegun = true;
    if (packed === undefined) return;
    const total = this.#total;
    total.bytes += bytes.length;
    total.packed += consumed - this.#consumed;
    this.#consumed = consumed;
    if (total.bytes > this.#limits.bytes) throw tooLarge(this.#part, `more than ${byteSize(this.#limits.bytes)}`);
    const ratio = Math.floor(total.bytes / Math.max(1, total.packed));
    if (total.bytes > this.#limits.ratioFrom && ratio > this.#limits.ratio) {
      throw tooLarge(this.#part, `more than ${count(ratio)} times its size, as no log does`);
    }
  }
}

function tooLarge({name, packed, isFile}: ToUnpack, what: string): OpenError {
  const way = isFile ? ` · ${packed} -dc ${name} | pipetail open - reads it all the same` : '';
  return new OpenError(`${name} is not read to its end: it unpacks to ${what}${way}`);
}
