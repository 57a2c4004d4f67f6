import {newline} from '../buffer/segment.ts';
import type {FoundLog} from '../storage/opened/find-logs.ts';
import {pipePieces, readPipe} from '../storage/opened/read-pipe.ts';
import {unpack, wholeFile} from '../storage/opened/unpack.ts';
import type {RecordedPiece} from '../storage/recording/reader.ts';
import {bundlePieces} from './bundle-log.ts';
import {recordedPieces} from './recorded-source.ts';

export type PiecesOptions = {
  /** What the program reads as its own input; only for a log of kind `stdin` whose path is `-`. */
  readonly stdin?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly signal?: AbortSignal;
};

/**
 * All that a found log holds now, oldest first: its bytes, and markers where something is missing. An open line ends
 * where the next file begins. Throws `OpenError` for what cannot be read at all, and errors of the file system.
 */
export async function* openedPieces(found: FoundLog, options: PiecesOptions = {}): AsyncGenerator<RecordedPiece> {
  const {stdin = [], signal} = options;
  switch (found.kind) {
    case 'recording':
      yield* recordedPieces(found.recordings);
      return;
    case 'file': {
      const {older, path, packed} = found;
      yield* oneAfterTheOther(
        [...older, {path, packed}].map((file) => unpack(wholeFile(file.path, file.packed), {signal})),
      );
      return;
    }
    case 'bundle':
      yield* bundlePieces(found.collections, signal);
      return;
    case 'stdin':
      yield* pipePieces(found.name, found.path === '-' ? stdin : readPipe(found.path, signal));
      return;
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
