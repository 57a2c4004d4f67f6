import {lstatSync, mkdirSync, realpathSync} from 'node:fs';
import path from 'node:path';

/**
 * The folder for compiled code, `$XDG_CACHE_HOME/pipetail` or `~/.cache/pipetail`, made with mode 0700 where it is
 * missing, as its real path. Undefined: none is to be used, since another user could put code into it, which would be
 * run. As ssh does (`StrictModes`), it trusts a folder when it and every folder above it, links resolved, belong to root or
 * the user and nobody else may write there; a sticky `/tmp` is not trusted. The last one is the user's alone.
 * The specification (XDG Base Directory, 0.8) says to ignore a relative path. `user`: the effective user id; undefined:
 * this system has none. Never throws; synchronous, for some 0.1 ms.
 */
export function compileCacheFolder(
  {XDG_CACHE_HOME: xdg, HOME: home = ''}: Readonly<Record<string, string | undefined>>,
  user: number | undefined,
): string | undefined {
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(home, '.cache');
  if (user === undefined || !path.isAbsolute(base)) return undefined;
  try {
    const {real, missing} = resolved(path.join(base, 'pipetail'));
    // Before anything is made in it, and through no link: from here on only root and the user can change the path.
    if (!isTrusted(real, user)) return undefined;
    let folder = real;
    for (const name of missing) {
      folder = path.join(folder, name);
      makeFolder(folder);
    }
    return isTrusted(folder, user) && isPrivate(folder, user) ? folder : undefined;
  } catch {
    // It cannot be made or checked: the program starts without it.
    return undefined;
  }
}

/** The real path of the part of the folder that exists, and the names that are missing under it. */
function resolved(folder: string): {real: string; missing: readonly string[]} {
  const missing: string[] = [];
  for (let there = folder; ; there = path.dirname(there)) {
    try {
      return {real: realpathSync.native(there), missing: missing.toReversed()};
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || there === path.dirname(there)) throw error;
      missing.push(path.basename(there));
    }
  }
}

/** Only root and the user can change the folder, or put another one in its place. */
function isTrusted(real: string, user: number): boolean {
  for (let folder = real; ; folder = path.dirname(folder)) {
    const stats = lstatSync(folder);
    if (!stats.isDirectory() || (stats.uid !== 0 && stats.uid !== user) || (stats.mode & 0o022) !== 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

function isPrivate(folder: string, user: number): boolean {
  const {uid, mode} = lstatSync(folder);
  return uid === user && (mode & 0o777) === 0o700;
}

/** One that another start of the program has just made is checked like any other. */
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
