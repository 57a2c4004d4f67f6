import type {LogBuffer} from '../buffer/log-buffer.ts';
import {lacksEntries, type Marker} from '../buffer/markers.ts';
import {newline} from '../buffer/segment.ts';
import type {Missing} from '../logs/feed.ts';
import type {LogSink} from '../logs/log-sink.ts';
import {timeOfBytes} from '../records/line-head.ts';
import {type LineRest, MergeCursor, type MergeCursorOptions, type MergeSink} from './cursor.ts';

type MergeOptions = Omit<MergeCursorOptions, 'buffer' | 'origin'> & {
  readonly sink: Pick<LogSink, 'buffer' | 'copyLines' | 'copyMarker' | 'copyRest' | 'correctCopy' | 'endLine'>;
  /** A source's index is its origin. */
  readonly sources: readonly LogBuffer[];
  readonly wall: () => number;
};

/**
 * Copies the entries of several buffers into one, by the times of their records; each buffer keeps its own order. New
 * entries wait for the window, so that those of several sources are in order when they arrive within it. An even later
 * one is appended, since a log never changes above; so is the rest of a line that was open for long, unless that is still
 * the last one.
 */
export class Merge {
  readonly #buffer: LogBuffer;
  readonly #merged: MergeOptions['sink'];
  readonly #origins = new EntryOrigins();
  readonly #gaps = new SourceGaps();
  readonly #sink: MergeSink;
  /** Source of the lines that were copied last. */
  #copied = 0;
  /** Without those of sources that are done. */
  #cursors: readonly MergeCursor[];
  #last: MergeCursor | undefined;

  constructor({sink, sources, wall, ...options}: MergeOptions) {
    this.#merged = sink;
    this.#buffer = sink.buffer;
    this.#cursors = sources.map((buffer, origin) => new MergeCursor({buffer, origin, ...options}));
    this.#sink = {
      lines: (bytes, origin) => this.#append(bytes, origin),
      rest: (rest, origin) => this.#appendRest(rest, origin, wall()),
      marker: (marker, origin) => this.addMarker(marker, origin),
      replaceMarker: (id, marker) => sink.correctCopy(id, marker),
      missed: (lines, origin) => this.addMarker({kind: 'not-merged', lines, at: wall()}, origin),
    };
  }

  /** Monotonic milliseconds when more will be due; undefined when nothing waits. */
  get dueAt(): number | undefined {
    const times = this.#cursors.flatMap((cursor) => cursor.dueAt ?? []);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** Monotonic milliseconds when the last open line will be due; undefined without one. */
  get opensDueAt(): number | undefined {
    const times = this.#cursors.flatMap((cursor) => cursor.openDueAt ?? []);
    return times.length > 0 ? Math.max(...times) : undefined;
  }

  /** The entry's source; undefined for an entry of no source and one that is not held. */
  originAt(id: number): number | undefined {
    return id < this.#buffer.firstId ? undefined : this.#origins.at(id);
  }

  /** The source of a line, also while it is copied. */
  sourceOf(id: number): number {
    return (id < this.#origins.endId ? this.#origins.at(id) : undefined) ?? this.#copied;
  }

  /** See `MergedSources.missingAt`. */
  missingAt(id: number): readonly Missing[] {
    return this.#gaps.at(id);
  }

  /** `now`: monotonic milliseconds. */
  onSourceChange(origin: number, now: number): void {
    this.#cursorOf(origin)?.onChange(now);
  }

  /** All that the sources hold is merged without waiting. */
  setDue(): void {
    for (const cursor of this.#cursors) cursor.setDue();
  }

  /** See `MergeCursor.leave`. */
  leave(origin: number): void {
    this.#cursorOf(origin)?.leave();
  }

  /** Nothing more is read from any source. */
  close(): void {
    for (const cursor of this.#cursors) cursor.release();
    this.#cursors = [];
    this.#last = undefined;
  }

  /** Returns the marker's id. */
  addMarker(marker: Marker, origin?: number): number | undefined {
    const id = this.#merged.copyMarker(marker);
    this.#addOrigin(origin);
    if (id !== undefined && origin !== undefined && lacksEntries(marker)) this.#gaps.begin({origin, marker, id});
    return id;
  }

  /** Reads about `maxBytes` that are due at `now`: 0.4 to 0.7 ms for 1 MiB. Returns true when nothing more is due. */
  step(maxBytes: number, now: number): boolean {
    let left = maxBytes;
    for (const cursor of this.#cursors) {
      left -= cursor.refresh(now, this.#sink);
      // The next step gets what was read back at no cost.
      if (left <= 0) return false;
    }
    while (left > 0) {
      if (!this.#cursors.some((cursor) => cursor.isDue)) {
        this.#forgetDone();
        return true;
      }
      left -= this.#readRun(left);
    }
    return false;
  }

  /** Reads the source whose next record is the oldest, up to where another one's is older. Returns the cost. */
  #readRun(maxBytes: number): number {
    const cursor = this.#last?.isContinued ? this.#last : this.#oldest();
    if (!cursor) return 0;
    this.#last = cursor;
    let until = Number.POSITIVE_INFINITY;
    let endId = cursor.dueEnd;
    for (const other of this.#cursors) {
      if (other === cursor || !other.hasNext) continue;
      until = Math.min(until, other.time);
      // An entry that is due must not go before an older record, due or not.
      if (other.isDue) endId = Number.POSITIVE_INFINITY;
    }
    return cursor.read({until, endId, maxBytes}, this.#sink);
  }

  /** A source that was left holds a whole scrollback: this frees it. */
  #forgetDone(): void {
    for (const cursor of this.#cursors) if (cursor.isDone) cursor.release();
    this.#cursors = this.#cursors.filter((cursor) => !cursor.isDone);
    if (this.#last?.isDone) this.#last = undefined;
  }

  #oldest(): MergeCursor | undefined {
    let oldest: MergeCursor | undefined;
    for (const cursor of this.#cursors) {
      if (cursor.hasNext && !(oldest && oldest.time <= cursor.time)) oldest = cursor;
    }
    return oldest;
  }

  #append(bytes: Uint8Array, origin: number): number {
    this.#copied = origin;
    this.#gaps.end(origin, this.#buffer, bytes);
    this.#merged.copyLines(bytes);
    this.#addOrigin(origin);
    return this.#buffer.endId - 1;
  }

  #appendRest({copyId, bytes, isWhole}: LineRest, origin: number, at: number): number {
    let id = copyId;
    const isLast = this.#buffer.hasOpenLine && copyId === this.#buffer.endId - 1;
    if (isLast) this.#merged.copyRest(bytes);
    else if (bytes.length > 0) {
      this.addMarker({kind: 'line-continued', at}, origin);
      id = this.#append(bytes, origin);
    }
    if (isWhole && (isLast || bytes.length > 0)) this.#merged.endLine();
    return id;
  }

  /** All entries that were added since the last call came from this source. */
  #addOrigin(origin: number | undefined): void {
    this.#origins.add(origin, this.#buffer.endId - this.#origins.endId);
    this.#origins.dropBefore(this.#buffer.firstId);
  }

  #cursorOf(origin: number): MergeCursor | undefined {
    return this.#cursors.find((cursor) => cursor.origin === origin);
  }
}

