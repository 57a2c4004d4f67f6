import {closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, type Stats} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import path from 'node:path';

const {O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY} = constants;

/** Flags with which a file is opened. `read` follows a link, which the user may have made; the others do not. */
export const openFor = {
  read: O_RDONLY,
  readOwn: O_RDONLY | O_NOFOLLOW,
  /** Created if it is missing, as by the next two. */
  appendOwn: O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW,
  update: O_RDWR | O_CREAT | O_NOFOLLOW,
  /** Emptied. */
  write: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW,
  /** Rejects with `EEXIST` if there is one. */
  create: O_WRONLY | O_CREAT | O_EXCL,
} as const;

/** Something else has the name of a regular file. Like an error of the file system: `failureWords` has words for its code. */
export class NotRegularError extends Error {
  override readonly name = 'NotRegularError';
  readonly syscall = 'open';
  readonly code: 'EISDIR' | 'EISLINK' | 'ENOTFILE';
  readonly path: string;

  constructor(path: string, code: NotRegularError['code']) {
    super(`${code}: ${path}`);
    this.path = path;
    this.code = code;
  }
}

/**
 * Opens a regular file, for its owner alone if it is created. Never waits for another program, as opening a named pipe
 * would. All of storage opens files by this module. Rejects with errors of the file system, or a `NotRegularError`.
 */
export async function openRegular(file: string, flags: number = openFor.read): Promise<FileHandle> {
  const handle = await open(bytesOfPath(file), flags | O_NONBLOCK, 0o600).catch((error: unknown) => {
    throw explained(file, flags, error);
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw notRegular(file, stats);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Opens a regular file at once, as a file descriptor. Throws what `openRegular` rejects with. */
export function openRegularNow(file: string, flags: number): number {
  const fd = openNow(file, flags);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw notRegular(file, stats);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Opens a named pipe to read, without waiting for its writer. */
export function openPipeNow(file: string): number {
  const fd = openNow(file, openFor.read);
  if (fstatSync(fd).isFIFO()) return fd;
  closeSync(fd);
  throw new NotRegularError(file, 'ENOTFILE');
}

function openNow(file: string, flags: number): number {
  try {
    return openSync(bytesOfPath(file), flags | O_NONBLOCK, 0o600);
  } catch (error) {
    throw explained(file, flags, error);
  }
}

/** The bytes of a regular file. */
export async function readRegular(file: string, flags: number = openFor.read, signal?: AbortSignal): Promise<Buffer> {
  await using handle = await openRegular(file, flags);
  return await handle.readFile({signal});
}

/** Reads the text of a regular file at once. */
export function readRegularNow(file: string): string {
  const fd = openRegularNow(file, openFor.read);
  try {
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

/** Stands for what is no UTF-8 in the arguments and the names of files that Node gives. */
const noUtf8 = '\ufffd';

/**
 * The path for the calls of `node:fs`: where names in it are no UTF-8, their bytes, found in their folders. A name that
 * stands for several is left as it is, and so is not found.
 */
export function bytesOfPath(file: string): string | Buffer {
  if (!file.includes(noUtf8)) return file;
  let found = Buffer.from(path.isAbsolute(file) ? '/' : '.');
  for (const name of file.split('/').filter((part) => part !== '')) {
    const real = name.includes(noUtf8) ? nameIn(found, name) : Buffer.from(name);
    if (!real) return file;
    found = Buffer.concat([found, Buffer.from('/'), real]);
  }
  return found;
}

function nameIn(folder: Buffer, name: string): Buffer | undefined {
  try {
    const same = readdirSync(folder, 'buffer').filter((entry) => entry.toString() === name);
    return same.length === 1 ? same[0] : undefined;
  } catch {
    return undefined;
  }
}

/** `stats`: of what has the name of a regular file. */
export function notRegular(file: string, stats: Pick<Stats, 'isDirectory'>): NotRegularError {
  return new NotRegularError(file, stats.isDirectory() ? 'EISDIR' : 'ENOTFILE');
}

/** A link where none is followed; a named pipe without a reader, or a socket. */
function explained(file: string, flags: number, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ELOOP' && (flags & O_NOFOLLOW) !== 0) return new NotRegularError(file, 'EISLINK');
  return code === 'ENXIO' ? new NotRegularError(file, 'ENOTFILE') : error;
}
