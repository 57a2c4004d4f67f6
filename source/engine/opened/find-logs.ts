import {type Dirent, fstatSync, type Stats} from 'node:fs';
import {readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {clean} from '../../lib/clean.ts';
import {bytesOfPath, notRegular} from '../disk/regular-file.ts';
import {logsOnDisk, pipelineOfFolder} from '../recording/facts.ts';
import {type FoundRecording, findRecording} from '../recording/read-recording.ts';
import {readForm} from './file-form.ts';
import {bundleInFolder, bundleInZip, byName} from './find-bundle.ts';
import type {FoundLog} from './found-log.ts';
import {OpenError} from './open-error.ts';

export type FindOptions = {
  /** Receives one line about what was left out of logs that were found, or beside them. */
  readonly note?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
};

/**
 * The logs in `what`: a file, a folder of files or of recordings, or `-` for stdin. Opens nothing for long and asks no
 * network. Throws `OpenError`, and the signal's reason when aborted.
 */
export async function findLogs(
  what: string,
  {note = () => {}, signal}: FindOptions = {},
): Promise<readonly FoundLog[]> {
  if (what === '-') {
    // As stdin a folder would look like a log without lines.
    if (fstatSync(0).isDirectory()) throw new OpenError('- is stdin, which is a folder here · name the folder instead');
    return [{kind: 'stdin', name: 'stdin', path: '-'}];
  }
  const stats = await stat(bytesOfPath(what)).catch((error: unknown) => {
    throw OpenError.of(what, error);
  });
  if (stats.isDirectory()) return await logsIn(what, {note, signal});
  return [await logOf(what, stats, {note, signal})];
}

/** Throws `OpenError` for what is no log. */
async function logOf(file: string, stats: Stats, options: FindIn): Promise<FoundLog> {
  const name = clean(path.basename(file));
  if (stats.isFIFO()) return {kind: 'stdin', name, path: file};
  if (!stats.isFile()) throw new OpenError(`${clean(file)} is neither a file nor a folder`);
  const form = await readForm(file);
  switch (form.kind) {
    case 'log':
      return {kind: 'file', name, path: file, packed: form.packed};
    case 'zip':
      return await bundleInZip(file, options);
    case 'other':
      throw new OpenError(`${clean(file)} ${form.why}`);
  }
}

/** `.log.1`, `.log.2.gz` and `.log-20261127.zst` are names of rotated logs. */
const logName = /^[^.].*?\.(?:log|txt|out|err)(?:[.-]\d[\d-]*)?(?:\.(?:gz|zst))?$/i;
const packedName = /^[^.].*\.(?:gz|zst|zip)$/i;

/** Returns whether a file of this name is opened with its folder. */
function isLogName(name: string): boolean {
  return logName.test(name) || (packedName.test(name) && !/\.tar\.\w+$/i.test(name));
}

type FindIn = Required<Pick<FindOptions, 'note'>> & Pick<FindOptions, 'signal'>;

/** Recordings, and files whose names are those of logs; folders within are not opened. */
async function logsIn(folder: string, {note, signal}: FindIn): Promise<readonly FoundLog[]> {
  const own = await findRecording(folder);
  if (own) {
    const name = pipelineOfFolder(own.name)?.name ?? clean(own.name);
    return [{kind: 'recording', name, path: folder, recordings: [own]}];
  }
  const listed = await readdir(bytesOfPath(folder), {withFileTypes: true}).catch((error: unknown) => {
    throw OpenError.of(folder, error);
  });
  const entries = listed.map(({name}) => name);
  const left: string[] = [];
  const leave = (line: string) => void left.push(line);
  const bundle = await bundleInFolder(folder, entries, leave);
  const files = bundle ? [] : await filesIn(folder, listed, {note: leave, signal});
  const found = bundle ? [bundle] : [...(await recordingsIn(folder, entries, leave)), ...files];
  if (found.length === 0) throw new OpenError(`${clean(folder)} ${whyNoLogs(entries, left)}`);
  for (const line of left) note(line);
  return found;
}

/** `left`: what was left out, and why, a sentence each. */
function whyNoLogs(entries: readonly string[], left: readonly string[]): string {
  const [first] = left;
  if (first !== undefined) return `has no log that can be read: ${first}`;
  const names = 'files whose names end in .log, .txt, .out, .err, .gz, .zst or .zip';
  const way = entries.length === 0 ? '' : ' · name other files directly';
  return `has no logs (looked for recordings and ${names})${way}`;
}

/** One log for each name of a pipeline, by name. */
async function recordingsIn(
  folder: string,
  entries: readonly string[],
  leave: (line: string) => void,
): Promise<readonly FoundLog[]> {
  const found: FoundRecording[] = [];
  for (const entry of entries.filter(pipelineOfFolder)) {
    const place = path.join(folder, entry);
    const recording = await findRecording(place);
    if (recording) found.push(recording);
    else if ((await logsOnDisk(place)).length > 0)
      leave(`${clean(entry)} has no facts.jsonl that can be read · open that folder to read its files`);
  }
  found.sort((a, b) => a.startedAt - b.startedAt);
  const named = Map.groupBy(found, ({name}) => pipelineOfFolder(name)?.name ?? name);
  const sorted = [...named].sort(([a], [b]) => byName(a, b));
  return sorted.map(([name, recordings]) => ({kind: 'recording', name, path: folder, recordings}));
}

/** Returns the logs and bundles among a folder's files; notes what cannot be opened. */
async function filesIn(
  folder: string,
  entries: readonly Dirent[],
  {note, signal}: FindIn,
): Promise<readonly FoundLog[]> {
  const files: FoundLog[] = [];
  const bundles: FoundLog[] = [];
  const named = entries.filter(({name}) => isLogName(name));
  const read = new Set<string>();
  // Links come last: they may lead to a file of the same folder, as `current.log` often does.
  named.sort((a, b) => Number(a.isSymbolicLink()) - Number(b.isSymbolicLink()));
  for (const entry of named) {
    const file = path.join(folder, entry.name);
    try {
      const stats = await stat(bytesOfPath(file));
      const key = `${stats.dev} ${stats.ino}`;
      if (entry.isSymbolicLink() && read.has(key)) continue;
      read.add(key);
      // A named pipe would be waited for, which only one that is named itself is.
      if (!stats.isFile() && !stats.isDirectory()) throw notRegular(file, stats);
      const found = stats.isFile() ? await logOf(file, stats, {note, signal}) : undefined;
      if (found) (found.kind === 'file' ? files : bundles).push(found);
    } catch (error) {
      signal?.throwIfAborted();
      note(OpenError.of(file, error).message);
    }
  }
  files.sort((a, b) => byName(a.name, b.name));
  return [...files, ...bundles];
}
