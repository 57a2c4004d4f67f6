import {type LogBuffer, stepCost} from '../../buffer/log-buffer.ts';
import type {Marker} from '../../buffer/markers.ts';
import type {SegmentView} from '../../buffer/segment.ts';
import {timeOfBytes} from '../../records/line-head.ts';

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
  read(limit: RunLimit, sink: MergeSink): number {
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

/** How far a run of lines may go: to records of this time, to this entry, to about so many bytes. */
type RunLimit = {readonly until: number; readonly endId: number; readonly maxBytes: number};

/**
 * What an entry costs beside its bytes, in bytes: copying one takes 0.3 to 0.5 µs, whether the line is empty or has 180
 * bytes. So a step over 1 MiB is short beside a slice of 8 ms.
 */
const entryCost = 512;

/**
 * Walks once over the entries of a buffer and knows when each was logged: an entry without a time of its own (a
 * continuation line, a marker) has that of the record before it. The buffer must not change without a `refresh`.
 */
export class RecordWalk {
  readonly #buffer: LogBuffer;
  #nextId: number;
  #endId: number;
  /** The one that the next entry stands in. */
  #segment: SegmentView | undefined;
  #isLine = false;
  #startsRecord = false;
  #time = Number.NEGATIVE_INFINITY;
  /** First entry of the segment that was read back last, and what that cost. */
  #coldId: number | undefined;
  #coldCost = 0;

  /** Begins with the entry `firstId`; there is nothing to take until `refresh` says so. */
  constructor(buffer: LogBuffer, firstId = buffer.firstId) {
    this.#buffer = buffer;
    this.#nextId = firstId;
    this.#endId = this.#nextId;
  }

  /** Id of the next entry. */
  get nextId(): number {
    return this.#nextId;
  }

  get hasNext(): boolean {
    return this.#nextId < this.#endId;
  }

  /** The next entry can be taken. One that could not be read back has left the buffer: the next `refresh` passes it. */
  get isReadable(): boolean {
    return this.hasNext && this.#segment !== undefined;
  }

  /** The next entry has a time of its own. */
  get startsRecord(): boolean {
    return this.#startsRecord;
  }

  /** Wall milliseconds of the record that the next entry belongs to; −∞ before the first record. */
  get time(): number {
    return this.#time;
  }

  /** The buffer may have changed. The walk goes on with the next entry that is held, and to `endId` from now on. */
  refresh(endId: number): void {
    this.#nextId = Math.max(this.#nextId, this.#buffer.firstId);
    this.#endId = endId;
    this.#segment = undefined;
    this.#look();
  }

  /** What it has cost since this was last asked to read what is not in memory, in bytes. */
  takeColdCost(): number {
    const cost = this.#coldCost;
    this.#coldCost = 0;
    return cost;
  }

  /** Passes the next entry if it is a marker, and answers it. */
  takeMarker(): Marker | undefined {
    const marker = this.#isLine ? undefined : this.#buffer.markerAt(this.#nextId);
    if (!marker) return undefined;
    this.#nextId += 1;
    this.#look();
    return marker;
  }

  /**
   * Passes the next line, and those after it that are within the limits or belong to the line before them. May stop
   * short of the limits. The bytes are a view, with all newlines; only a line that has not ended has none.
   */
  takeLines(limit: RunLimit): {readonly bytes: Uint8Array; readonly count: number} {
    const segment = this.#segment;
    if (!segment) throw new Error('takeLines needs isReadable');
    const firstId = this.#nextId;
    const start = startOf(segment, firstId);
    let cost: number;
    do {
      this.#nextId += 1;
      this.#look();
      cost = startOf(segment, this.#nextId) - start + (this.#nextId - firstId) * entryCost;
    } while (this.#isLine && this.#segment === segment && cost < limit.maxBytes && this.#isWithin(limit));
    return {bytes: segment.bytes.subarray(start, startOf(segment, this.#nextId)), count: this.#nextId - firstId};
  }

  #isWithin({until, endId}: RunLimit): boolean {
    return !this.#startsRecord || (this.#time <= until && this.#nextId < endId);
  }

  /** Looks at the next entry, if there is one. */
  #look(): void {
    this.#isLine = false;
    this.#startsRecord = false;
    if (!this.hasNext) return;
    if (!this.#segment || this.#nextId >= this.#segment.endId) this.#segment = this.#segmentOfNext();
    if (!this.#segment) return;
    const start = startOf(this.#segment, this.#nextId);
    const end = startOf(this.#segment, this.#nextId + 1);
    this.#isLine = end > start;
    const time = this.#isLine ? timeOfBytes(this.#segment.bytes.subarray(start, end - 1)) : undefined;
    if (time === undefined) return;
    this.#startsRecord = true;
    this.#time = time;
  }

  #segmentOfNext(): SegmentView | undefined {
    const segment = this.#buffer.segmentAt(this.#nextId);
    if (!segment || this.#nextId >= this.#buffer.memoryFirstId || segment.firstId === this.#coldId) return segment;
    this.#coldId = segment.firstId;
    this.#coldCost += stepCost(this.#buffer, this.#nextId, segment.bytes.length);
    return segment;
  }
}

/** Where the entry, or what follows the last one, starts in the segment's bytes. */
function startOf(segment: SegmentView, id: number): number {
  return segment.starts[id - segment.firstId] ?? segment.bytes.length;
}

/** Holds what arrives for a while: entries are due a fixed time after they were noticed, in their order. */
export class DueWindow {
  readonly #length: number;
  /** What is not due yet: up to which entry, and when it is. Oldest first. */
  readonly #arrivals: {readonly endId: number; readonly dueAt: number}[] = [];
  #arrived: number;
  #endId: number;

  /** `length`: milliseconds. Entries below `endId` are due from the start. */
  constructor(length: number, endId: number) {
    this.#length = length;
    this.#arrived = endId;
    this.#endId = endId;
  }

  /** Entries below are due. */
  get endId(): number {
    return this.#endId;
  }

  /** When more will be due; undefined when nothing is waited for. */
  get nextAt(): number | undefined {
    return this.#arrivals[0]?.dueAt;
  }

  /** Entries below `endId` are there at `now`; what is new among them is due after the window. */
  notice(endId: number, now: number): void {
    if (endId <= this.#arrived) return;
    this.#arrived = endId;
    this.#arrivals.push({endId, dueAt: now + this.#length});
  }

  /** Time has come to `now`. */
  advance(now: number): void {
    for (let [first] = this.#arrivals; first && first.dueAt <= now; [first] = this.#arrivals) {
      this.#endId = first.endId;
      this.#arrivals.shift();
    }
  }

  /** Everything below `endId` is due now, and nothing is waited for. */
  finish(endId: number): void {
    this.#arrivals.length = 0;
    this.#arrived = endId;
    this.#endId = endId;
  }
}
