/** What makes two builds of one commit the same bytes: one time, one owner, one order, fixed modes. */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {chmod, lstat, lutimes, readdir} from 'node:fs/promises';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';

/** The environment of tools that put a time into what they write. `time`: Unix time in s, that of the commit. */
export function environment(time: number): NodeJS.ProcessEnv {
  return {...process.env, SOURCE_DATE_EPOCH: String(time), TZ: 'UTC', LC_ALL: 'C'};
}

/** Gives all below a folder, and itself, this time (Unix time in s) and the usual modes. */
export async function settle(folder: string, time: number): Promise<void> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const files = [...entries.map((entry) => path.join(entry.parentPath, entry.name)), folder];
  for (const file of files) {
    const stats = await lstat(file);
    if (!stats.isSymbolicLink()) await chmod(file, stats.isDirectory() || stats.mode & 0o100 ? 0o755 : 0o644);
  }
  for (const file of files) await lutimes(file, time, time);
}

/** A tar archive of a folder that was settled: names in order, root's. */
export function tar(folder: string, archive: string): void {
  const ownerless = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  execFileSync('tar', [...ownerless, '-cf', archive, '-C', path.dirname(folder), path.basename(folder)]);
}

/** In hex. */
export async function hashOf(file: string, algorithm: 'sha256' | 'md5' = 'sha256'): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** The regular files and links below a folder, relative to it, in order. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted();
}

/** Bytes of all files below a folder. */
export async function sizeOf(folder: string): Promise<number> {
  const sizes = (await filesBelow(folder)).map(async (file) => (await lstat(path.join(folder, file))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
