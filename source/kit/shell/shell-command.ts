import type {PiecesOptions} from '../../engine/feeds/opened-log.ts';
import type {Command} from '../settings/command.ts';
import type {Settings} from '../settings/settings.ts';
import type {ServerLogOptions} from './server-log.ts';

/** All options by their names, and the words of the call. */
export type Requested<Words> = Omit<Settings, keyof Words> & Words;

export type CommandCall<Words> = {
  readonly request: Requested<Words>;
  readonly settings: Settings;
  readonly version: string;
  readonly process: NodeJS.Process;
  /** Loads a part of which a start calls most functions. */
  readonly loadCompiled: <Part>(load: () => Promise<Part>) => Promise<Part>;
};

/** Options of a command that reads files. */
export type FilesOptions = Pick<ServerLogOptions, 'clock' | 'signal' | 'note'> & Pick<PiecesOptions, 'stdin'>;

/** Prints one text about the log of a pipeline. */
export type LogText<Words> = {
  /** Asks the server. Rejects with an `ApiError`, a `UsageError`, or an `Error` of one line. */
  readonly ofServer: (
    request: Requested<Words> & {readonly name: string},
    options: ServerLogOptions,
  ) => Promise<string>;
  /** Reads a recording, a file, a support bundle or stdin; absent: it needs a server. */
  readonly ofFiles?: (request: Requested<Words> & {readonly from: string}, options: FilesOptions) => Promise<string>;
  /** Its text itself says what is missing, to who reads it on a terminal. */
  readonly saysMissing?: true;
};

/** A command of a feature, with what runs it, which it loads when it is called. */
export type LogCommand<Words extends object> = Command<Words> & {readonly loadText: () => Promise<LogText<Words>>};
