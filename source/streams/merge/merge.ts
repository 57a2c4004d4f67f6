import type {LogBuffer} from '../../buffer/log-buffer.ts';
import type {Marker} from '../../buffer/markers.ts';
import {MergeCursor, type MergeSink} from './cursor.ts';

/**
 * Copies the entries of several buffers into one, by the times of their records; each buffer's own order is kept. What
 * is held at the start is merged as a whole. What comes later waits for the window, so that lines of several sources
 * that arrive within it are put in order; one that comes later still is appended, since a log never changes above.
 */
export class Merge {
  readonly #buffer: LogBuffer;
  readonly #origins = new EntryOrigins();
  readonly #sink: MergeSink;
  /** Those of the sources of which more may be taken. */
  #cursors: readonly MergeCursor[];
  /** The one that was taken from last. */
  #last: MergeCursor | undefined;

  /**
   * A source's place among the `sources` is its origin. `window`: milliseconds. `reach`: how many bytes of a source's
   * end are merged; more than the buffer holds would be dropped again. `wall` dates markers.
   */
  constructor(options: {
    readonly buffer: LogBuffer;
    readonly sources: readonly LogBuffer[];
    readonly window: number;
    readonly reach: number;
    readonly wall: () => number;
  }) {
    const {sources, window, reach, wall} = options;
    this.#buffer = options.buffer;
    this.#cursors = sources.map((buffer, origin) => new MergeCursor({buffer, origin, window, reach}));
    this.#sink = {
      lines: (bytes, origin) => this.#append(bytes, origin),
      marker: (marker, origin) => this.mark(marker, origin),
      replaceMarker: (id, marker) => this.#buffer.replaceMarker(id, marker),
      missed: (lines, origin) => this.mark({kind: 'not-merged', lines, at: wall()}, origin),
    };
  }

  /** Monotonic milliseconds when more will be due; undefined when nothing is waited for. */
  get dueAt(): number | undefined {
    const times = this.#cursors.flatMap((cursor) => cursor.dueAt ?? []);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** The source that the entry came from; undefined for what came from none and for what is not held. */
  originAt(id: number): number | undefined {
    return id < this.#buffer.firstId ? undefined : this.#origins.at(id);
  }

  /** The source may have more at `now` (monotonic milliseconds). */
  notice(origin: number, now: number): void {
    this.#cursorOf(origin)?.notice(now);
  }

  /** What the sources hold now is merged as a whole, without waiting. */
  hurry(): void {
    for (const cursor of this.#cursors) cursor.hurry();
  }

  /** Takes what the source holds now, without waiting, and nothing more. */
  leave(origin: number): void {
    this.#cursorOf(origin)?.leave();
  }

  /** Puts a marker at the end, and answers its id. */
  mark(marker: Marker, origin?: number): number | undefined {
    const id = this.#buffer.addMarker(marker);
    this.#noteOrigin(origin);
    return id;
  }

  /**
   * Takes about `maxBytes` of what is due at `now` (monotonic milliseconds). Answers true when nothing is due any more.
   * Takes 0.4 to 0.7 ms for 1 MiB, since an entry counts for more than its bytes.
   */
  step(maxBytes: number, now: number): boolean {
    let left = maxBytes;
    for (const cursor of this.#cursors) {
      left -= cursor.refresh(now, this.#sink);
      // What was read is held: the next step begins with it at no cost.
      if (left <= 0) return false;
    }
    while (left > 0) {
      if (!this.#cursors.some((cursor) => cursor.isDue)) {
        this.#forgetDone();
        return true;
      }
      left -= this.#takeRun(left);
    }
    return false;
  }

  /** Takes from the source whose next record is the oldest, up to where another one's is older. Answers the cost. */
  #takeRun(maxBytes: number): number {
    const cursor = this.#last?.isContinued ? this.#last : this.#oldest();
    if (!cursor) return 0;
    this.#last = cursor;
    let until = Number.POSITIVE_INFINITY;
    let endId = cursor.dueEnd;
    for (const other of this.#cursors) {
      if (other === cursor || !other.hasNext) continue;
      until = Math.min(until, other.time);
      // What is due must not go before an older record, due or not.
      if (other.isDue) endId = Number.POSITIVE_INFINITY;
    }
    return cursor.read({until, endId, maxBytes}, this.#sink);
  }

  /** A source that was left holds a whole scrollback: nothing here keeps it longer than needed. */
  #forgetDone(): void {
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

  #append(bytes: Uint8Array, origin: number): void {
    this.#buffer.append(bytes);
    this.#buffer.closeLine();
    this.#noteOrigin(origin);
  }

  /** All entries that were added since the last call came from there. */
  #noteOrigin(origin: number | undefined): void {
    this.#origins.add(origin, this.#buffer.endId - this.#origins.endId);
    this.#origins.dropBefore(this.#buffer.firstId);
  }

  #cursorOf(origin: number): MergeCursor | undefined {
    return this.#cursors.find((cursor) => cursor.origin === origin);
  }
}

/** Large beside what a chunk costs itself, small beside the segment of 256 KiB that its entries stand in. */
const chunkSize = 4096;

/** Which source each entry of a merged log came from: one byte an entry, freed along with the entries. */
export class EntryOrigins {
  /** Of `chunkSize` entries each, from entry `#firstId` on: 0 for an entry of no source, else its origin + 1. */
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

  /** Undefined for an entry of no source and for one that was never added or has been dropped. */
  at(id: number): number | undefined {
    const index = id - this.#firstId;
    const code = this.#chunks[Math.floor(index / chunkSize)]?.[index % chunkSize];
    return code ? code - 1 : undefined;
  }

  /** Entries below `id` are held no more. Their origins may still be answered until a whole chunk can be freed. */
  dropBefore(id: number): void {
    while (this.#firstId + chunkSize <= Math.min(id, this.#endId)) {
      this.#chunks.shift();
      this.#firstId += chunkSize;
    }
  }
}
