import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {zstdDecompressSync} from 'node:zlib';

/* What the tests of recordings know of their files; all else they ask as users do. */

/** What is said of the bytes, beside them. */
export const factsFile = 'facts.jsonl';

/** Each log file of a recording, unpacked, oldest first. */
export async function recordedFiles(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const names = (await readdir(folder)).filter((name) => /^\d+\.log/.test(name)).sort();
  const files = names.map(async (name) => {
    const bytes = await readFile(path.join(folder, name));
    return [name, name.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes] as const;
  });
  return new Map(await Promise.all(files));
}

/** All bytes of a recording. */
export async function recordedBytes(folder: string): Promise<Buffer> {
  return Buffer.concat([...(await recordedFiles(folder)).values()]);
}
