import {type FileHandle, stat} from 'node:fs/promises';
import path from 'node:path';
import * as zlib from 'node:zlib';
import {clean} from '../../terminal/clean.ts';
import type {RecordedPiece} from '../recording/reader.ts';
import {bytesOfPath, openRegular} from '../regular-file.ts';
import type {Packing} from './file-form.ts';
import {OpenError} from './open-error.ts';
import {Bounds, type Packed, StepwiseUnpacker, type UnpackLimits, type UnpackTotal} from './stepwise-unpacker.ts';

/** A file, or one in a ZIP file. `name`: safe to show. */
export type PackedPart = {
  readonly name: string;
  readonly path: string;
  readonly packed: Packed | undefined;
  readonly inZip?: ZipRange;
};

/** Where a file is in a ZIP file, in bytes, and the checksum of what it unpacks to. */
export type ZipRange = {readonly start: number; readonly length: number; readonly crc: number};

const readBytes = 64 * 1024;
/** Bytes that are unpacked at a time where damage was found, first and then, so that nothing before it is lost. */
const fineSteps = [64, 1];

type UnpackOptions = {
  readonly signal?: AbortSignal | undefined;
  readonly limits?: UnpackLimits;
  /** Of the file whose part is unpacked: limits are for all parts together. Default: the part is a file. */
  readonly total?: UnpackTotal | undefined;
  /** Called before each piece with the packed bytes that were read so far. */
  readonly onRead?: ((bytes: number) => void) | undefined;
};

/**
 * The bytes of a file, unpacked piece by piece: gzip with all its members, zstd with all its frames. Of those, what is
 * truncated or damaged is read as far as it goes; an `unreadable` marker is then the last piece. Throws `OpenError` when
 * the file cannot be read, is damaged in a ZIP file, is no log once it is unpacked, or unpacks to more than the limits.
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
    const range: Range = {handle, start, end, signal};
    const unpacked = part.packed === undefined ? plain(range) : membersOf(range, part.packed);
    const bounded = new Bounds({...part, isFile: !part.inZip}, {limits, total});
    let crc = 0;
    for await (const piece of unpacked) {
      signal?.throwIfAborted();
      if ('end' in piece) {
        const {end: because, consumed} = piece;
        if (part.inZip && (because || part.inZip.crc !== crc)) throw damagedInZip(part);
        if (because) yield {marker: {kind: 'unreadable', bytes: end - consumed, because, at, file: part.name}};
        return;
      }
      bounded.check(piece.bytes, piece.consumed - start);
      if (part.inZip) crc = zlib.crc32(piece.bytes, crc);
      onRead?.(piece.consumed - start);
      yield {bytes: piece.bytes};
    }
  } finally {
    await handle.close();
  }
}

function damagedInZip({name}: PackedPart): OpenError {
  return new OpenError(`${name} is damaged: download the bundle again, or unpack it and open its folder`);
}

type Range = {
  readonly handle: FileHandle;
  readonly start: number;
  readonly end: number;
  readonly signal: AbortSignal | undefined;
};

/** `consumed`: offset in the file up to which it was read. The last one says why nothing follows; undefined: all is read. */
type Unpacked = {readonly bytes: Buffer; readonly consumed: number} | UnpackedEnd;
type UnpackedEnd = {readonly end: 'cut-short' | 'rest-damaged' | undefined; readonly consumed: number};

async function* plain({handle, start, end}: Range): AsyncGenerator<Unpacked> {
  let at = start;
  while (at < end) {
    const bytes = await readAt(handle, at, Math.min(end - at, 4 * readBytes));
    if (bytes.length === 0) break;
    at += bytes.length;
    yield {bytes, consumed: at};
  }
  yield {end: undefined, consumed: at};
}

/** Tapes leave zeros behind what was packed, and what follows those is read again from its beginning. */
async function* membersOf(range: Range, packed: Packed): AsyncGenerator<Unpacked> {
  let {start} = range;
  // An empty file is packed by nothing: what was to be there is missing.
  do {
    let last: UnpackedEnd = {end: undefined, consumed: range.end};
    const member = packed === 'deflate' ? steps({...range, start}, packed, []) : oneMember({...range, start}, packed);
    for await (const piece of member) {
      if ('bytes' in piece) yield piece;
      else last = piece;
    }
    if (last.end) {
      yield last;
      return;
    }
    start = last.consumed;
    if (packed === 'deflate' || (await isPadding({...range, start}))) start = range.end;
  } while (start < range.end);
  yield {end: undefined, consumed: range.end};
}

/** Only zeros follow. */
async function isPadding(range: Range): Promise<boolean> {
  for await (const piece of plain(range)) {
    range.signal?.throwIfAborted();
    if ('bytes' in piece && piece.bytes.some((byte) => byte !== 0)) return false;
  }
  return true;
}

/**
 * Unpacks from `start` on. When a step fails, what it unpacked is lost inside zlib: so all is unpacked again up to there,
 * then in smaller steps, and what was not given out before is.
 */
async function* oneMember(range: Range, packed: Packed): AsyncGenerator<Unpacked> {
  const fine: Step[] = [];
  let given = 0;
  for (let pass = 0; ; pass++) {
    let known = given;
    let last: UnpackedEnd = {end: undefined, consumed: range.end};
    for await (const piece of steps(range, packed, fine)) {
      if ('end' in piece) {
        last = piece;
        break;
      }
      const bytes = piece.bytes.subarray(Math.min(known, piece.bytes.length));
      known -= piece.bytes.length - bytes.length;
      given += bytes.length;
      if (bytes.length > 0) yield {...piece, bytes};
    }
    const bytes = fineSteps[pass];
    if (last.end !== 'rest-damaged' || bytes === undefined) {
      yield last;
      return;
    }
    fine.push({from: last.consumed, bytes});
  }
}

/** From this offset in the file on, so many bytes are unpacked at a time. */
type Step = {readonly from: number; readonly bytes: number};

async function* steps(
  {handle, start, end, signal}: Range,
  packed: Packed,
  fine: readonly Step[],
): AsyncGenerator<Unpacked> {
  const stream = new StepwiseUnpacker(packed);
  try {
    let at = start;
    while (at < end && !stream.isOver) {
      signal?.throwIfAborted();
      const step = fine.findLast(({from}) => from <= at)?.bytes ?? readBytes;
      const bytes = await readAt(handle, at, Math.min(step, end - at));
      if (bytes.length === 0) break;
      for await (const output of stream.write(bytes)) {
        signal?.throwIfAborted();
        yield {bytes: output, consumed: at + bytes.length};
      }
      if (stream.failed) {
        yield {end: stream.failed, consumed: at};
        return;
      }
      at += bytes.length;
    }
    if (!stream.isOver) for await (const output of stream.end()) yield {bytes: output, consumed: end};
    yield {end: stream.failed, consumed: stream.failed ? end : start + stream.consumed};
  } finally {
    stream.destroy();
  }
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
