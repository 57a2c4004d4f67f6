import type {EarlierBlock} from '../../buffer/cold-segments.ts';
import {newline} from '../../buffer/segment.ts';
import {SliceRunner} from '../../lib/slices.ts';
import {earlierLines} from '../../storage/opened/earlier-lines.ts';
import {FilePart} from '../../storage/opened/file-part.ts';
import type {FoundLog} from '../../storage/opened/find-logs.ts';
import {type FileChange, FollowedFile} from '../../storage/opened/followed-file.ts';
import type {Reading, Source} from './reading.ts';

type FoundFile = Extract<FoundLog, {kind: 'file'}>;

const defaultSizes = {
  /** A file up to this size is read from its beginning; of a larger one the end comes first. */
  whole: 8 * 1024 * 1024,
  tail: 512 * 1024,
};

/** In bytes. */
export type FileSizes = typeof defaultSizes;

/** Of the end, in which the beginning of a line is searched, so many at once. */
const searchedBytes = 1024 * 1024;
const searchedAtOnce = 16 * 1024;
/** Milliseconds in which the end of a large file is on the screen, before its other lines are counted. */
const drawnWithin = 20;
/** Files of the log that stay open beside those that were there at the beginning. */
const mostParts = 8;
/** Milliseconds between two slices in which errors of a large file are counted: nobody waits for them. */
const restBetweenErrors = 4;
/** Index and filters need 3 bytes a line: a quarter of the memory at most. */
const memoryPerLine = 12;

type FileOptions = {
  /** Limits the lines of a large file that are held. */
  readonly memoryBytes?: number | undefined;
  /** For tests: which file is large. */
  readonly sizes?: FileSizes | undefined;
};

/** A plain file: its end at once, what is before as cold blocks, and what is added while it grows. */
export class FileSource implements Source {
  readonly #found: FoundFile;
  readonly #options: FileOptions;
  readonly #reading: Reading;
  #followed: FollowedFile | undefined;
  /** The last one is the present one; the others were replaced under its name, and are read back. */
  readonly #parts: FilePart[] = [];

  constructor(reading: Reading, found: FoundFile, options: FileOptions) {
    this.#found = found;
    this.#options = options;
    this.#reading = reading;
  }

  async close(): Promise<void> {
    await this.#followed?.close();
    await Promise.all(this.#parts.map((part) => part.close()));
  }

  async read(): Promise<void> {
    this.#reading.sink.readBackFromFiles();
    const to = await this.#follow(this.#found.path);
    if (to !== undefined) this.#countErrorsBefore(to);
  }

  /**
   * Resolves when all that is before the end of a large file was added, to the first entry after that; undefined: nothing
   * was.
   */
  async #follow(path: string): Promise<number | undefined> {
    const {sizes = defaultSizes} = this.#options;
    const {sink, clock, signal} = this.#reading;
    const {buffer} = sink;
    const part = await FilePart.open(path);
    this.#parts.push(part);
    const isLarge = part.size > sizes.whole;
    const from = isLarge ? await lineStart(part, part.size - sizes.tail) : 0;
    if (signal.aborted) {
      await part.close();
      return undefined;
    }
    const hasEarlier = from > 0;
    if (hasEarlier) sink.reserve();
    const {endId: to} = buffer;
    this.#reading.set({kind: 'reading', size: part.size, read: 0, counted: hasEarlier ? 0 : undefined});
    this.#followed = new FollowedFile({
      ...{path, part, offset: from, clock},
      sink: {
        append: (bytes, at, offset) => this.#append(bytes, at, offset),
        onChanged: (change) => this.#onChanged(change),
        onCaughtUp: () => this.#reading.set({kind: 'followed'}),
        onFailed: (error) => this.#reading.fail(path, error),
      },
    });
    this.#followed.start();
    if (!hasEarlier) return undefined;
    await new Promise<void>((resolve) => clock.after(drawnWithin, resolve));
    await this.#prependAll(part, from);
    return to;
  }

  #countErrorsBefore(to: number): void {
    const {sink, clock, signal} = this.#reading;
    const earlier = sink.countEarlier(to);
    const runner = new SliceRunner({
      clock,
      step: (maxBytes) => {
        sink.buffer.freeRead();
        return signal.aborted || earlier.step(maxBytes);
      },
      onSlice: (isDone) => {
        if (isDone) sink.onChange();
      },
      restMs: () => restBetweenErrors,
    });
    runner.wake();
  }

  #append(bytes: Buffer, part: FilePart, offset: number): void {
    this.#reading.sink.addBytes(bytes, {part, offset});
    if (part !== this.#parts.at(-1)) this.#keepPart(part);
    this.#reading.received();
    const {kind, size} = this.#reading.state;
    const read = offset + bytes.length;
    // At first the end is read in one go, and shown then: not what comes before it.
    if (kind === 'reading' && read < size) this.#reading.note({read});
    else if (kind === 'reading') this.#reading.set({size: read, read});
    else this.#reading.set({size: read, read, grewAt: this.#reading.clock.wall()});
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

  async #prependAll(part: FilePart, end: number): Promise<void> {
    for await (const {blocks, from} of earlierLines(part, end)) {
      if (this.#reading.signal.aborted) return;
      for (const block of blocks) this.#prepend(block);
      this.#reading.set({counted: 1 - from / end});
    }
    this.#reading.sink.endPrepending();
    this.#reading.set({counted: undefined});
  }

  #prepend(block: EarlierBlock): void {
    const {memoryBytes = Number.POSITIVE_INFINITY} = this.#options;
    this.#reading.sink.prepend(block, {isHeld: this.#reading.sink.buffer.lineCount * memoryPerLine < memoryBytes});
  }
}

/** Where the first line begins at or after an offset; the offset itself if none begins soon. */
async function lineStart(part: FilePart, offset: number): Promise<number> {
  const memory = Buffer.allocUnsafe(searchedAtOnce);
  for (let searched = 0; searched < searchedBytes; ) {
    const from = offset - 1 + searched;
    const bytes = await part.read(memory, from);
    const at = bytes.indexOf(newline);
    if (at !== -1) return from + at + 1;
    if (bytes.length < memory.length) break;
    searched += bytes.length;
  }
  return offset;
}
