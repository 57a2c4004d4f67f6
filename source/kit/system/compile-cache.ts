import {lstatSync, mkdirSync, realpathSync} from 'node:fs';
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
    const {real, missing} = resolved(path.join(base, 'pipetail'));
    // Checked before anything is created: from here on only root and the user can change the path.
    if (otherWriter(real, user, 'code')) return undefined;
    let folder = real;
    for (const name of missing) {
      folder = path.join(folder, name);
      makeFolder(folder);
    }
    return !otherWriter(folder, user, 'code') && isPrivate(folder, user) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Real path of the part of the folder that exists, and the names that are missing below it. */
function resolved(folder: string): {real: string; missing: readonly string[]} {
  const missing: string[] = [];
  for (let existing = folder; ; existing = path.dirname(existing)) {
    try {
      return {real: realpathSync.native(existing), missing: missing.toReversed()};
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || existing === path.dirname(existing)) throw error;
      missing.push(path.basename(existing));
    }
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
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
