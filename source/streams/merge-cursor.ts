import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Marker} from '../buffer/marker.ts';
import {DueWindow} from './due-window.ts';
import {entryCost, RecordWalk, type RunLimit} from './record-walk.ts';

/** Where a cursor puts what it takes. */
export type MergeSink = {
  /** Whole lines with their newlines; only a line that was left unfinished has none. A view: not to be kept. */
  readonly lines: (bytes: Uint8Array, origin: number) => void;
  /** Answers the id under which the marker stands. */
  readonly marker: (marker: Marker, origin: number) => number | undefined;
  readonly replaceMarker: (id: number, marker: Marker) => void;
  /** So many lines were dropped by the source before they could be taken. */
  readonly missed: (lines: number, origin: number) => void;
};

/** Takes the entries of one source, in order, each once, when they have ended. */
export class MergeCursor {
  readonly origin: number;
  readonly #buffer: LogBuffer;
  readonly #walk: RecordWalk;
  readonly #due: DueWindow;
  /** Where a source ends that was left. */
  #leftAt: number | undefined;
  #begun = false;
  /** Lines that the source ever had before the next entry. */
  #linesBefore: number;
  #missed = 0;
  /** The marker taken last, and the id of its copy: the source may still correct it, and it alone. */
  #marker: {readonly id: number; readonly copyId: number; readonly marker: Marker} | undefined;

  /**
   * What the buffer holds is due at once; what comes later, `window` milliseconds after it was noticed. Begins about
   * `reach` bytes before the end: a recorded past may be a thousand times what there is room for.
   */
  constructor(options: {
    readonly buffer: LogBuffer;
    readonly origin: number;
    readonly window: number;
    readonly reach: number;
  }) {
    this.#buffer = options.buffer;
    this.origin = options.origin;
    const {id, linesBefore} = this.#buffer.lastBytes(options.reach);
    this.#linesBefore = linesBefore;
    this.#walk = new RecordWalk(this.#buffer, id);
    this.#due = new DueWindow(options.window, this.#ended());
  }

  /** There is an entry to take, due or not. */
  get hasNext(): boolean {
    return this.#walk.hasNext;
  }

  get isDue(): boolean {
    return this.hasNext && this.#walk.nextId < this.#due.endId;
  }

  /** Entries below this id are due. */
  get dueEnd(): number {
    return this.#due.endId;
  }

  /** Monotonic milliseconds when more will be due; undefined when nothing is waited for. */
  get dueAt(): number | undefined {
    return this.#due.nextAt;
  }

  /** Wall milliseconds of the record that the next entry belongs to; −∞ before the first record. */
  get time(): number {
    return this.#walk.time;
  }

  /** The next entry belongs to the one taken last. */
  get isContinued(): boolean {
    return this.#begun && this.hasNext && !this.#walk.startsRecord;
  }

  /** The source was left, and everything taken. */
  get isDone(): boolean {
    return this.#leftAt !== undefined && !this.hasNext;
  }

  /** The source may have more at `now`. */
  notice(now: number): void {
    if (this.#leftAt === undefined) this.#due.notice(this.#ended(), now);
  }

  /** What is held now is due at once. */
  hurry(): void {
    if (this.#leftAt === undefined) this.#due.finish(this.#ended());
  }

  /** Takes no more than what is held now, which is due at once; a line that has not ended stands as it is. */
  leave(): void {
    this.#leftAt ??= this.#buffer.endId;
    this.#due.finish(this.#leftAt);
  }

  /**
   * Looks at the source as it is at `now`; it must not change until the last `take` that follows. Answers what that
   * cost, in bytes.
   */
  refresh(now: number, sink: MergeSink): number {
    this.notice(now);
    this.#due.advance(now);
    this.#countDropped();
    this.#correctMarker(sink);
    this.#walk.refresh(this.#leftAt ?? this.#ended());
    return this.#walk.takeColdCost();
  }

  /**
   * Takes the next entry, and if it is a line those after it within the limit. Answers what it cost, in bytes; all that
   * the limit allows for one that could not be read back.
   */
  take(limit: RunLimit, sink: MergeSink): number {
    // The step ends: the next one begins with a refresh, which counts what was lost.
    if (!this.#walk.isReadable) return limit.maxBytes;
    this.#begun = true;
    if (this.#missed > 0) sink.missed(this.#missed, this.origin);
    this.#missed = 0;
    const id = this.#walk.nextId;
    const marker = this.#walk.takeMarker();
    if (marker) {
      const copyId = sink.marker(marker, this.origin);
      this.#marker = copyId === undefined ? undefined : {id, copyId, marker};
      return entryCost + this.#walk.takeColdCost();
    }
    const {bytes, count} = this.#walk.takeLines(limit);
    this.#linesBefore += count;
    sink.lines(bytes, this.origin);
    return bytes.length + count * entryCost + this.#walk.takeColdCost();
  }

  /**
   * What the source has dropped before it was taken is counted, to be said where it would have stood. Before the first
   * entry was taken there is nothing to say: the merged log begins with what is held.
   */
  #countDropped(): void {
    const {firstId, droppedLines} = this.#buffer;
    if (this.#walk.nextId >= firstId) return;
    if (this.#begun) this.#missed += droppedLines - this.#linesBefore;
    this.#linesBefore = droppedLines;
  }

  /** A source folds reconnects into one marker, and corrects what it said last: so does the copy. */
  #correctMarker(sink: MergeSink): void {
    if (!this.#marker) return;
    const marker = this.#buffer.markerAt(this.#marker.id);
    if (!marker || marker === this.#marker.marker) return;
    this.#marker = {...this.#marker, marker};
    sink.replaceMarker(this.#marker.copyId, marker);
  }

  /** One past the last entry that has ended. */
  #ended(): number {
    return this.#buffer.hasOpenLine ? this.#buffer.endId - 1 : this.#buffer.endId;
  }
}
