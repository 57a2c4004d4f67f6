import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Marker} from '../buffer/marker.ts';
import type {SegmentView} from '../buffer/segment.ts';
import {stepCost} from '../buffer/step-cost.ts';
import {timeOfBytes} from '../records/time-text.ts';

/** How far a run of lines may go: to records of this time, to this entry, to about so many bytes. */
export type RunLimit = {readonly until: number; readonly endId: number; readonly maxBytes: number};

/**
 * What an entry costs beside its bytes, in bytes: copying one takes 0.3 to 0.5 µs, whether the line is empty or has 180
 * bytes. So a step over 1 MiB is short beside a slice of 8 ms.
 */
export const entryCost = 512;

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
