import type {FileHandle} from 'node:fs/promises';
import {clean} from '../../terminal/clean.ts';
import {openRegular} from '../regular-file.ts';
import {codeOf} from '../save-file.ts';
import {OpenError} from './open-error.ts';
import {type PackedPart, readAt} from './unpack.ts';

/** A file in a ZIP file. Its name is only compared and shown: nothing is ever written or opened under it. */
export type ZipPart = {
  /** As it is in the file: hostile. */
  readonly name: string;
  readonly part: PackedPart;
};

/** A ZIP file with more files than this is no support bundle. */
const mostEntries = 10_000;
const methods = {stored: 0, deflated: 8};

type ReadZip = {
  readonly parts: readonly ZipPart[];
  /** Its directory, at its end, cannot be read: these are the parts that are there. */
  readonly isDamaged: boolean;
};

/**
 * The files of a ZIP file whose names are `wanted`; those that are encrypted or packed in another way than ZIP's usual
 * ones are left out. Throws `OpenError`.
 */
export async function readZip(file: string, wanted: (name: string) => boolean): Promise<ReadZip> {
  const listed = await readDirectory(file, wanted);
  if (listed) return {parts: listed, isDamaged: false};
  return {parts: await readHeaders(file, wanted), isDamaged: true};
}

/** Undefined when the directory cannot be read. */
async function readDirectory(file: string, wanted: (name: string) => boolean): Promise<readonly ZipPart[] | undefined> {
  // Not needed for anything else that is opened.
  const {default: yauzl} = await import('yauzl');
  // Names as bytes: yauzl would refuse the whole file because of one name that could be a path.
  const options = {lazyEntries: true, autoClose: false, decodeStrings: false};
  const zip = await yauzl.openPromise(file, options).catch((error: unknown) => orDamaged(file, error));
  if (!zip) return undefined;
  try {
    if (zip.entryCount > mostEntries) throw new OpenError(`${clean(file)} has too many files to be a support bundle`);
    const parts: ZipPart[] = [];
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileNameRaw.toString();
      const {compressionMethod: method, compressedSize: length, crc32: crc} = entry;
      if (entry.isEncrypted() || !wanted(name)) continue;
      const {fileDataStart: start} = await zip.readLocalFileHeaderPromise(entry, {minimal: true});
      const part = partOf(file, {name, method, start, length, crc});
      if (part) parts.push(part);
    }
    return parts;
  } catch (error) {
    return orDamaged(file, error);
  } finally {
    zip.close();
  }
}

/** In front of the bytes of each file, and 30 bytes with its name's length: APPNOTE 6.3.10, 4.3.7. */
const localHeader = Buffer.from('PK\x03\x04');
const headerBytes = 30;
/** Behind the bytes of a file whose sizes were not known before; then come its CRC and its sizes: 4.3.9. */
const descriptor = Buffer.from('PK\x07\x08');
const descriptorBytes = 16;
/** What follows the last file: 4.3.12. */
const directoryHeader = Buffer.from('PK\x01\x02');
const longestName = 65_535;

/** The files whose headers follow each other from the start on. */
async function readHeaders(file: string, wanted: (name: string) => boolean): Promise<readonly ZipPart[]> {
  await using handle = await openRegular(file).catch((error: unknown) => {
    throw OpenError.of(file, error);
  });
  const parts: ZipPart[] = [];
  for (let at: number | undefined = 0, entries = 0; at !== undefined && entries < mostEntries; entries++) {
    const head: Buffer = await readAt(handle, at, headerBytes + longestName);
    if (head.length < headerBytes || !head.subarray(0, localHeader.length).equals(localHeader)) break;
    const nameEnd = headerBytes + head.readUInt16LE(26);
    const name = head.toString('utf8', headerBytes, nameEnd);
    const start: number = at + nameEnd + head.readUInt16LE(28);
    const [flags, method] = [head.readUInt16LE(6), head.readUInt16LE(8)];
    const isEncrypted = (flags & 1) !== 0;
    const isSized = (flags & 8) === 0;
    const told = isSized ? {length: head.readUInt32LE(18), crc: head.readUInt32LE(14)} : undefined;
    const range = await rangeOf(handle, {start, told, method});
    const part = partOf(file, {name, method, start, ...range});
    if (part && !isEncrypted && wanted(name)) parts.push(part);
    at =
      range.length === Number.POSITIVE_INFINITY
        ? undefined
        : await find(handle, localHeader, start + (range.length ?? 0));
  }
  return parts;
}

