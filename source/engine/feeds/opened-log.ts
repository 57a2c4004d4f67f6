import type {Clock} from '../../lib/clock.ts';
import type {Marker} from '../buffer/markers.ts';
import type {Processes} from '../disk/file-lock.ts';
import {bundlePieces, logsOf} from '../logs/bundle-log.ts';
import {Log} from '../logs/log.ts';
import type {LogSink} from '../logs/log-sink.ts';
import {capabilitiesOf, type FoundLog} from '../opened/found-log.ts';
import {type PackedPart, packedSize, pipePieces, readPipe, unpack, wholeFile} from '../opened/unpack.ts';
import {type RecordedPiece, recordedPieces} from '../recording/read-recording.ts';
import {FileFeed, type Source} from './file-feed.ts';
import {FileSource} from './file-source.ts';
import {RecordingSource} from './recording-source.ts';

export type PiecesOptions = {
  /** Input of the program itself; only for a log of kind `stdin` whose path is `-`. */
  readonly stdin?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly signal?: AbortSignal;
  /** Called as files are read: bytes on the disk, packed if they are packed, of `size` in all. Not of recordings. */
  readonly onRead?: (read: number, size: number) => void;
};

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
  const {hasOthers} = capabilitiesOf(found);
  return new Log({...options, hasOthers, feed: (sink, signal) => new FileFeed(sink, signal, feed)});
}

/** Makes the source of a log: recordings and plain files are followed, the rest is read once. */
function sourceOf(reading: FileFeed, found: FoundLog, {stdin, memoryBytes, processes}: OpenedOptions): Source {
  if (found.kind === 'recording') return new RecordingSource(reading, found.recordings, processes);
  if (found.kind === 'file' && found.packed === undefined) return new FileSource(reading, found.path, memoryBytes);
  return {read: () => readPieces(reading, found, stdin)};
}

/**
 * Reads all that a found log holds now, oldest first: its bytes, and markers where something is missing. Throws `OpenError` if
 * none of it can be read, and errors of the file system.
 */
export async function* openedPieces(
  found: FoundLog,
  {stdin = [], signal, onRead}: PiecesOptions = {},
): AsyncGenerator<RecordedPiece> {
  switch (found.kind) {
    case 'recording':
      yield* recordedPieces(found.recordings);
      return;
    case 'file': {
      const file = wholeFile(found.path, found.packed);
      const read = await progressOf([file], onRead);
      yield* unpack(file, {signal, onRead: read(file)});
      return;
    }
    case 'bundle':
      yield* bundlePieces(found.collections, {signal, read: await progressOf(logsOf(found.collections), onRead)});
      return;
    case 'stdin':
      yield* pipePieces(found.name, found.path === '-' ? stdin : readPipe(found.path, signal));
      return;
    default:
      found satisfies never;
  }
}

/** Adds all that a found log holds. Rejects as `openedPieces` does, and once the log is closed. */
async function readPieces(reading: FileFeed, found: FoundLog, stdin: PiecesOptions['stdin']): Promise<void> {
  const {sink, signal, clock} = reading;
  const isPacked = isPackedLog(found);
  const onPiece = (bytes: number) => {
    if (bytes > 0) reading.received();
    if (isPacked) reading.note({unpacked: sink.appended});
    if (bytes > 0 && reading.state.kind === 'followed') {
      const read = reading.state.read + bytes;
      reading.set({size: read, read, grewAt: clock.wall()});
    } else sink.onChange();
    return reading.pause();
  };
  // Collections of a bundle may bring nothing new for a while.
  const onRead = (read: number, size: number) => reading.set({read, size});
  const pieces = openedPieces(found, {signal, onRead, ...(stdin && {stdin})});
  await addPieces(pieces, {sink, signal, clock, onPiece});
  reading.set({kind: 'ended'});
}

function isPackedLog(found: FoundLog): boolean {
  if (found.kind === 'bundle') return logsOf(found.collections).some(({packed}) => packed !== undefined);
  return found.kind === 'file' && found.packed !== undefined;
}

type AddOptions = {
  readonly sink: LogSink;
  readonly signal: AbortSignal;
  readonly clock: Pick<Clock, 'wall'>;
  /** The markers are as the writer of a recording had them. */
  readonly isRecorded?: boolean;
  /** Most bytes that are added at once. Default: as many as a piece has. */
  readonly mostBytes?: number;
  readonly onMarker?: (marker: Marker) => void;
  /** Called after each piece with its bytes, 0 for a marker: its reader makes room, or other work has its turn. */
  readonly onPiece: (bytes: number) => Promise<void>;
};

/** Adds pieces, and ends the last line. Rejects with what `pieces` throw, and once `signal` is aborted. */
export async function addPieces(pieces: AsyncIterable<RecordedPiece>, options: AddOptions): Promise<void> {
  const {sink, signal, clock, isRecorded = false, mostBytes = Number.POSITIVE_INFINITY, onMarker, onPiece} = options;
  try {
    for await (const piece of pieces) {
      signal.throwIfAborted();
      if ('marker' in piece) {
        const {marker} = piece;
        onMarker?.(marker);
        // What came through a pipe has no time of its own.
        if (isRecorded) sink.addWritten(marker);
        else sink.addMarker(marker, marker.at > 0 ? marker.at : clock.wall());
        await onPiece(0);
        continue;
      }
      for (let at = 0; at < piece.bytes.length; at += mostBytes) {
        const some = piece.bytes.subarray(at, at + mostBytes);
        sink.addBytes(some);
        await onPiece(some.length);
      }
    }
  } finally {
    if (!signal.aborted) sink.endLine();
  }
}

/** Returns a function that makes, for each of several parts in a row, the function for its bytes read so far. */
async function progressOf(
  parts: readonly PackedPart[],
  onRead: PiecesOptions['onRead'],
): Promise<(part: PackedPart) => ((bytes: number) => void) | undefined> {
  if (!onRead) return () => undefined;
  const before = new Map<PackedPart, number>();
  let size = 0;
  for (const part of parts) {
    before.set(part, size);
    size += await packedSize(part);
  }
  return (part) => (bytes) => onRead((before.get(part) ?? 0) + bytes, size);
}
