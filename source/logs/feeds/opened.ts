import type {Clock} from '../../lib/clock.ts';
import type {Processes} from '../../storage/file-lock.ts';
import type {FoundLog} from '../../storage/opened/find-logs.ts';
import type {Feed} from '../feed.ts';
import {Log} from '../log.ts';
import type {LogSink} from '../log-sink.ts';
import {FileFeed, type FileSizes} from './file.ts';
import {PiecesFeed, type PiecesOptions} from './pieces.ts';
import {RecordingFeed} from './recording.ts';

export type OpenedOptions = Omit<ConstructorParameters<typeof Log>[0], 'feed'> & {
  /** Limit of all logs together; also limits the lines of a large file that are held. Default: none. */
  readonly memoryBytes?: number;
  /** What the program reads as its own input. */
  readonly stdin?: PiecesOptions['stdin'];
  /** Default: no recording is followed. */
  readonly processes?: Pick<Processes, 'isAlive'>;
  /** For tests: which file is large. */
  readonly sizes?: FileSizes;
};

/** The log of what was found, without a connection. It is not read yet. */
export function openedLog(found: FoundLog, options: OpenedOptions): Log {
  return new Log({...options, feed: (sink, signal) => feedOf(found, {sink, signal, ...options})});
}

function feedOf(
  found: FoundLog,
  {sink, signal, ...options}: OpenedOptions & {readonly sink: LogSink; readonly signal: AbortSignal; clock: Clock},
): Feed {
  const {clock, memoryBytes, sizes, processes, stdin} = options;
  if (found.kind === 'recording') return new RecordingFeed(sink, signal, {found, clock, processes});
  if (found.kind === 'file' && found.packed === undefined) {
    return new FileFeed(sink, signal, {found, clock, memoryBytes, sizes});
  }
  return new PiecesFeed(sink, signal, {found, clock, ...(stdin && {stdin})});
}
