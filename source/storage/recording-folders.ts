import {existsSync} from 'node:fs';
import {readdir, readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {mapOf} from './recorded-bytes.ts';
import {indexFile, pipelineOf} from './recording-names.ts';

/** Folders of all pipelines that had this name, the one that was begun last at the end. */
export async function foldersOf(directory: string, name: string): Promise<string[]> {
  return (await recordedAs(directory, name)).map(({folder}) => folder);
}

/** The same, and of which server they are. */
export async function recordedAs(
  directory: string,
  name: string,
): Promise<{readonly folder: string; readonly server: string | undefined}[]> {
  const entries = existsSync(directory) ? await readdir(directory) : [];
  const found: {folder: string; begunAt: number; server: string | undefined}[] = [];
  for (const entry of entries) {
    if (pipelineOf(entry)?.name !== name) continue;
    const folder = path.join(directory, entry);
    const index = await readFile(indexFile(folder), 'utf8').catch(() => undefined);
    if (index === undefined) continue;
    const {begunAt, server} = mapOf(index.slice(0, index.indexOf('\n') + 1));
    found.push({folder, begunAt, server});
  }
  return found.sort((a, b) => a.begunAt - b.begunAt);
}

/** The last write into the log or index of a recording, wall milliseconds; 0 when there is nothing. */
export async function lastSign(folder: string): Promise<number> {
  const files = await readdir(folder).catch(() => []);
  const times = await Promise.all(
    files
      .filter((file) => file.endsWith('.log') || file.endsWith('.jsonl'))
      .map((file) =>
        stat(path.join(folder, file)).then(
          ({mtimeMs}) => mtimeMs,
          () => 0,
        ),
      ),
  );
  return Math.max(0, ...times);
}
