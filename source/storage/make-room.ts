import {appendFile, readdir, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {type Fact, factLine} from './recording-facts.ts';
import {indexFile, pipelineOf} from './recording-names.ts';

type Kept = {
  readonly folder: string;
  readonly file: string;
  readonly size: number;
  readonly at: number;
  readonly isOver: boolean;
};

/**
 * Deletes the oldest files of the recordings in a directory that are over (compressed), until all together have
 * `maxBytes` or only files that are being written are left. Each deletion is noted in the index of its folder: by
 * what `ours` holds for the folders that we write, else by a line at its end, which is one write.
 */
export async function makeRoom({
  directory,
  maxBytes,
  ours,
  wall,
}: {
  readonly directory: string;
  readonly maxBytes: number;
  readonly ours: ReadonlyMap<string, (file: number) => Promise<void>>;
  readonly wall: () => number;
}): Promise<void> {
  const kept = await filesIn(directory);
  let total = kept.reduce((sum, {size}) => sum + size, 0);
  const oldestFirst = kept.filter(({isOver}) => isOver).sort((a, b) => a.at - b.at || (a.file < b.file ? -1 : 1));
  for (const {folder, file, size} of oldestFirst) {
    if (total <= maxBytes) return;
    const number = Number.parseInt(file, 10);
    // The note first: a file that it speaks of too early is deleted at the next start.
    const note = ours.get(folder);
    if (note) await note(number);
    else await noteElsewhere(folder, {kind: 'deleted', file: number, at: wall()});
    await rm(path.join(folder, file), {force: true});
    total -= size;
  }
}

async function noteElsewhere(folder: string, fact: Fact): Promise<void> {
  await appendFile(indexFile(folder), factLine(fact)).catch(() => {});
}

async function filesIn(directory: string): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (const entry of await readdir(directory)) {
    if (!pipelineOf(entry)) continue;
    const folder = path.join(directory, entry);
    let isOver = true;
    for (const file of (await readdir(folder).catch(() => [])).sort()) {
      const found = await stat(path.join(folder, file)).catch(() => undefined);
      if (!found?.isFile()) continue;
      // Only from the old end: not behind a file that is still to be compressed.
      if (file.endsWith('.log')) isOver = false;
      kept.push({folder, file, size: found.size, at: found.mtimeMs, isOver: isOver && file.endsWith('.log.gz')});
    }
  }
  return kept;
}
