import {link, lstat, mkdtemp, open, realpath, rename, rm} from 'node:fs/promises';
import path from 'node:path';

export type Saved =
  | {readonly kind: 'saved'; readonly path: string; readonly bytes: number}
  /** Nothing was changed: there is something under this name, and `overwrite` was not given. */
  | {readonly kind: 'exists'; readonly path: string}
  /** Nothing was changed. `why` is one sentence. */
  | {readonly kind: 'failed'; readonly path: string; readonly why: string}
  /** The signal was aborted; nothing was changed. */
  | {readonly kind: 'stopped'; readonly path: string};

/**
 * Writes a file whole or not at all, readable by its owner alone. The bytes go into a hidden folder beside it and reach
 * the disk before the file gets its name. Without `overwrite` no file is ever replaced, even one that appears
 * meanwhile; with it only regular files are. Rejects only with what `blocks` throws.
 */
export async function saveFile(
  file: string,
  blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  {overwrite, signal}: {readonly overwrite: boolean; readonly signal: AbortSignal},
): Promise<Saved> {
  let hidden: string | undefined;
  try {
    const target = await targetOf(file);
    if (target.kind === 'regular' && !overwrite) return {kind: 'exists', path: file};
    if (target.kind === 'other') return failed(file, target.why);
    // In the same folder, so that a rename is enough; its name is unique, so that O_EXCL always succeeds in it.
    hidden = await mkdtemp(path.join(path.dirname(target.path), '.pipetail-'));
    const draft = path.join(hidden, 'draft');
    const bytes = await write(draft, blocks, signal);
    if (bytes === undefined) return {kind: 'stopped', path: file};
    if (overwrite) await rename(draft, target.path);
    else await linkOrClaim(draft, target.path);
    return {kind: 'saved', path: file, bytes};
  } catch (error) {
    if (signal.aborted && error === signal.reason) return {kind: 'stopped', path: file};
    if (codeOf(error) === 'EEXIST') return {kind: 'exists', path: file};
    const why = saveFailure(file, error);
    if (why === undefined) throw error;
    return {kind: 'failed', path: file, why};
  } finally {
    // Best effort: the result is about the file.
    if (hidden !== undefined) await rm(hidden, {recursive: true, force: true}).catch(() => {});
  }
}

type Target =
  | {readonly kind: 'free' | 'regular'; readonly path: string}
  | {readonly kind: 'other'; readonly why: string};

/** What the name refers to. A link is followed, so that it still is one after its file was replaced. */
async function targetOf(file: string): Promise<Target> {
  const found = await lstat(file).catch(ignoreMissing);
  if (!found) return {kind: 'free', path: file};
  const real = await realpath(file).catch(ignoreMissing);
  if (real === undefined) return {kind: 'other', why: 'it is a link that leads nowhere'};
  const stats = await lstat(real);
  if (stats.isFile()) return {kind: 'regular', path: real};
  // A rename would put a file in the place of a device such as /dev/null.
  return {kind: 'other', why: stats.isDirectory() ? 'it is a folder' : 'it is not a regular file'};
}

/** Returns the number of bytes, which have reached the disk; undefined when stopped. */
async function write(
  file: string,
  blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number | undefined> {
  await using handle = await open(file, 'wx', 0o600);
  let bytes = 0;
  for await (const block of blocks) {
    if (signal.aborted) return undefined;
    await handle.writeFile(block);
    bytes += block.length;
  }
  if (signal.aborted) return undefined;
  await handle.sync();
  return bytes;
}

/** Gives the finished draft its name, unless something has it by now: then rejects with `EEXIST`. */
async function linkOrClaim(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file);
  } catch (error) {
    if (!hasNoLinks(error)) throw error;
    // The name is claimed first, then its empty file replaced.
    const claim = await open(file, 'wx', 0o600);
    await claim.close();
    await rename(draft, file);
  }
}

function failed(file: string, why: string): Saved {
  return {kind: 'failed', path: file, why: `${file} was not saved: ${why}`};
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'the folder cannot be written to',
  EPERM: 'the folder cannot be written to',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than allowed',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  EIO: 'the disk reported an error',
};

/** Why a file could not be written, in one sentence; undefined for an error that is not the file system's. */
export function saveFailure(file: string, error: unknown): string | undefined {
  const code = codeOf(error);
  return code === undefined ? undefined : `${file} was not saved: ${failureWords(code)}`;
}

/** An error code of the file system in words. */
export function failureWords(code: string): string {
  return words[code] ?? code;
}

/** The error code of the file system, such as `ENOENT`; undefined for other errors. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** For `catch`: undefined for a file that is not there; throws every other error. */
export function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** The error of a file system without links: FAT, and some of networks. */
export function hasNoLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error) ?? '');
}

/** A typed path with the home directory in place of a leading `~`. `~name` stays as it is. */
export function expandHome(typed: string, home: string): string {
  if (typed === '~') return home;
  return typed.startsWith('~/') ? path.join(home, typed.slice(2)) : typed;
}

/**
 * Where state is kept that may be lost: `$XDG_STATE_HOME/pipetail`, or `~/.local/state/pipetail`. The specification
 * (XDG Base Directory, 0.8) says to ignore a relative path.
 */
export function stateFolder(options: {readonly xdgStateHome: string | undefined; readonly home: string}): string {
  const {xdgStateHome, home} = options;
  const base =
    xdgStateHome !== undefined && path.isAbsolute(xdgStateHome) ? xdgStateHome : path.join(home, '.local', 'state');
  return path.join(base, 'pipetail');
}
