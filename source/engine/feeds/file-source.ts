import {FilePart} from '../opened/file-part.ts';
import {type FileChange, FollowedFile} from '../opened/followed-file.ts';
import type {FoundLog} from '../opened/found-log.ts';
import type {FileFeed, Source} from './file-feed.ts';

type FoundFile = Extract<FoundLog, {kind: 'file'}>;

/** Bytes of a file that is shown once it is read, in 10 ms: of a larger one the beginning is shown at once. */
const shownWhole = 8 * 1024 * 1024;
/** Files of the log that stay open beside the present one. */
const mostParts = 8;
/** Index and filters need 3 bytes a line: a quarter of the memory at most. */
const memoryPerLine = 12;

type FileOptions = {
  /** Limits the lines that are held. */
  readonly memoryBytes?: number | undefined;
};

/** A plain file: read once from its beginning, then what is added while it grows. Its lines are read back from it. */
export class FileSource implements Source {
  readonly #found: FoundFile;
  readonly #reading: FileFeed;
  readonly #mostLines: number;
  #followed: FollowedFile | undefined;
  /** The last one is the present one; the others were replaced under its name, and are read back. */
  readonly #parts: FilePart[] = [];

  constructor(reading: FileFeed, found: FoundFile, {memoryBytes = Number.POSITIVE_INFINITY}: FileOptions) {
    this.#found = found;
    this.#reading = reading;
    this.#mostLines = memoryBytes / memoryPerLine;
  }

  async close(): Promise<void> {
    await this.#followed?.close();
    await Promise.all(this.#parts.map((part) => part.close()));
  }

  async read(): Promise<void> {
    const {path} = this.#found;
    const {sink, clock, signal} = this.#reading;
    sink.readBackFromFiles();
    const part = await FilePart.open(path);
    this.#parts.push(part);
    if (signal.aborted) {
      await part.close();
      return;
    }
    this.#reading.set({size: part.size});
    this.#followed = new FollowedFile({
      path,
      part,
      clock,
      sink: {
        append: (bytes, at, offset) => this.#append(bytes, at, offset),
        onChanged: (change) => this.#onChanged(change),
        onCaughtUp: () => {
          if (this.#reading.state.kind !== 'followed') this.#reading.set({kind: 'followed'});
        },
        onFailed: (error) => this.#reading.fail(path, error),
      },
    });
    this.#followed.start();
  }

  #append(bytes: Buffer, part: FilePart, offset: number): void {
    const {sink, clock, state} = this.#reading;
    sink.addBytes(bytes, {part, offset});
    if (part !== this.#parts.at(-1)) this.#keepPart(part);
    if (sink.buffer.lineCount > this.#mostLines) sink.buffer.dropBefore(sink.buffer.endId - this.#mostLines);
    this.#reading.received();
    const read = offset + bytes.length;
    const size = state.kind === 'reading' ? Math.max(read, state.size) : read;
    if (state.kind === 'followed') this.#reading.set({size, read, grewAt: clock.wall()});
    else if (size <= shownWhole) this.#reading.note({size, read});
    else this.#reading.set({size, read});
  }

  /** The oldest ones are closed: what is in them can no longer be read back. */
  #keepPart(part: FilePart): void {
    this.#parts.push(part);
    if (this.#parts.length <= mostParts) return;
    void this.#parts.shift()?.close();
    this.#reading.sink.buffer.forgetDeleted();
  }

  #onChanged(change: FileChange): void {
    this.#reading.sink.addMarker({kind: 'file', turn: change});
    // What was overwritten can no longer be read back.
    if (change === 'truncated') this.#reading.sink.buffer.forgetDeleted();
    this.#reading.sink.onChange();
  }
}
