import {access, constants, link, lstat, mkdir, mkdtemp, realpath, rename, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {openFor, openRegular} from './regular-file.ts';

export type Saved =
  /** `path`: absolute, since a name alone does not say where the file is. */
  | {readonly kind: 'saved'; readonly path: string; readonly bytes: number}
  /** Nothing was changed: the name is taken, and `overwrite` was not set. */
  | {readonly kind: 'exists'; readonly path: string}
  /** Nothing was changed. `why` is one sentence. */
  | {readonly kind: 'failed'; readonly path: string; readonly why: string}
  /** The signal was aborted; nothing was changed. */
  | {readonly kind: 'stopped'; readonly path: string};

/**
 * Writes a file whole or not at all, readable by its owner alone. The bytes go into a hidden folder beside it and reach
 * the disk before the file gets its name. With `overwrite` only a regular file is replaced; without it no file is, even
 * if one appears meanwhile. Rejects only with what `blocks` throws.
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
    // In the same folder, so that a rename is enough; with a unique name, so that O_EXCL always succeeds in it.
    hidden = await mkdtemp(path.join(path.dirname(target.path), '.pipetail-'));
    const draft = path.join(hidden, 'draft');
    const bytes = await write(draft, blocks, signal);
    if (bytes === undefined) return {kind: 'stopped', path: file};
    if (overwrite) await rename(draft, target.path);
    else await linkOrClaim(draft, target.path);
    return {kind: 'saved', path: path.resolve(file), bytes};
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

/** Follows a link, so that the link stays when its file is replaced. */
async function targetOf(file: string): Promise<Target> {
  const found = await lstat(file).catch(ignoreMissing);
  if (!found) return {kind: 'free', path: file};
  const real = await realpath(file).catch(ignoreMissing);
  if (real === undefined) return {kind: 'other', why: 'it is a link that leads nowhere'};
  const stats = await lstat(real);
  if (stats.isFile()) return {kind: 'regular', path: real};
  // A rename would replace a device such as /dev/null by a file.
  return {kind: 'other', why: failureWords(stats.isDirectory() ? 'EISDIR' : 'ENOTFILE')};
}

/** Returns the number of bytes, which are on disk then; undefined when stopped. */
async function write(
  file: string,
  blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number | undefined> {
  await using handle = await openRegular(file, openFor.create);
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

/** Gives the draft its name; rejects with `EEXIST` if the name is taken by now. */
async function linkOrClaim(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file);
  } catch (error) {
    if (!hasNoLinks(error)) throw error;
    // An empty file claims the name, then the draft replaces it.
    const claim = await openRegular(file, openFor.create);
    await claim.close();
    await rename(draft, file);
  }
}

function failed(file: string, why: string): Saved {
  return {kind: 'failed', path: file, why: `${file} was not saved: ${why}`};
}

/**
 * Creates a folder and those above it that are missing, for their owner alone. Node's `recursive` never ends in a folder that
 * takes no other, as /proc, nor does then the process.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeOne(folder);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const above = path.dirname(folder);
    if (above !== folder) await makeFolder(above);
    await makeOne(folder).catch((again: unknown) => {
      throw codeOf(again) === 'ENOENT' ? Object.assign(new Error(folder), {syscall: 'mkdir', code: 'EPERM'}) : again;
    });
  }
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder, {mode: 0o700});
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    // Rejects if it is none.
    await stat(`${folder}/`);
  }
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EISLINK: 'it is a link, which is not followed',
  ENOTFILE: 'it is not a regular file',
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

/** Why a file could not be written, in one sentence; undefined if the file system did not report the error. */
export function saveFailure(file: string, error: unknown): string | undefined {
  const code = codeOf(error);
  return code === undefined ? undefined : `${file} was not saved: ${failureWords(code)}`;
}

export function failureWords(code: string): string {
  return words[code] ?? code;
}

/**
 * One sentence when this user may not write to the state folder; else undefined.
 * Asks the folder: an error of one file in it may have other reasons.
 */
export async function readOnlyState(folder: string): Promise<string | undefined> {
  if (!(await isReadOnly(folder))) return undefined;
  return `${folder} is read-only: sessions are not kept · XDG_STATE_HOME names another folder`;
}

/** Tells whether this user may not write to a folder; if it is missing, to the nearest one above it that exists. */
export async function isReadOnly(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return false;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && folder !== path.dirname(folder)) return await isReadOnly(path.dirname(folder));
    return deniesWriting(codeOf(error));
  }
}

/** The file system is mounted read-only, or this user has no right to write. */
export function deniesWriting(code: string | undefined): boolean {
  return code === 'EROFS' || code === 'EACCES' || code === 'EPERM';
}

/** The error code of the file system, such as `ENOENT`; undefined for other errors. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Returns undefined for a missing file, in a `catch`; throws every other error. */
export function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** Errors of a file system without hard links: FAT, some network file systems. */
export function hasNoLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error) ?? '');
}

/** Replaces a leading `~` by the home directory; `~name` stays. */
export function expandHome(typed: string, home: string): string {
  if (typed === '~') return home;
  return typed.startsWith('~/') ? path.join(home, typed.slice(2)) : typed;
}

/** The opposite of `expandHome`, for the screen. */
export function shortenHome(file: string, home: string): string {
  if (file === home) return '~';
  return home !== '' && file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file;
}

/** `$XDG_STATE_HOME/pipetail` or `~/.local/state/pipetail`. A relative path is ignored (XDG Base Directory, 0.8). */
export function stateFolder(options: {readonly xdgStateHome: string | undefined; readonly home: string}): string {
  const {xdgStateHome, home} = options;
  const base =
    xdgStateHome !== undefined && path.isAbsolute(xdgStateHome) ? xdgStateHome : path.join(home, '.local', 'state');
  return path.join(base, 'pipetail');
}
