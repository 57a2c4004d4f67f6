import type {PiecesOptions} from '../../engine/feeds/opened-log.ts';
import type {ServerLogOptions} from './server-log.ts';

/** Options of a command that reads files. */
export type FilesOptions = Pick<ServerLogOptions, 'clock' | 'signal' | 'note'> & Pick<PiecesOptions, 'stdin'>;

/** A command of the shell that prints one text about the log of a pipeline. */
export type ShellCommand<Asked> = {
  /** Asks the server. Rejects with an `ApiError`, a `UsageError`, or an `Error` of one line. */
  readonly ofServer: (request: Asked & {readonly name: string}, options: ServerLogOptions) => Promise<string>;
  /** Reads a recording, a file, a support bundle or stdin; absent: it needs a server. */
  readonly ofFiles?: (request: Asked & {readonly from: string}, options: FilesOptions) => Promise<string>;
  /** Its text itself says what is missing, to who reads it on a terminal. */
  readonly saysMissing?: true;
};
