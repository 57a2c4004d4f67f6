import type {Marker, MarkerStore} from './markers.ts';
import {findSegment, newline, type Segment, type SegmentView} from './segment.ts';
import {StyleJoints} from './style-joints.ts';

/** The bytes of some entries in a row that are kept outside of memory. */
export type ColdBytes = {
  /** False once they were deleted. Cheap: without disk access. */
  readonly isKept: () => boolean;
  /** Reads them, newlines included, within a few milliseconds; undefined when they cannot be read any more. */
  readonly read: () => Buffer | undefined;
};

/** A run of entries whose bytes are kept outside of memory, for `LogBuffer.addPast`. */
export type PastBlock = {
  readonly lines: number;
  readonly byteLength: number;
  /** Its markers in order; `line`: how many of its lines come before it. */
  readonly markers: readonly {readonly line: number; readonly marker: Marker}[];
  readonly bytes: ColdBytes;
};

/** A segment that is about to leave memory. Offsets count every byte that the buffer ever held, its past included. */
export type LeavingSegment = {
  readonly firstId: number;
  readonly endId: number;
  readonly byteOffset: number;
  readonly byteLength: number;
};

/** Keeps outside of memory what a log buffer drops. */
export type ColdStore = {
  /** Every entry below this id is kept. */
  readonly keptTo: number;
  /** Returns where the segment's bytes are kept; undefined when they are not, and so are gone. */
  readonly keep: (segment: LeavingSegment) => ColdBytes | undefined;
};

/** Views that are held in memory: a reader that goes over a border and back reads nothing twice. */
const mostViews = 4;
/** Markers stay in memory; a log of nothing else must not fill it. */
const mostMarkers = 10_000;

/** A run of entries that left memory: a few dozen bytes for 256 KiB of log. */
type ColdSegment = {
  readonly firstId: number;
  readonly endId: number;
  readonly markers: number;
  readonly byteLength: number;
  readonly bytes: ColdBytes;
};

/**
 * The entries of a log buffer that are older than its memory: the cold store keeps them and they are read back a segment
 * at a time, or they are gone. What is held has no hole: when something is gone, all that is older goes with it.
 */
export class ColdSegments {
  /** Keeps what leaves memory from now on; undefined: it is gone. */
  store: ColdStore | undefined;
  /** Lines held. */
  lines = 0;
  /** Bytes held, newlines included. */
  byteLength = 0;
  /** Lines that are gone. */
  droppedLines = 0;
  /** How often something that was held could not be read, and so is gone. */
  failedReads = 0;
  #markerCount = 0;
  #droppedBytes = 0;
  readonly #markers: MarkerStore;
  /** Oldest first, without a hole. */
  readonly #segments: ColdSegment[] = [];
  /** The one used last comes last. */
  readonly #views: SegmentView[] = [];

  /** `markers`: those of the whole buffer, of which those that are gone are taken out. */
  constructor(markers: MarkerStore) {
    this.#markers = markers;
  }

  /** Id of the oldest entry that is held; undefined when there is none. */
  get firstId(): number | undefined {
    return this.#segments[0]?.firstId;
  }

  /** Lines held and gone. */
  get allLines(): number {
    return this.droppedLines + this.lines;
  }

  /** Bytes held and gone, newlines included. */
  get allBytes(): number {
    return this.#droppedBytes + this.byteLength;
  }

  /** The store has every entry below this id. Infinity without one: there is nothing to wait for. */
  get keptTo(): number {
    return this.store?.keptTo ?? Number.POSITIVE_INFINITY;
  }

  /** See `LogBuffer.lastBytes`; undefined: memory has as many. */
  lastBytes(bytes: number): {readonly id: number; readonly linesBefore: number} | undefined {
    let found: {readonly id: number; readonly linesBefore: number} | undefined;
    let linesBefore = this.allLines;
    let left = bytes;
    for (let index = this.#segments.length - 1; index >= 0 && left > 0; index--) {
      const segment = this.#segments[index];
      if (!segment) break;
      left -= segment.byteLength;
      linesBefore -= linesOf(segment);
      found = {id: segment.firstId, linesBefore};
    }
    return found;
  }

