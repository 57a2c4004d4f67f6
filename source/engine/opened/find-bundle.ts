import {readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {clean, cleanName} from '../../lib/clean.ts';
import {count, timeOfText} from '../../lib/format.ts';
import {isObject, parseJson, stringOf} from '../../lib/json.ts';
import {bytesOfPath, notRegular} from '../disk/regular-file.ts';
import {codeOf} from '../disk/save-file.ts';
import {OpenError} from './open-error.ts';
import {nothingUnpacked, type PackedPart, unpack} from './unpack.ts';

/** A file in a ZIP file. Its name is only compared and shown: nothing is ever written or opened under it. */
type ZipPart = {
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
async function readZip(
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
      const isUsual = method === methods.stored || method === methods.deflated;
      if (entry.isEncrypted() || !isUsual || !wanted(name)) continue;
      const {fileDataStart: start} = await zip.readLocalFileHeaderPromise(entry, {minimal: true});
      const packed = method === methods.deflated ? 'deflate' : undefined;
      const inZip = {start, length, crc};
      parts.push({name, part: {name: `${clean(name)} of ${clean(file)}`, path: file, packed, inZip}});
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

/** An error without a code is one of the ZIP file itself. */
function damaged(file: string, error: unknown): OpenError {
  if (error instanceof OpenError || codeOf(error) !== undefined) return OpenError.of(file, error);
  const way = `zip -FF ${clean(file)} --out whole.zip saves what is left`;
  return new OpenError(`${clean(file)} is cut or damaged: its list of files cannot be read · ${way}`, {cause: error});
}

/*
 * Feldera's support bundle (0.337.0): a ZIP file with `metadata.json` and a folder for each collection, named after its
 * time. `logs.txt` is what the server held of the log then; each of the other files is an answer of its API.
 */

/** Files of a collection that pipetail reads. */
const collected = ['logs.txt', 'stats.json', 'pipeline_events.json', 'pipeline_config.json'] as const;
export type Collected = (typeof collected)[number];

/** Files that the server collected of one pipeline at one time; any may be missing. */
export type Collection = {
  /** Its folder in the bundle, safe to show. */
  readonly name: string;
  /** Unix time in ms; undefined: the bundle does not tell. */
  readonly at: number | undefined;
  readonly files: ReadonlyMap<Collected, PackedPart>;
};

type FoundBundle = {
  readonly kind: 'bundle';
  /** Name of the pipeline, safe to show; of the file, where the bundle does not tell. */
  readonly name: string;
  readonly path: string;
  /** Oldest first; at least one has `logs.txt`. */
  readonly collections: readonly Collection[];
};

const metadataFile = 'metadata.json';
/** Bytes of a file; the largest one seen has 200 kB. */
const mostJson = 32 * 1024 * 1024;
/** Bytes of JSON that is parsed without a pause: 1 MiB takes 5 ms. */
const mostAtOnce = 1024 * 1024;

/** Numbers in names by their value: `node-2` comes before `node-10`. */
export const {compare: byName} = new Intl.Collator('en', {numeric: true});

/** See `FindOptions`. */
type BundleOptions = {readonly note: (line: string) => void; readonly signal?: AbortSignal | undefined};

/** Throws `OpenError` for a ZIP file that has no log or is damaged, and the signal's reason when aborted. */
export async function bundleInZip(file: string, options: BundleOptions): Promise<FoundBundle> {
  const isWanted = (name: string) => [metadataFile, ...collected].includes(path.posix.basename(name));
  const bundle = await bundleOf(file, await readZip(file, isWanted, options.signal), options);
  if (bundle) return bundle;
  const way = 'unpack it, and open its folder';
  throw new OpenError(`${clean(file)} is a ZIP file, but not a Feldera support bundle with a log: ${way}`);
}

/** The bundle that was unpacked into this folder, if one was. `entries`: of the folder. What cannot be opened is noted. */
export async function bundleInFolder(
  folder: string,
  entries: readonly string[],
  note: (line: string) => void,
): Promise<FoundBundle | undefined> {
  if (!entries.includes(metadataFile)) return undefined;
  const files: ZipPart[] = [];
  const add = async (name: string) => {
    const file = path.join(folder, name);
    const stats = await stat(bytesOfPath(file)).catch(() => undefined);
    if (!stats || stats.isFile()) files.push({name, part: {name: clean(file), path: file, packed: undefined}});
    else note(OpenError.of(file, notRegular(file, stats)).message);
  };
  await add(metadataFile);
  for (const entry of entries) {
    const within = await readdir(bytesOfPath(path.join(folder, entry)), 'utf8').catch(() => []);
    for (const name of within.filter(isCollected)) await add(`${entry}/${name}`);
  }
  return await bundleOf(folder, files, {note});
}

/** Sorts the files of a bundle into collections; undefined: no collection has a log. */
async function bundleOf(
  file: string,
  parts: readonly ZipPart[],
  {note, signal}: BundleOptions,
): Promise<FoundBundle | undefined> {
  // Of several files of one name the last one counts, as where they are unpacked.
  const named = Map.groupBy(parts, ({name}) => path.posix.normalize(name));
  const folders = new Map<string, Map<Collected, PackedPart>>();
  let metadata: PackedPart | undefined;
  for (const [name, alike] of named) {
    const [folder, base] = [path.posix.dirname(name), path.posix.basename(name)];
    const part = alike.at(-1)?.part;
    if (base === metadataFile) metadata ??= part;
    if (!part || !isCollected(base) || folder === '.') continue;
    const files = folders.get(folder) ?? new Map<Collected, PackedPart>();
    folders.set(folder, files.set(base, part));
  }
  if (![...folders.values()].some((files) => files.has('logs.txt'))) return undefined;
  for (const [name, {length}] of named) {
    if (length > 1) note(`${clean(file)} has ${count(length)} files ${clean(name)}: the last one is read`);
  }
  const options = {signal, total: nothingUnpacked()};
  const {pipeline, times} = readMetadata(metadata && (await readJson(metadata, options)));
  const collections = [...folders].map(([folder, files]) => {
    const directory = path.posix.basename(folder);
    return {name: clean(directory), at: times.get(directory) ?? timeInName(directory), files};
  });
  collections.sort((a, b) => (a.at ?? 0) - (b.at ?? 0) || byName(a.name, b.name));
  const name = pipeline || (await nameInConfiguration(collections, options)) || clean(path.basename(file));
  return {kind: 'bundle', name, path: file, collections};
}

/** `metadata.json` may be missing where a bundle was unpacked. */
async function nameInConfiguration(collections: readonly Collection[], options: ReadOptions): Promise<string> {
  for (const {files} of collections) {
    const part = files.get('pipeline_config.json');
    const name = part ? cleanName(stringOf(await readJson(part, options), 'name')) : '';
    if (name !== '') return name;
  }
  return '';
}

function isCollected(name: string): name is Collected {
  return (collected as readonly string[]).includes(name);
}

/** `times`: Unix times in ms, by the folder of the collection. */
function readMetadata(json: unknown): {readonly pipeline: string; readonly times: ReadonlyMap<string, number>} {
  const times = new Map<string, number>();
  const {pipeline, collections} = isObject(json) ? json : {};
  for (const each of Array.isArray(collections) ? collections : []) {
    const at = timeOfText(stringOf(each, 'time'));
    if (at !== undefined) times.set(stringOf(each, 'directory'), at);
  }
  return {pipeline: cleanName(stringOf(pipeline, 'name')), times};
}

/** Reads `2026-11-27T05-54-23.307932482Z` as Unix time in ms; undefined: the name is no time. */
function timeInName(folder: string): number | undefined {
  return timeOfText(folder.replace(/T(\d\d)-(\d\d)-(\d\d)/, 'T$1:$2:$3'));
}

/** The JSON in a small file of a bundle; undefined for what is damaged, or larger than 1 MiB. */
async function readJson(part: PackedPart, options: ReadOptions): Promise<unknown> {
  const bytes = await readWhole(part, {...options, most: mostAtOnce});
  return bytes && parseJson(bytes);
}

/** `most`: bytes. `total`: of the bundle. */
type ReadOptions = {
  readonly most?: number;
  readonly signal?: AbortSignal | undefined;
  readonly total?: ReturnType<typeof nothingUnpacked>;
};

/** A file of a bundle; undefined for what is damaged, or larger than such files are. */
export async function readWhole(
  part: PackedPart,
  {most = mostJson, signal, total}: ReadOptions = {},
): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of unpack(part, {signal, total})) {
      if (!('bytes' in piece)) return undefined;
      length += piece.bytes.length;
      if (length > most) return undefined;
      pieces.push(piece.bytes);
    }
  } catch (error) {
    if (error instanceof OpenError) return undefined;
    throw error;
  }
  return Buffer.concat(pieces);
}
