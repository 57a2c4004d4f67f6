import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {OutputStream} from '../buffer/markers.ts';
import type {ConnectionEvent, ConnectionState} from '../connection/state.ts';
import type {ListSnapshot} from '../pipelines/list-poller.ts';
import type {RecordingState} from '../recording/recorder.ts';

/** State of one log beside its lines. A new object at most `fps` times a second, and only after a change. */
export type LogSnapshot = {
  readonly endId: number;
  readonly lineCount: number;
  readonly byteLength: number;
  readonly droppedLines: number;
  /** State of its connection; undefined: it has none. */
  readonly connection?: ConnectionState | undefined;
  /** State of the file or of stdin that it is read from; undefined: it is read from neither. */
  readonly file?: FileState | undefined;
  /** Oldest first. */
  readonly events: readonly ConnectionEvent[];
  /** Unix time in ms of the last byte. */
  readonly receivedAt: number | undefined;
  /** Lost streams of the process, which nobody reads until its next start; absent: the log reports none. */
  readonly lostStreams?: readonly OutputStream[];
  /** State of its recording; undefined: off. */
  readonly recording?: RecordingState | undefined;
};

/** State of a log that is a file: how far it has been read, and whether more may come. */
export type FileState = {
  /**
   * `reading`: what is there already. `followed`: all of that is read, and what is added is read at once. `ended`: nothing
   * more comes. `failed`: the rest cannot be read.
   */
  readonly kind: 'reading' | 'followed' | 'ended' | 'failed';
  /** Unix time in ms at which something was added last; undefined: nothing since all that was there is read. */
  readonly grewAt?: number | undefined;
  /** It is certain that somebody writes it: a pipe is open. */
  readonly hasWriter?: boolean;
  /** Bytes on the disk, packed if it is packed; of stdin: received so far. */
  readonly size: number;
  /** Bytes of its lines that were read so far, if it is packed. */
  readonly unpacked?: number;
  /** Bytes of `size` that were read so far. */
  readonly read: number;
  /** One sentence on what cannot be read; only of `failed`. */
  readonly why?: string | undefined;
};

type Source = Pick<LogSnapshot, 'connection' | 'file'>;

/**
 * Tells whether what was there before the log was opened is still `coming`, or all of it is `read`; `cut`: the connection was
 * lost, and how much was read before is not known.
 */
export function catchUpOf({connection, file}: Source): 'coming' | 'read' | 'cut' {
  const kind = connection?.kind ?? file?.kind;
  if (kind === 'waiting' || kind === 'gone') return 'cut';
  return kind === 'live' || kind === 'ended' || kind === 'followed' || kind === 'failed' ? 'read' : 'coming';
}

/** Tells whether all that was there before the opening is certainly read; false after a lost connection. */
export function hasCaughtUp(source: Source): boolean {
  return catchUpOf(source) === 'read';
}

/** Tells whether all of that is read, and more may come, which is read at once. */
export function isFollowed({connection, file}: Source): boolean {
  return connection?.kind === 'live' || file?.kind === 'followed';
}

/** Tells whether no connection brings lines: the log waits, has ended or is gone, or its connection may be dead. */
export function isCut(snapshot: Pick<LogSnapshot, 'connection' | 'receivedAt'>, list: Unanswered): boolean {
  const kind = snapshot.connection?.kind;
  return kind === 'waiting' || kind === 'gone' || kind === 'ended' || isSilent(snapshot, list);
}

/** Tells whether an open connection may be dead: since the server was asked first, it has neither answered nor sent. */
export function isSilent(
  {connection, receivedAt}: Pick<LogSnapshot, 'connection' | 'receivedAt'>,
  {unansweredSince}: Unanswered,
): boolean {
  return connection?.kind === 'live' && unansweredSince !== undefined && (receivedAt ?? 0) <= unansweredSince;
}

type Unanswered = Pick<ListSnapshot, 'unansweredSince'>;

/** Tells whether nothing more comes. A connection comes back, and a file that exists may grow. */
export function hasEnded({file}: Pick<LogSnapshot, 'file'>): boolean {
  return file?.kind === 'ended' || file?.kind === 'failed';
}

/** Copies the numbers of a buffer: a snapshot does not change with it. */
export function bufferInfo(
  buffer: LogBuffer,
): Pick<LogSnapshot, 'endId' | 'lineCount' | 'byteLength' | 'droppedLines'> {
  const {endId, lineCount, byteLength, droppedLines} = buffer;
  return {endId, lineCount, byteLength, droppedLines};
}
