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

/** Why a file could not be written, in one sentence; undefined for what is no failure of the file system. */
export function saveFailure(file: string, error: unknown): string | undefined {
  const code = codeOf(error);
  return code === undefined ? undefined : `${file} was not saved: ${failureWords(code)}`;
}

/** What a code of the file system means, in plain words. */
export function failureWords(code: string): string {
  return words[code] ?? code;
}

/** `ENOENT` and the like. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** For `catch`: of a file that is not there, undefined; every other failure goes on. */
export function unlessAbsent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** A file system without links answered: FAT, and some of networks. */
export function hasNoLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error) ?? '');
}
