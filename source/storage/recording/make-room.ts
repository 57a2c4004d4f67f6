import {lstat, readdir, rm, stat, utimes} from 'node:fs/promises';
import path from 'node:path';
import {openFor, writeRegular} from '../regular-file.ts';
import {asidePrefix, type IndexFact, indexFile, indexLine, pipelineOfFolder} from './index-file.ts';

/** Locks a folder and returns its unlock; undefined: a program writes it. */
type FolderLock = (folder: string) => Promise<(() => Promise<void>) | undefined>;

type RoomOptions = {
  readonly directory: string;
  readonly maxBytes: number;
  /** Whose recordings are deleted; undefined: nobody's. */
  readonly user: number | undefined;
  /** For each folder that this program writes: marks a file as deleted in its index. */
  readonly ours: ReadonlyMap<string, (file: number) => Promise<void>>;
  readonly lock: FolderLock;
  readonly wall: () => number;
};

/** Bytes, and Unix time in ms of the last write. */
type Extent = {readonly size: number; readonly at: number};

/** What is deleted at once. */
type Part = Extent & {
  readonly folder: string;
  /** A compressed file, or logs put aside; undefined: all other files of the recording. */
  readonly name: string | undefined;
};

/** Files of a recording. In order of their names the index comes last. */
const ownName = /^(?:\d+\.log(?:\.gz)?|index\.jsonl)(?:\.new)?$/;

/**
 * Deletes the oldest parts of all recordings in a directory until they fit into `maxBytes`, or only files in use are
 * left. In one folder the order is: logs put aside, compressed files one by one, then the folder with its newest file,
 * unless a program writes it (`lock`). The index gets a fact of each deleted file: from `ours`, or by one append.
 */
export async function makeRoom(options: RoomOptions): Promise<void> {
  const parts = await partsIn(options);
  let total = parts.reduce((sum, {size}) => sum + size, 0);
  // A stable sort: equally old parts of one folder keep their order.
  for (const part of parts.sort((a, b) => a.at - b.at)) {
    if (total <= options.maxBytes) return;
    if (await remove(part, options)) total -= part.size;
  }
}

async function remove(part: Part, {ours, lock, wall}: RoomOptions): Promise<boolean> {
  const {folder, name} = part;
  if (name === undefined) return await removeRest(part, lock);
  if (!name.startsWith(asidePrefix)) {
    // The fact first: if the deletion fails, the next start deletes the file.
    const file = Number.parseInt(name, 10);
    const onDeleted = ours.get(folder);
    if (onDeleted) await onDeleted(file);
    else await appendFact(folder, {kind: 'deleted', file, at: wall()}).catch(() => {});
  }
  await rm(path.join(folder, name), {recursive: true, force: true});
  return true;
}

/** The index keeps its date: it is the last heartbeat of the recording's writer. */
async function appendFact(folder: string, fact: IndexFact): Promise<void> {
  const index = indexFile(folder);
  const {atime, mtime} = await stat(index);
  await writeRegular(index, indexLine(fact), openFor.appendOwn);
  await utimes(index, atime, mtime);
}

/** Deletes the index last: a crash leaves a recording that can be read, and deleted the next time. */
async function removeRest({folder, at}: Part, lock: FolderLock): Promise<boolean> {
  const unlock = await lock(folder);
  if (!unlock) return false;
  try {
    const now = await partsOf(folder);
    // It was written after the list of parts was made.
    if (now.some((part) => part.at > at)) return false;
    for (const name of await ownNames(folder)) await rm(path.join(folder, name), {force: true});
    return true;
  } finally {
    await unlock();
  }
}

async function partsIn({directory, user}: Pick<RoomOptions, 'directory' | 'user'>): Promise<Part[]> {
  const parts: Part[] = [];
  for (const entry of await readdir(directory)) {
    const folder = path.join(directory, entry);
    if (pipelineOfFolder(entry) && (await isOf(folder, user))) parts.push(...(await partsOf(folder)));
  }
  return parts;
}

/** A link could lead to other files, and in `/tmp` there may be folders of others. */
async function isOf(folder: string, user: number | undefined): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined);
  return stats?.isDirectory() === true && stats.uid === user;
}

/** In the order in which they may be deleted. */
async function partsOf(folder: string): Promise<Part[]> {
  const aside = (await namesIn(folder)).filter((name) => name.startsWith(asidePrefix));
  const own = await ownNames(folder);
  // Only from the old end: none after a file that is not compressed yet.
  const firstOther = own.findIndex((name) => !name.endsWith('.log.gz'));
  const packed = firstOther === -1 ? own : own.slice(0, firstOther);
  const rest = own.slice(packed.length);
  const extents = [...aside, ...packed].map(async (name) => ({name, ...(await extentOf(folder, [name]))}));
  const parts: Part[] = (await Promise.all(extents)).map((extent) => ({folder, ...extent}));
  if (rest.length > 0) parts.push({folder, name: undefined, ...(await extentOf(folder, rest))});
  // A part must not count as newer than the next: it was compressed late or copied, or the clock was set back.
  let at = Number.POSITIVE_INFINITY;
  for (const [index, part] of [...parts.entries()].toReversed()) {
    at = Math.min(at, part.at);
    parts[index] = {...part, at};
  }
  return parts;
}

async function ownNames(folder: string): Promise<string[]> {
  return (await namesIn(folder)).filter((name) => ownName.test(name));
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

async function extentOf(folder: string, names: readonly string[]): Promise<Extent> {
  const extents = names.map(async (name): Promise<Extent> => {
    const place = path.join(folder, name);
    const found = await lstat(place).catch(() => undefined);
    if (found?.isDirectory()) return await extentOf(place, await namesIn(place));
    // Whole milliseconds: a date set with `utimes` is not finer.
    return {size: found?.size ?? 0, at: found?.mtime.getTime() ?? 0};
  });
  const found = await Promise.all(extents);
  return {
    size: found.reduce((sum, {size}) => sum + size, 0),
    at: Math.max(0, ...found.map(({at}) => at)),
  };
}
