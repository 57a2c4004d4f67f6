import {type FileHandle, open} from 'node:fs/promises';
import {clean} from '../../terminal/clean.ts';
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

export type ReadZip = {
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
const signature = Buffer.from('PK\x03\x04');
const headerBytes = 30;
const longestName = 65_535;

/** The files whose headers follow each other from the start on. */
async function readHeaders(file: string, wanted: (name: string) => boolean): Promise<readonly ZipPart[]> {
  await using handle = await open(file).catch((error: unknown) => {
    throw OpenError.of(file, error);
  });
  const parts: ZipPart[] = [];
  for (let at: number | undefined = 0, entries = 0; at !== undefined && entries < mostEntries; entries++) {
    const head: Buffer = await readAt(handle, at, headerBytes + longestName);
    if (head.length < headerBytes || !head.subarray(0, signature.length).equals(signature)) break;
    const nameEnd = headerBytes + head.readUInt16LE(26);
    const name = head.toString('utf8', headerBytes, nameEnd);
    const start: number = at + nameEnd + head.readUInt16LE(28);
    const flags = head.readUInt16LE(6);
    const isEncrypted = (flags & 1) !== 0;
    // Else the sizes are behind the bytes, whose end deflate knows.
    const isSized = (flags & 8) === 0;
    const sizes = isSized ? {length: head.readUInt32LE(18), crc: head.readUInt32LE(14)} : {};
    const part = partOf(file, {name, method: head.readUInt16LE(8), start, ...sizes});
    if (part && !isEncrypted && wanted(name)) parts.push(part);
    at = sizes.length === undefined ? await findSignature(handle, start) : start + sizes.length;
  }
  return parts;
}

async function findSignature(handle: FileHandle, from: number): Promise<number | undefined> {
  for (let at = from; ; at += longestName) {
    const bytes = await readAt(handle, at, longestName + signature.length - 1);
    const found = bytes.indexOf(signature);
    if (found !== -1) return at + found;
    if (bytes.length < longestName) return undefined;
  }
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
