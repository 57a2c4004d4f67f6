import {existsSync, lstatSync, mkdirSync, realpathSync} from 'node:fs';
import path from 'node:path';
import {otherWriter} from '../../engine/disk/who-may-write.ts';

/**
 * Returns the real path of the folder for compiled code: `$XDG_CACHE_HOME/pipetail` or `~/.cache/pipetail`, created
 * with mode 0700; undefined: it cannot be created, or another user could put code into it that we would run. Like ssh
 * (`StrictModes`), we trust a folder only if root or the user owns it and every folder above it and no other user may
 * write there; a sticky `/tmp` is not trusted. A relative XDG path is ignored (XDG Base Directory, 0.8).
 * `user`: the effective user id; undefined on a system without one. Synchronous, about 0.1 ms; never throws.
 */
export function compileCacheFolder(
  {XDG_CACHE_HOME: xdg, HOME: home = ''}: Readonly<Record<string, string | undefined>>,
  user: number | undefined,
): string | undefined {
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(home, '.cache');
  if (!path.isAbsolute(base)) return undefined;
  try {
    const folder = path.join(base, 'pipetail');
    const missing: string[] = [];
    let existing = folder;
    for (; !existsSync(existing); existing = path.dirname(existing)) missing.unshift(existing);
    // Checked before anything is created: from here on only root and the user can change the path.
    if (otherWriter(existing, user, 'code')) return undefined;
    for (const each of missing) makeFolder(each);
    const real = realpathSync.native(folder);
    return !otherWriter(real, user, 'code') && isPrivate(real, user) ? real : undefined;
  } catch {
    return undefined;
  }
}

function isPrivate(folder: string, user: number | undefined): boolean {
  const stats = lstatSync(folder);
  return stats.isDirectory() && stats.uid === user && (stats.mode & 0o777) === 0o700;
}

/** Another start of the program may have just created the folder: the caller checks it either way. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, 0o700);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