type PartRange = Pick<PackedPart, 'length' | 'crc'>;

/**
 * How many bytes a file has: what its header tells only if another header follows. Without a length, deflate knows its
 * end; a file that is stored then ends where a header begins, and is cut without one.
 */
async function rangeOf(
  handle: FileHandle,
  {start, told, method}: {readonly start: number; readonly told: PartRange | undefined; readonly method: number},
): Promise<PartRange> {
  const range = told ?? (await describedRange(handle, start));
  if (range?.length !== undefined && (await isFollowed(handle, start, range.length))) return range;
  if (method !== methods.stored) return {...(range?.crc !== undefined && {crc: range.crc})};
  const end = (await nextHeader(handle, start)) ?? Number.POSITIVE_INFINITY;
  return {length: end - start, ...(range?.crc !== undefined && {crc: range.crc})};
}

/** By the descriptor that tells the distance at which it is. It is before the next header, if there is one. */
async function describedRange(handle: FileHandle, start: number): Promise<PartRange | undefined> {
  const end = await find(handle, localHeader, start);
  for (let from = start; ; ) {
    const at = await find(handle, descriptor, from, end);
    if (at === undefined) return undefined;
    const bytes = await readAt(handle, at, descriptorBytes);
    if (bytes.length < descriptorBytes) return undefined;
    const length = bytes.readUInt32LE(8);
    if (length === at - start) return {length, crc: bytes.readUInt32LE(4)};
    from = at + 1;
  }
}

/** Another header follows, or the ZIP file was cut before, without one in between. */
async function isFollowed(handle: FileHandle, start: number, length: number): Promise<boolean> {
  const after = await readAt(handle, start + length, localHeader.length);
  if (after.length > 0) return [localHeader, descriptor, directoryHeader].some((each) => isBeginning(after, each));
  return (await nextHeader(handle, start)) === undefined;
}

async function nextHeader(handle: FileHandle, from: number): Promise<number | undefined> {
  return (await find(handle, localHeader, from)) ?? (await find(handle, directoryHeader, from));
}

/** What was cut may be less than the header. */
function isBeginning(bytes: Buffer, header: Buffer): boolean {
  return bytes.equals(header.subarray(0, bytes.length));
}

/** The offset of the first one at or after `from`, and before `end`. */
async function find(
  handle: FileHandle,
  signature: Buffer,
  from: number,
  end = Number.POSITIVE_INFINITY,
): Promise<number | undefined> {
  for (let at = from; at < end; at += longestName) {
    const bytes = await readAt(handle, at, longestName + signature.length - 1);
    const found = bytes.indexOf(signature);
    if (found !== -1) return at + found < end ? at + found : undefined;
    if (bytes.length < longestName) return undefined;
  }
  return undefined;
}

/** Undefined for what is packed in another way. */
function partOf(
  file: string,
  {
    name,
    method,
    ...range
  }: {readonly name: string; readonly method: number} & Pick<PackedPart, 'start' | 'length' | 'crc'>,
): ZipPart | undefined {
  const {stored, deflated} = methods;
  if (method !== stored && method !== deflated) return undefined;
  const packed = method === deflated ? 'deflate' : undefined;
  return {name, part: {name: `${clean(name)} of ${clean(file)}`, path: file, packed, ...range}};
}

/** Undefined for an error of the ZIP file itself. */
function orDamaged(file: string, error: unknown): undefined {
  if (error instanceof OpenError) throw error;
  if (codeOf(error) !== undefined) throw OpenError.of(file, error);
}
