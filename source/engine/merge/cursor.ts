import {stepCost} from '../buffer/cold-segments.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Marker} from '../buffer/markers.ts';
import type {SegmentView} from '../buffer/segment.ts';
import {timeOfBytes} from '../records/line-head.ts';

export type MergeSink = {
  /**
   * Whole lines with newlines; only an open last line has none. The array is valid only during the call. Returns the id
   * of the last one in the merged log.
   */
  readonly lines: (bytes: Uint8Array, origin: number) => number;
  /** Appends to `copyId`, the copy of a line that was read while open, or begins another copy. Returns its id. */
  readonly rest: (rest: LineRest, origin: number) => number;
  /** Returns the id of the marker in the merged log. */
  readonly marker: (marker: Marker, origin: number) => number | undefined;
  readonly replaceMarker: (id: number, marker: Marker) => void;
  /** This many lines of the source are not read: they are before the first one, or were dropped meanwhile. */
  readonly missed: (lines: number, origin: number) => void;
};

export type LineRest = {readonly copyId: number; readonly bytes: Uint8Array; readonly isWhole: boolean};

export type MergeCursorOptions = {
  readonly buffer: LogBuffer;
  /** Index of the source. */
  readonly origin: number;
  /** Milliseconds from an entry's arrival until it is due; what the buffer holds at the start is due at once. */
  readonly window: number;
  /** Milliseconds in which nothing was added to an open line until it is due: a last line may have no newline. */
  readonly quiet: number;
  /** Monotonic milliseconds. */
  readonly now: number;
  /** The first entry is about this many bytes before the end: a recorded past may be a thousand times larger. */
  readonly reach: number;
};

/** A run of lines ends before a record after `until`, before `endId`, or after about `maxBytes`. */
type RunLimit = {readonly until: number; readonly endId: number; readonly maxBytes: number};

/** Cost of an entry beside its bytes, in bytes: to copy one takes 0.3 to 0.5 µs, whether empty or of 180 bytes. */
const entryCost = 512;

/** Reads the due entries of a source, and an open line once it is quiet. One without a time has the last record's. */
export class MergeCursor {
  readonly origin: number;
  /** The source's tab may be closed before all is read. */
  readonly release: () => void;
  readonly #buffer: LogBuffer;
  readonly #window: number;
  readonly #quiet: number;
  readonly #reach: number;

  /** Entries below `endId` are due at `dueAt` (monotonic milliseconds). Oldest first. */
  readonly #arrivals: {readonly endId: number; readonly dueAt: number}[] = [];
  #arrivedEnd = 0;
  #dueEnd = 0;
  /** When the open line is due, unless something is added to it; undefined: there is nothing new of one. */
  #openDueAt: number | undefined;
  /** Bytes of the source at its last change. */
  #bytes = 0;
  /** The last line that was read, while it was open: so many bytes of it. */
  #partial: {readonly id: number; readonly length: number; readonly copyId: number} | undefined;
  /** The end of a source that was left. */
  #leftAt: number | undefined;

  #nextId = 0;
  #endId = 0;
  /** The segment of the next entry. */
  #segment: SegmentView | undefined;
  #isLine = false;
  #startsRecord = false;
  #time = Number.NEGATIVE_INFINITY;
  /** First entry of the segment that was last read back, and what that cost. */
  #coldId: number | undefined;
  #coldCost = 0;

  #hasRead = false;
  /** All lines of the source before the next entry, dropped ones included. */
  #linesBefore = 0;
  /** Lines before the next entry that the merged log does not have. */
  #missed = 0;
  /** The last marker read, and the id of its copy: the source may still correct it, but no earlier one. */
  #marker: {readonly id: number; readonly copyId: number; readonly marker: Marker} | undefined;

  constructor({buffer, origin, window, quiet, now, reach}: MergeCursorOptions) {
    this.#buffer = buffer;
    this.release = buffer.hold();
    this.origin = origin;
    this.#window = window;
    this.#quiet = quiet;
    this.#reach = reach;
    this.#begin();
    this.#setDueTo(buffer.endedTo);
    this.onChange(now);
  }

  /** Due or not. */
  get hasNext(): boolean {
    return this.#nextId < this.#endId;
  }

  get isDue(): boolean {
    return this.hasNext && this.#nextId < this.#dueEnd;
  }

