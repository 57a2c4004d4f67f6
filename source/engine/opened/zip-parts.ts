import {clean} from '../../lib/clean.ts';
import {codeOf} from '../disk/save-file.ts';
import {OpenError} from './open-error.ts';
import type {PackedPart, ZipRange} from './unpack.ts';

/** A file in a ZIP file. Its name is only compared and shown: nothing is ever written or opened under it. */
export type ZipPart = {
  /** Name as it is in the ZIP file: hostile. */
  readonly name: string;
  readonly part: PackedPart;
};

/** A ZIP file with more files than this is no support bundle. */
const mostEntries = 10_000;
const methods = {stored: 0, deflated: 8};

/**
 * The files of a ZIP file whose names are `wanted`; those that are encrypted or packed in another way than ZIP's usual
 * ones are left out. Throws `OpenError`, and the signal's reason when aborted.
 */
export async function readZip(
  file: string,
  wanted: (name: string) => boolean,
  signal?: AbortSignal,
): Promise<readonly ZipPart[]> {
  // Not needed for anything else that is opened.
  const {default: yauzl} = await import('yauzl');
  // Names as bytes: yauzl would refuse the whole file because of one name that could be a path.
  const options = {lazyEntries: true, autoClose: false, decodeStrings: false};
  const zip = await yauzl.openPromise(file, options).catch((error: unknown) => {
    throw damaged(file, error);
  });
  try {
    if (zip.entryCount > mostEntries) throw new OpenError(`${clean(file)} has too many files to be a support bundle`);
    const parts: ZipPart[] = [];
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted();
      const name = entry.fileNameRaw.toString();
      const {compressionMethod: method, compressedSize: length, crc32: crc} = entry;
      if (entry.isEncrypted() || !wanted(name)) continue;
      const {fileDataStart: start} = await zip.readLocalFileHeaderPromise(entry, {minimal: true});
      const part = partOf(file, {name, method}, {start, length, crc});
      if (part) parts.push(part);
    }
    if (overlap(parts)) throw new OpenError(`${clean(file)} is not a support bundle: files in it have the same bytes`);
    return parts;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw damaged(file, error);
  } finally {
    zip.close();
  }
}

/** Bytes that several files share would be unpacked for each of them. */
function overlap(parts: readonly ZipPart[]): boolean {
  const byStart = parts.flatMap(({part: {inZip}}) =>
    inZip ? {start: inZip.start, end: inZip.start + inZip.length} : [],
  );
  byStart.sort((a, b) => a.start - b.start);
  return byStart.some(({start}, place) => start < (byStart[place - 1]?.end ?? 0));
}

/** Returns a file of a ZIP file; undefined: it is packed in another way than `methods`. */
function partOf(
  file: string,
  {name, method}: {readonly name: string; readonly method: number},
  inZip: ZipRange,
): ZipPart | undefined {
  const {stored, deflated} = methods;
  if (method !== stored && method !== deflated) return undefined;
  const packed = method === deflated ? 'deflate' : undefined;
  return {name, part: {name: `${clean(name)} of ${clean(file)}`, path: file, packed, inZip}};
}

/** An error without a code is one of the ZIP file itself. */
function damaged(file: string, error: unknown): OpenError {
  if (error instanceof OpenError || codeOf(error) !== undefined) return OpenError.of(file, error);
  const way = `zip -FF ${clean(file)} --out whole.zip saves what is left`;
  return new OpenError(`${clean(file)} is cut or damaged: its list of files cannot be read · ${way}`, {cause: error});
}