/** `toId`: of the first entry of the source after the marker `fromId`; undefined: none has come. */
type Gap = Missing & {readonly fromId: number; readonly toId: number | undefined};

/** Places where entries of a source are missing among those of the others. */
class SourceGaps {
  /** In the order of their ends. */
  #ended: Gap[] = [];
  /** By origin. */
  readonly #open = new Map<number, Gap>();

  /** Begins a gap; the last of several markers in a row stands for all. */
  begin({origin, marker, id}: {readonly origin: number; readonly marker: Marker; readonly id: number}): void {
    const fromId = this.#open.get(origin)?.fromId ?? id;
    this.#open.set(origin, {origin, marker, fromId, toId: undefined, until: undefined});
  }

  /** `bytes`: of lines of the source that come next. */
  end(origin: number, {firstId, endId: toId, format}: LogBuffer, bytes: Uint8Array): void {
    const gap = this.#open.get(origin);
    if (!gap) return;
    this.#open.delete(origin);
    const end = bytes.indexOf(newline);
    const line = Buffer.from(end === -1 ? bytes : bytes.subarray(0, end));
    const until = timeOfBytes(format ? format.canonical(line, toId, false) : line);
    const isHeld = ({toId: to = firstId}: Gap) => to > firstId;
    this.#ended = [...this.#ended.filter(isHeld), ...(toId > gap.fromId + 1 ? [{...gap, toId, until}] : [])];
  }

  at(id: number): readonly Missing[] {
    const gaps = [...this.#ended, ...this.#open.values()];
    return gaps.filter(({fromId, toId = Number.POSITIVE_INFINITY}) => fromId <= id && id < toId);
  }
}

/** Entries, and bytes, of a chunk: little beside a segment of 256 KiB. */
const chunkSize = 4096;

/** Which source each entry of a merged log came from: one byte an entry, freed along with the entries. */
class EntryOrigins {
  /** Chunks of `chunkSize` entries, from entry `#firstId` on: 0 for an entry of no source, else its origin + 1. */
  readonly #chunks: Uint8Array[] = [];
  #firstId = 0;
  #endId = 0;

  /** One past the last entry added. */
  get endId(): number {
    return this.#endId;
  }

  /** The next `count` entries came from `origin` (0 to 254), or from no source. */
  add(origin: number | undefined, count: number): void {
    const code = origin === undefined ? 0 : origin + 1;
    for (let left = count; left > 0; ) {
      const offset = (this.#endId - this.#firstId) % chunkSize;
      if (offset === 0) this.#chunks.push(new Uint8Array(chunkSize));
      const fits = Math.min(left, chunkSize - offset);
      this.#chunks.at(-1)?.fill(code, offset, offset + fits);
      this.#endId += fits;
      left -= fits;
    }
  }

  /** Returns undefined for an entry of no source and for one that was never added or has been dropped. */
  at(id: number): number | undefined {
    const index = id - this.#firstId;
    const code = this.#chunks[Math.floor(index / chunkSize)]?.[index % chunkSize];
    return code ? code - 1 : undefined;
  }

  /** Entries below `id` are no longer held: frees their whole chunks. */
  dropBefore(id: number): void {
    while (this.#firstId + chunkSize <= id) {
      this.#chunks.shift();
      this.#firstId += chunkSize;
    }
  }
}
