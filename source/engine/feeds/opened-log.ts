import type {Processes} from '../disk/file-lock.ts';
import {Log} from '../logs/log.ts';
import type {FoundLog} from '../opened/find-logs.ts';
import {FileFeed, type Source} from './file-feed.ts';
import {FileSource} from './file-source.ts';
import {type PiecesOptions, piecesSource} from './pieces-source.ts';
import {RecordingSource} from './recording-source.ts';

export type OpenedOptions = Omit<ConstructorParameters<typeof Log>[0], 'feed'> & {
  /** Limit of all logs together; also limits the lines of a file that are held. Default: none. */
  readonly memoryBytes?: number;
  /** Input of the program itself. */
  readonly stdin?: PiecesOptions['stdin'];
  /** Default: no recording is followed. */
  readonly processes?: Pick<Processes, 'isAlive'>;
};

/** The log of what was found, without a connection. It is not read yet. */
export function openedLog(found: FoundLog, options: OpenedOptions): Log {
  const {clock} = options;
  const feed = {found, clock, sourceOf: (reading: FileFeed) => sourceOf(reading, found, options)};
  return new Log({...options, feed: (sink, signal) => new FileFeed(sink, signal, feed)});
}

function sourceOf(reading: FileFeed, found: FoundLog, options: OpenedOptions): Source {
  const {memoryBytes, processes, stdin} = options;
  if (found.kind === 'recording') return new RecordingSource(reading, found.recordings, processes);
  const isPlain = found.kind === 'file' && found.packed === undefined;
  if (isPlain) return new FileSource(reading, found, {memoryBytes});
  return piecesSource(reading, found, {...(stdin && {stdin})});
}
