import type {EarlierBlock} from '../buffer/cold-segments.ts';
import type {MarkerKind} from '../buffer/markers.ts';
import {newline} from '../buffer/segment.ts';
import type {Clock} from '../lib/clock.ts';
import {earlierLines} from '../storage/opened/earlier-lines.ts';
import {FilePart} from '../storage/opened/file-part.ts';
import {type FileTurn, FollowedFile} from '../storage/opened/followed-file.ts';
import {OpenError} from '../storage/opened/open-error.ts';
import type {LogSink} from './log-sink.ts';
import type {FileState} from './log-source.ts';

type FileLogOptions = {
  readonly path: string;
  /** Plain files whose lines come before, oldest first. Only while the buffer is empty. */
  readonly older: readonly string[];
  readonly sink: LogSink;
  readonly clock: Clock;
  readonly memoryBytes: number | undefined;
  readonly onChange: (state: FileState) => void;
  readonly onReceived: () => void;
  readonly sizes?: FileSizes | undefined;
};

const defaultSizes = {
  /** A file up to this size is read from its beginning; of a larger one the end comes first. */
  whole: 8 * 1024 * 1024,
  tail: 4 * 1024 * 1024,
};

/** In bytes. */
export type FileSizes = typeof defaultSizes;

/** Of the end, in which the beginning of a line is searched. */
const searchedBytes = 1024 * 1024;
/** Milliseconds in which the end of a large file is on the screen, before its other lines are counted. */
const drawnWithin = 50;
/** Files of the log that stay open beside those that were there at the beginning. */
const mostParts = 8;
/** Index and filters need 3 bytes a line: a quarter of the memory at most. */
const memoryPerLine = 12;

/** A plain file as a log: its end at once, what is before as cold blocks, and what is added while it grows. */
export class FileLog {
  readonly #options: FileLogOptions;
  #followed: FollowedFile | undefined;
  /** The last one is the present one; the others were replaced under its name, and are read back. */
  readonly #parts: FilePart[] = [];
  #isClosed = false;
  #state: FileState = {kind: 'reading', size: 0, read: 0};

  constructor(options: FileLogOptions) {
    this.#options = options;
  }

  /**
   * Resolves when all that is before the end of a large file was added, to the first entry after that; undefined: nothing
   * was. Never rejects.
   */
  async start(): Promise<number | undefined> {
    const {path, older, sink, clock, sizes = defaultSizes} = this.#options;
    const {buffer} = sink;
    try {
      const part = await FilePart.open(path);
      this.#parts.push(part);
      const isLarge = part.size > sizes.whole && buffer.totalBytes === 0 && !buffer.lastMarker();
      const from = isLarge ? await lineStart(part, part.size - sizes.tail) : 0;
      if (this.#isClosed) {
        await part.close();
        return undefined;
      }
      const hasEarlier = from > 0 || older.length > 0;
      if (hasEarlier) sink.reserve();
      const {endId: to} = buffer;
      this.#setState({size: part.size, counted: hasEarlier ? 0 : undefined});
      this.#followed = new FollowedFile({
        ...{path, part, offset: from, clock},
        sink: {
          append: (bytes, at, offset) => this.#append(bytes, at, offset),
          onTurn: (turn) => this.#onTurn(turn),
          onCaughtUp: () => this.#setState({kind: 'followed'}),
          onFailed: (error) => this.#onFailed(error),
        },
      });
      this.#followed.start();
      if (!hasEarlier) return undefined;
      await new Promise<void>((resolve) => clock.after(drawnWithin, resolve));
      await this.#addEarlier(part, from);
      return to;
    } catch (error) {
      this.#onFailed(error);
      return undefined;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#followed?.close();
    await Promise.all(this.#parts.map((part) => part.close()));
  }

  #append(bytes: Buffer, part: FilePart, offset: number): void {
    const {sink, clock, onReceived} = this.#options;
    sink.addBytes(bytes, {part, offset});
    if (part !== this.#parts.at(-1)) this.#keepPart(part);
    onReceived();
    const read = offset + bytes.length;
    // At first the end is read in one go, and shown then: not what comes before it.
    if (this.#state.kind === 'reading') this.#state = {...this.#state, size: Math.max(this.#state.size, read), read};
    else this.#setState({size: read, read, grewAt: clock.wall()});
  }

  /** The oldest ones are closed: what is in them can no longer be read back. */
  #keepPart(part: FilePart): void {
    this.#parts.push(part);
    if (this.#parts.length <= mostParts + this.#options.older.length) return;
    void this.#parts.shift()?.close();
    this.#options.sink.buffer.forgetDeleted();
  }

  #onTurn(turn: FileTurn): void {
    const {sink} = this.#options;
    sink.addMarker({kind: 'file', turn});
    // What was overwritten can no longer be read back.
    if (turn === 'truncated') sink.buffer.forgetDeleted();
    this.#setState({});
  }

  async #addEarlier(part: FilePart, from: number): Promise<void> {
    const opened = await this.#openOlder();
    if (this.#isClosed) return;
    const files = [...opened.map((each) => ({part: each, end: each.size})), {part, end: from}];
    let toCount = files.reduce((sum, {end}) => sum + end, 0);
    const all = toCount;
    for (const {part: file, end} of files.reverse()) {
      let left = end;
      for await (const {blocks, from: start} of earlierLines(file, end)) {
        if (this.#isClosed) return;
        for (const block of blocks) this.#addBlock(block);
        toCount -= left - start;
        left = start;
        this.#setState({counted: 1 - toCount / all});
      }
    }
    this.#options.sink.endPrepending();
    this.#setState({counted: undefined});
  }

  /** Oldest first. Those from one on that cannot be opened any more, and older ones, are left out. */
  async #openOlder(): Promise<readonly FilePart[]> {
    const opened: FilePart[] = [];
    for (const path of this.#options.older.toReversed()) {
      const part = await FilePart.open(path).catch((error: unknown) => {
        this.#setState({why: OpenError.of(path, error).message});
      });
      if (!part) break;
      if (this.#isClosed) {
        await part.close();
        break;
      }
      this.#parts.unshift(part);
      opened.unshift(part);
    }
    return opened;
  }

  #addBlock(block: EarlierBlock): void {
    const {sink, memoryBytes = Number.POSITIVE_INFINITY} = this.#options;
    sink.prepend(block, {isHeld: sink.buffer.lineCount * memoryPerLine < memoryBytes});
  }

  #onFailed(error: unknown): void {
    if (this.#isClosed) return;
    const {path, sink} = this.#options;
    const hasLines = sink.buffer.lineCount > 0;
    const {message: why} = OpenError.of(path, error, {isOpen: hasLines});
    sink.endLine();
    if (hasLines) sink.addMarker(notRead(why));
    this.#setState({kind: 'failed', why});
  }

  #setState(change: Partial<FileState>): void {
    if (this.#isClosed) return;
    this.#state = {...this.#state, ...change};
    this.#options.onChange(this.#state);
  }
}

/** Says at the end of what was read why nothing follows. */
export function notRead(why: string): MarkerKind {
  return {kind: 'unreadable', bytes: undefined, because: 'not-read', why};
}

/** Where the first line begins at or after an offset; the offset itself if none begins. */
async function lineStart(part: FilePart, offset: number): Promise<number> {
  const bytes = await part.read(Buffer.allocUnsafe(searchedBytes), offset - 1);
  const at = bytes.indexOf(newline);
  return at === -1 ? offset : offset + at;
}
