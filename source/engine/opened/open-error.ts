import {clean} from '../../lib/clean.ts';
import {shortMessage} from '../../lib/format.ts';
import {codeOf, failureWords} from '../disk/save-file.ts';

/** Words for reading that differ from those for writing. */
const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  EMFILE: 'too many files are open',
};

/** Why something could not be read; `code`: of the file system, such as `EACCES`. */
export function readFailureWords(code: string): string {
  return words[code] ?? failureWords(code);
}

/** Why something cannot be opened: one line that names it, and the way out. Safe to show. */
export class OpenError extends Error {
  override readonly name = 'OpenError';

  constructor(message: string, options?: ErrorOptions) {
    super(shortMessage(message), options);
  }

  /** `error`: of the file system, or an `OpenError`; throws any other. `isOpen`: it was read before. */
  static of(file: string, error: unknown, {isOpen = false} = {}): OpenError {
    if (error instanceof OpenError) return error;
    const code = codeOf(error);
    if (code === undefined) throw error;
    const what = isOpen ? 'cannot be read on' : 'cannot be opened';
    return new OpenError(`${clean(file)} ${what}: ${readFailureWords(code)}`, {cause: error});
  }
}
