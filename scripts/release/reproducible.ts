/** What makes two builds of one commit the same bytes: one time, one owner, one order, fixed modes. */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {chmod, readdir, stat, utimes} from 'node:fs/promises';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';

/** Gives all below a folder, and itself, this time (Unix time in s) and the usual modes. */
export async function settle(folder: string, time: number): Promise<void> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const files = [...entries.map((entry) => path.join(entry.parentPath, entry.name)), folder];
  for (const file of files) {
    const stats = await stat(file);
    await chmod(file, stats.isDirectory() || stats.mode & 0o100 ? 0o755 : 0o644);
  }
  for (const file of files) await utimes(file, time, time);
}

/** A tar archive of a folder that was settled: names in order, root's. */
export function tar(folder: string, archive: string): void {
  const ownerless = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  execFileSync('tar', [...ownerless, '-cf', archive, '-C', path.dirname(folder), path.basename(folder)]);
}

/** Its SHA-256, in hex. */
export async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
