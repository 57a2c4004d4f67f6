import {lstat, readdir, rm} from 'node:fs/promises';
import path from 'node:path';
import {ignoreMissing} from '../disk/save-file.ts';
import {pipelineOfFolder} from './facts.ts';

type RoomOptions = {
  readonly directory: string;
  readonly maxBytes: number;
  /** Whose recordings are deleted; undefined: nobody's. */
  readonly user: number | undefined;
  /** Locks a folder and returns its unlock; undefined: a program writes it. */
  readonly lock: (folder: string) => Promise<(() => Promise<void>) | undefined>;
  readonly onDeleted: (folder: string, file: number) => void;
};

/** A file of a log, or with `isLast` all that is left of a recording. `at`: Unix time in ms of the last write. */
type Part = {
  readonly folder: string;
  readonly names: readonly string[];
  readonly size: number;
  readonly at: number;
  readonly isLast: boolean;
};

/** Files of a recording, in the order in which they are deleted: the facts come last. */
const ownName = /^(?:\d+\.log(?:\.zst)?|facts\.jsonl)(?:\.new)?$/;

/**
 * Deletes the oldest log files of all recordings in a directory until they fit into `maxBytes`, or only files in use are
 * left. The newest one of a recording goes with its folder, unless a program writes it.
 */
export async function makeRoom({directory, maxBytes, user, lock, onDeleted}: RoomOptions): Promise<void> {
  const parts: Part[] = [];
  for (const entry of await readdir(directory)) {
    const folder = path.join(directory, entry);
    if (pipelineOfFolder(entry) && (await isOf(folder, user))) parts.push(...(await partsOf(folder)));
  }
  let total = parts.reduce((sum, {size}) => sum + size, 0);
  // A stable sort: equally old parts of one folder keep their order.
  for (const part of parts.sort((a, b) => a.at - b.at)) {
    if (total <= maxBytes) return;
    const unlock = part.isLast ? await lock(part.folder) : async () => {};
    if (!unlock) continue;
    try {
      // It was written after the list of parts was made.
      if (part.isLast && ((await partsOf(part.folder)).at(-1)?.at ?? 0) > part.at) continue;
      for (const name of part.names) await rm(path.join(part.folder, name), {force: true});
      total -= part.size;
      const file = Number.parseInt(part.names[0] ?? '', 10);
      if (!part.isLast && file > 0) onDeleted(part.folder, file);
    } finally {
      await unlock();
    }
  }
}

/** A link could lead to other files, and in `/tmp` there may be folders of others. */
async function isOf(folder: string, user: number | undefined): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined);
  return stats?.isDirectory() === true && stats.uid === user;
}

/** In the order in which they may be deleted. */
async function partsOf(folder: string): Promise<Part[]> {
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => ownName.test(name)).sort();
  const found = await Promise.all(names.map((name) => lstat(path.join(folder, name)).catch(ignoreMissing)));
  const files = names.map((name, index) => {
    // Whole milliseconds: a date set with `utimes` is not finer.
    return {name, size: found[index]?.size ?? 0, at: found[index]?.mtime.getTime() ?? 0};
  });
  const logs = [...Map.groupBy(files, ({name}) => Number.parseInt(name, 10) || Number.POSITIVE_INFINITY)];
  const rest = logs.at(-1)?.[0] === Number.POSITIVE_INFINITY ? (logs.pop()?.[1] ?? []) : [];
  const newest = [...(logs.pop()?.[1] ?? []), ...rest];
  const parts: Part[] = [];
  // A part must not count as newer than the next: it was compressed late or copied, or the clock was set back.
  let at = Number.POSITIVE_INFINITY;
  for (const own of newest.length > 0 ? [newest, ...logs.map(([, each]) => each).toReversed()] : []) {
    at = Math.min(at, Math.max(...own.map((file) => file.at)));
    const size = own.reduce((sum, file) => sum + file.size, 0);
    parts.unshift({folder, names: own.map(({name}) => name), size, at, isLast: own === newest});
  }
  return parts;
}