  /** Entries below this id are due. */
  get dueEnd(): number {
    return this.#dueEnd;
  }

  /** Monotonic milliseconds when more will be due; undefined when nothing waits. */
  get dueAt(): number | undefined {
    return this.#arrivals[0]?.dueAt ?? this.#openDueAt;
  }

  /** Monotonic milliseconds when an open line will be due; undefined when none waits. */
  get openDueAt(): number | undefined {
    return this.#openDueAt;
  }

  /** Unix time in ms of the record that the next entry belongs to; −∞ before the first record. */
  get time(): number {
    return this.#time;
  }

  /** The next entry belongs to the record that was read last. */
  get isContinued(): boolean {
    return this.#hasRead && this.hasNext && !this.#startsRecord;
  }

  /** The source was left, and everything read. */
  get isDone(): boolean {
    return this.#leftAt !== undefined && !this.hasNext && !this.#partial;
  }

  /** New entries of the source are due one window after `now`. */
  onChange(now: number): void {
    const {endedTo: endId, hasOpenLine, totalBytes} = this.#buffer;
    if (this.#leftAt !== undefined) return;
    if (!hasOpenLine) this.#openDueAt = undefined;
    else if (totalBytes !== this.#bytes) this.#openDueAt = now + this.#quiet;
    this.#bytes = totalBytes;
    if (endId <= this.#arrivedEnd) return;
    this.#arrivedEnd = endId;
    this.#arrivals.push({endId, dueAt: now + this.#window});
  }

  /** All that the source holds is due at once. If nothing was read yet, the end of that is: it may have come since. */
  setDue(): void {
    if (!this.#hasRead) this.#begin();
    if (this.#leftAt === undefined) this.#setDueTo(this.#buffer.endedTo);
  }

  /** All that the source holds, an open line included, is due at once; nothing later is read. */
  leave(): void {
    this.#leftAt ??= this.#buffer.endId;
    this.#openDueAt = undefined;
    this.#setDueTo(this.#leftAt);
  }

  /** Follows the source to its state at `now`; it must not change until the last `read`. Returns the cost in bytes. */
  refresh(now: number, sink: MergeSink): number {
    this.onChange(now);
    for (let [first] = this.#arrivals; first && first.dueAt <= now; [first] = this.#arrivals) {
      this.#dueEnd = first.endId;
      this.#arrivals.shift();
    }
    const isOpenDue = this.#openDueAt !== undefined && this.#openDueAt <= now;
    if (isOpenDue) this.#dueEnd = this.#buffer.endId;
    this.#countDropped();
    this.#correctMarker(sink);
    this.#readRest(sink, isOpenDue);
    this.#nextId = Math.max(this.#nextId, this.#buffer.firstId);
    this.#endId = this.#leftAt ?? (isOpenDue ? this.#buffer.endId : this.#buffer.endedTo);
    this.#segment = undefined;
    this.#readHead();
    return this.#drainColdCost();
  }

  /** Reads a marker, or lines up to the limit. Returns the cost in bytes; `maxBytes` if nothing could be read back. */
  read(limit: RunLimit, sink: MergeSink): number {
    // This ends the step: the next one begins with `refresh`, which counts what was lost.
    if (!this.#segment) return limit.maxBytes;
    this.#hasRead = true;
    if (this.#missed > 0) sink.missed(this.#missed, this.origin);
    this.#missed = 0;
    const marker = this.#isLine ? undefined : this.#buffer.markerAt(this.#nextId);
    if (!marker) return this.#readLines(this.#segment, limit, sink) + this.#drainColdCost();
    const copyId = sink.marker(marker, this.origin);
    this.#marker = copyId === undefined ? undefined : {id: this.#nextId, copyId, marker};
    this.#nextId += 1;
    this.#readHead();
    return entryCost + this.#drainColdCost();
  }

  /** The next run continues a record that ends behind `maxBytes` or in another segment. */
  #readLines(segment: SegmentView, limit: RunLimit, sink: MergeSink): number {
    const firstId = this.#nextId;
    const start = startOf(segment, firstId);
    let cost: number;
    do {
      this.#nextId += 1;
      this.#readHead();
      cost = startOf(segment, this.#nextId) - start + (this.#nextId - firstId) * entryCost;
    } while (this.#isLine && this.#segment === segment && cost < limit.maxBytes && this.#isWithin(limit));
    this.#linesBefore += this.#nextId - firstId;
    const copyId = sink.lines(segment.bytes.subarray(start, startOf(segment, this.#nextId)), this.origin);
    if (this.#nextId > this.#buffer.endedTo && this.#leftAt === undefined) {
      const id = this.#nextId - 1;
      this.#partial = {id, copyId, length: this.#buffer.lineAt(id)?.length ?? 0};
      this.#openDueAt = undefined;
    }
    return cost;
  }

  /** Reads what has come of the line that was open, once it is whole, or quiet again. */
  #readRest(sink: MergeSink, isOpenDue: boolean): void {
    const partial = this.#partial;
    if (!partial) return;
    const isWhole = partial.id < this.#buffer.endedTo || this.#leftAt !== undefined;
    if (!isWhole && !isOpenDue) return;
    const bytes = Buffer.from(this.#buffer.lineAt(partial.id)?.subarray(partial.length) ?? []);
    const copyId = sink.rest({copyId: partial.copyId, bytes, isWhole}, this.origin);
    this.#partial = isWhole ? undefined : {...partial, copyId, length: partial.length + bytes.length};
    this.#openDueAt = isWhole ? this.#openDueAt : undefined;
  }

  #isWithin({until, endId}: RunLimit): boolean {
    return !this.#startsRecord || (this.#time <= until && this.#nextId < endId);
  }

  /** Reads the kind and the time of the next entry. */
  #readHead(): void {
    this.#isLine = false;
    this.#startsRecord = false;
    if (!this.hasNext) return;
    if (!this.#segment || this.#nextId >= this.#segment.endId) this.#segment = this.#segmentOfNext();
    if (!this.#segment) return;
    const start = startOf(this.#segment, this.#nextId);
    const end = startOf(this.#segment, this.#nextId + 1);
    this.#isLine = end > start;
    const isOpen = this.#segment.open && this.#nextId + 1 === this.#segment.endId;
    const time = this.#isLine ? this.#timeOf(this.#segment.bytes.subarray(start, isOpen ? end : end - 1)) : undefined;
    if (time === undefined) return;
    this.#startsRecord = true;
    this.#time = time;
  }

  #timeOf(line: Buffer): number | undefined {
    return timeOfBytes(this.#buffer.canonicalAt(this.#nextId, line) ?? line);
  }

  #segmentOfNext(): SegmentView | undefined {
    const segment = this.#buffer.segmentAt(this.#nextId);
    if (!segment || this.#nextId >= this.#buffer.unpackedFirstId || segment.firstId === this.#coldId) return segment;
    this.#coldId = segment.firstId;
    this.#coldCost += stepCost(this.#buffer, this.#nextId, segment.bytes.length);
    return segment;
  }

  #drainColdCost(): number {
    const cost = this.#coldCost;
    this.#coldCost = 0;
    return cost;
  }

  /** Counts lines that the source dropped unread; none before the first entry, where the merged log begins. */
  #countDropped(): void {
    const {firstId, droppedLines} = this.#buffer;
    if (this.#nextId >= firstId) return;
    if (this.#hasRead) this.#missed += droppedLines - this.#linesBefore;
    this.#linesBefore = droppedLines;
  }

  #begin(): void {
    const {id, linesBefore} = this.#buffer.lastBytes(this.#reach);
    this.#linesBefore = linesBefore;
    this.#missed = linesBefore - this.#buffer.droppedLines;
    this.#nextId = id;
    this.#endId = id;
  }

  /** Copies what the source has changed in its last marker. */
  #correctMarker(sink: MergeSink): void {
    if (!this.#marker) return;
    const marker = this.#buffer.markerAt(this.#marker.id);
    if (!marker || marker === this.#marker.marker) return;
    this.#marker = {...this.#marker, marker};
    sink.replaceMarker(this.#marker.copyId, marker);
  }

  #setDueTo(endId: number): void {
    this.#arrivals.length = 0;
    this.#arrivedEnd = endId;
    this.#dueEnd = endId;
  }
}

/** Offset of an entry in the segment's bytes; behind the last entry: their length. */
function startOf(segment: SegmentView, id: number): number {
  return segment.starts[id - segment.firstId] ?? segment.bytes.length;
}
