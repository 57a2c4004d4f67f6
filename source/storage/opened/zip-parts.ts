import {clean} from '../../terminal/clean.ts';
import {OpenError} from './open-error.ts';
import type {PackedPart} from './unpack.ts';

/** A file in a ZIP file. Its name is only compared and shown: nothing is ever written or opened under it. */
export type ZipPart = {
  /** As it is in the file: hostile. */
  readonly name: string;
  readonly part: PackedPart;
};

/** A ZIP file with more files than this is no support bundle. */
const mostEntries = 10_000;
const methods = {stored: 0, deflated: 8};

/**
 * The files of a ZIP file whose names are `wanted`, from its directory; those that are encrypted or packed in another
 * way than ZIP's usual ones are left out. Throws `OpenError` for a directory that cannot be read.
 */
export async function readZip(file: string, wanted: (name: string) => boolean): Promise<readonly ZipPart[]> {
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
      const name = entry.fileNameRaw.toString();
      const {stored, deflated} = methods;
      const isReadable = !entry.isEncrypted() && [stored, deflated].includes(entry.compressionMethod);
      if (!isReadable || !wanted(name)) continue;
      const {fileDataStart} = await zip.readLocalFileHeaderPromise(entry, {minimal: true});
      parts.push({
        name,
        part: {
          name: `${clean(name)} of ${clean(file)}`,
          path: file,
          packed: entry.compressionMethod === deflated ? 'deflate' : undefined,
          start: fileDataStart,
          length: entry.compressedSize,
          crc: entry.crc32,
        },
      });
    }
    return parts;
  } catch (error) {
    throw error instanceof OpenError ? error : damaged(file, error);
  } finally {
    zip.close();
  }
}

function damaged(file: string, error: unknown): OpenError {
  if (error instanceof Error && 'syscall' in error) return OpenError.of(file, error);
  return new OpenError(`${clean(file)} is cut or damaged: the directory at the end of a ZIP file cannot be read`);
}
