import {link, lstat, mkdir, rename, rm, rmdir} from 'node:fs/promises';
import path from 'node:path';
import {fieldOf, parseJson} from '../../lib/json.ts';
import {openFor, openRegular, readRegular} from './regular-file.ts';
import {codeOf, hasNoLinks, ignoreMissing} from './save-file.ts';

export type Processes = {
  readonly pid: number;
  /** Effective user id, to whom what is written has to belong; undefined: nothing is recorded. */
  readonly user?: number | undefined;
  /** Tells whether a process with this id exists (signal 0). */
  readonly isAlive: (pid: number) => boolean;
  /** Returns numbers in [0, 1): no two locks may be equal. */
  readonly random: () => number;
};

type Holder = {readonly pid: number; readonly started: string; readonly mark: string};

/**
 * Locks a recording or a session: the file names its one writer. Returns undefined, or the id of the process that holds
 * the lock. Rejects when the folder cannot be written to. A lock is void once its process is gone, even if another
 * process has the same id now: the file has the start time of its process (Linux; elsewhere the id alone decides).
 *
 * On a file system without hard links, the lock is a folder with that file in it.
 *
 * A program that finds a void lock gets a second lock, named after the mark of the void one, before it removes it.
 * Otherwise a slow program could remove the lock that another program has created meanwhile.
 */
export async function acquireLock(file: string, processes: Processes): Promise<number | undefined> {
  const {pid, random} = processes;
  const mark = Math.floor(random() * 2 ** 52).toString(36);
  const own = JSON.stringify({pid, started: await startOf(pid), mark});
  for (;;) {
    if (await create(file, own, mark)) return undefined;
    const found = await readLock(file);
    if (found === undefined) continue;
    const holder = holderOf(found);
    if (holder && (await isRunning(holder, processes))) return holder.pid;
    const removal = `${file}.${holder?.mark ?? 'damaged'}`;
    const other = await acquireLock(removal, processes);
    if (other !== undefined) return other;
    try {
      // Before we got the second lock, another program may have replaced the void one.
      if ((await readLock(file)) === found) await releaseLock(file);
    } finally {
      await releaseLock(removal);
    }
  }
}

/** Id of the process that holds a lock; undefined: none does. Changes nothing. */
export async function lockHolder(file: string, processes: Pick<Processes, 'isAlive'>): Promise<number | undefined> {
  const found = await textOf(file, await isFolder(file));
  const holder = found === undefined ? undefined : holderOf(found);
  return holder && (await isRunning(holder, processes)) ? holder.pid : undefined;
}

export async function releaseLock(file: string): Promise<void> {
  if (!(await isFolder(file))) return await rm(file, {force: true});
  await rm(insideOf(file), {force: true});
  await removeEmpty(file);
}

/** Reads a lock; undefined: there is none by now. */
async function readLock(file: string): Promise<string | undefined> {
  const isInFolder = await isFolder(file);
  const found = await textOf(file, isInFolder);
  if (found === undefined && isInFolder) await removeEmpty(file);
  return found;
}

async function textOf(file: string, isInFolder: boolean): Promise<string | undefined> {
  const lock = isInFolder ? insideOf(file) : file;
  return (await readRegular(lock, openFor.readOwn).catch(ignoreMissing))?.toString();
}

/** Removes an empty folder, unless another program's lock has replaced it meanwhile. */
async function removeEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => {});
}

async function isFolder(file: string): Promise<boolean> {
  return (await lstat(file).catch(ignoreMissing))?.isDirectory() ?? false;
}

function insideOf(folder: string): string {
  return path.join(folder, 'lock');
}

/** Writes a draft and links it, so that no program reads half a lock. False: there is a lock. */
async function create(file: string, text: string, mark: string): Promise<boolean> {
  const draft = `${file}.${mark}.new`;
  try {
    await write(draft, text);
    await link(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!hasNoLinks(error)) throw error;
    return await createFolder(file, text, `${draft}.folder`);
  } finally {
    await rm(draft, {force: true}).catch(() => {});
  }
}

async function write(file: string, text: string): Promise<void> {
  await using handle = await openRegular(file, openFor.create);
  await handle.writeFile(text);
}

/** A rename replaces no folder that holds something, and no file by a folder. */
async function createFolder(file: string, text: string, draft: string): Promise<boolean> {
  try {
    await mkdir(draft, {mode: 0o700});
    await write(insideOf(draft), text);
    await rename(draft, file);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(codeOf(error) ?? '')) return false;
    throw error;
  } finally {
    await rm(draft, {recursive: true, force: true}).catch(() => {});
  }
}

async function isRunning({pid, started}: Holder, {isAlive}: Pick<Processes, 'isAlive'>): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const now = await startOf(pid);
  return started === '' || now === '' || now === started;
}

/** Boot id and clock ticks at which a process started; empty where there is no /proc. */
async function startOf(pid: number): Promise<string> {
  try {
    const boot = (await readRegular('/proc/sys/kernel/random/boot_id')).toString();
    const stat = (await readRegular(`/proc/${pid}/stat`)).toString();
    // proc(5): field 22; the second one, the command, is in parentheses and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${boot.trim()} ${fields[19] ?? ''}`;
  } catch {
    return '';
  }
}

/** Reads the holder of a lock from its text; undefined: the lock is damaged. */
function holderOf(text: string): Holder | undefined {
  const json = parseJson(text);
  const [pid, started, mark] = ['pid', 'started', 'mark'].map((key) => fieldOf(json, key));
  // The ids 0 and -1 mean this program's own group and all processes: those always exist.
  if (
    typeof pid !== 'number' ||
    !Number.isSafeInteger(pid) ||
    pid < 1 ||
    typeof started !== 'string' ||
    typeof mark !== 'string'
  )
    return undefined;
  return /^[a-z0-9]+$/.test(mark) ? {pid, started, mark} : undefined;
}
