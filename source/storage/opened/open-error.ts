import {clean} from '../../terminal/clean.ts';
import {codeOf} from '../save-file.ts';

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  EIO: 'the disk reported an error',
  EMFILE: 'too many files are open',
};

/** Why something cannot be opened: one line that names it, and the way out. Safe to show. */
export class OpenError extends Error {
  override readonly name = 'OpenError';

  /** `error`: of the file system, or an `OpenError`; throws any other. */
  static of(file: string, error: unknown): OpenError {
    if (error instanceof OpenError) return error;
    const code = codeOf(error);
    if (code === undefined) throw error;
    return new OpenError(`${clean(file)} cannot be opened: ${words[code] ?? code}`);
  }
}