  /** Adds a segment that leaves memory: the store keeps it, or it is gone. */
  add(segment: Segment): void {
    const {firstId, endId, markers, length: byteLength} = segment;
    const bytes = this.store?.keep({firstId, endId, byteOffset: this.allBytes, byteLength});
    if (bytes) this.#add({firstId, endId, markers, byteLength, bytes});
    else this.drop(segment);
  }

  /** Counts a segment that leaves memory as gone, whatever the store has. */
  drop({endId, markers, count, length}: Segment): void {
    while (this.#segments.length > 0) this.#dropOldest();
    this.droppedLines += count - markers;
    this.#droppedBytes += length;
    this.#markers.dropBelow(endId);
  }

  /** Adds a run of entries of an earlier time, of which the first one has this id. Returns the id after the last one. */
  addPast(firstId: number, {lines, byteLength, markers, bytes}: PastBlock): number {
    for (const [index, {line, marker}] of markers.entries()) this.#markers.add(firstId + line + index, marker);
    const endId = firstId + lines + markers.length;
    this.#add({firstId, endId, markers: markers.length, byteLength, bytes});
    return endId;
  }

  /** Drops what the store has deleted, and what is too much for its markers. */
  shrink(): void {
    while (this.#markerCount > mostMarkers || this.#segments[0]?.bytes.isKept() === false) this.#dropOldest();
  }

  /** See `LogBuffer.lineAt`. As below, `id` is older than memory. */
  lineAt(id: number): Buffer | undefined {
    const view = this.segmentAt(id);
    if (!view) return undefined;
    const index = id - view.firstId;
    const start = view.starts[index] ?? 0;
    const end = view.starts[index + 1] ?? view.bytes.length;
    return start === end ? undefined : view.bytes.subarray(start, end - 1);
  }

  /** The segment of an entry, read back; undefined when that is not held. One that cannot be read is gone from now on. */
  segmentAt(id: number): SegmentView | undefined {
    if (id < (this.firstId ?? Number.POSITIVE_INFINITY)) return undefined;
    const index = this.#views.findIndex(({firstId, endId}) => firstId <= id && id < endId);
    const [viewed] = index === -1 ? [] : this.#views.splice(index, 1);
    const view = viewed ?? this.#read(findSegment(this.#segments, id));
    if (view) {
      this.#views.push(view);
      if (this.#views.length > mostViews) this.#views.shift();
      return view;
    }
    this.failedReads += 1;
    while ((this.firstId ?? id + 1) <= id) this.#dropOldest();
    return undefined;
  }

  /** The starts are not kept: finding them again costs less than reading the bytes. */
  #read(segment: ColdSegment | undefined): SegmentView | undefined {
    const bytes = segment?.bytes.read();
    if (!segment || bytes?.length !== segment.byteLength) return undefined;
    const {firstId, endId, markers} = segment;
    const starts = new Uint32Array(endId - firstId);
    let at = 0;
    for (let index = 0; index < starts.length; index++) {
      starts[index] = at;
      if (markers > 0 && this.#markers.get(firstId + index)) continue;
      at = bytes.indexOf(newline, at) + 1;
      // Fewer lines than there were: something else has written there.
      if (at === 0) return undefined;
    }
    return at === bytes.length
      ? {firstId, endId, bytes, starts, open: false, styleJoints: new StyleJoints()}
      : undefined;
  }

  /** The segment begins where the newest one ends. */
  #add(segment: ColdSegment): void {
    this.#segments.push(segment);
    this.#count(segment, 1);
    this.shrink();
  }

  #dropOldest(): void {
    const dropped = this.#segments.shift();
    if (!dropped) return;
    const viewed = this.#views.findIndex(({firstId}) => firstId === dropped.firstId);
    if (viewed !== -1) this.#views.splice(viewed, 1);
    this.#count(dropped, -1);
    this.droppedLines += linesOf(dropped);
    this.#droppedBytes += dropped.byteLength;
    this.#markers.dropBelow(dropped.endId);
  }

  #count(segment: ColdSegment, by: 1 | -1): void {
    this.lines += by * linesOf(segment);
    this.byteLength += by * segment.byteLength;
    this.#markerCount += by * segment.markers;
  }
}

function linesOf({firstId, endId, markers}: ColdSegment): number {
  return endId - firstId - markers;
}
