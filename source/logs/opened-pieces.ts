import {newline} from '../buffer/segment.ts';
import type {FoundLog} from '../storage/opened/find-logs.ts';
import {OpenError} from '../storage/opened/open-error.ts';
import {pipePieces, readPipe} from '../storage/opened/read-pipe.ts';
import {type PackedPart, packedSize, unpack, wholeFile} from '../storage/opened/unpack.ts';
import type {RecordedPiece} from '../storage/recording/reader.ts';
import {bundlePieces, logsOf} from './bundle-log.ts';
import {notRead} from './file-log.ts';
import {recordedPieces} from './recorded-source.ts';

export type PiecesOptions = {
  /** What the program reads as its own input; only for a log of kind `stdin` whose path is `-`. */
  readonly stdin?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly signal?: AbortSignal;
  /** Lines of another file follow: that a file cannot be read is a marker. */
  readonly goesOn?: boolean;
  /** Called as files are read: bytes on the disk, packed if they are packed, of `size` in all. Not of recordings. */
  readonly onRead?: (read: number, size: number) => void;
};

/**
 * All that a found log holds now, oldest first: its bytes, and markers where something is missing. An open line ends
 * where the next file begins. Throws `OpenError` for what cannot be read at all, and errors of the file system.
 */
export async function* openedPieces(found: FoundLog, options: PiecesOptions = {}): AsyncGenerator<RecordedPiece> {
  const {stdin = [], signal, goesOn = false, onRead} = options;
  switch (found.kind) {
    case 'recording':
      yield* recordedPieces(found.recordings);
      return;
    case 'file': {
      const {older, path, packed} = found;
      const parts = [...older, {path, packed}].map((file) => wholeFile(file.path, file.packed));
      const read = await progressOf(parts, onRead);
      const last = goesOn ? undefined : parts.at(-1);
      yield* oneAfterTheOther(
        parts.map((part) => {
          const pieces = unpack(part, {signal, onRead: read(part)});
          return part === last ? pieces : orMarker(pieces);
        }),
      );
      return;
    }
    case 'bundle':
      yield* bundlePieces(found.collections, {signal, read: await progressOf(logsOf(found.collections), onRead)});
      return;
    case 'stdin':
      yield* pipePieces(found.name, found.path === '-' ? stdin : readPipe(found.path, signal));
      return;
  }
}

/** Of parts that are read one after the other: for each, what is to be called with the bytes of it that were read. */
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

/** What was rotated and cannot be read does not hide what came after it. */
async function* orMarker(pieces: AsyncIterable<RecordedPiece>): AsyncGenerator<RecordedPiece> {
  try {
    yield* pieces;
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    yield {marker: {...notRead(error.message), at: 0}};
  }
}

async function* oneAfterTheOther(files: readonly AsyncIterable<RecordedPiece>[]): AsyncGenerator<RecordedPiece> {
  let isOpen = false;
  for (const file of files) {
    if (isOpen) yield {bytes: Buffer.of(newline)};
    isOpen = false;
    for await (const piece of file) {
      if ('bytes' in piece) isOpen = piece.bytes.at(-1) !== newline;
      yield piece;
    }
  }
}
