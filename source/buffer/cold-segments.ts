import type {Marker, MarkerStore} from './markers.ts';
import {findSegment, newline, type Segment, type SegmentView} from './segment.ts';
import {StyleJoints} from './style-joints.ts';

/** The bytes of some entries in a row that are kept outside of memory. */
export type ColdBytes = {
  /** False once they were deleted: cheap, asks no disk. */
  readonly isKept: () => boolean;
  /** Reads them, newlines included, in a few milliseconds at the most; undefined when they cannot be had any more. */
  readonly read: () => Buffer | undefined;
};

/** A run of entries whose bytes are kept outside of memory, as `LogBuffer.addPast` takes it. */
export type PastBlock = {
  readonly lines: number;
  readonly byteLength: number;
  /** Its markers in order; `line`: how many of its lines stand before it. */
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
  /** Answers where the segment's bytes are kept; undefined when they are not, and so are gone. */
  readonly keep: (segment: LeavingSegment) => ColdBytes | undefined;
};

/**
 * The entries of a log buffer that are older than its memory: the cold store keeps them, or they are gone. What is held
 * has no hole: when something is gone, all that is older goes with it.
 */
export class ColdSegments {
  readonly #markers: MarkerStore;
  readonly #cold: ColdPart;
  #droppedLines = 0;
  #droppedBytes = 0;
  #failedReads = 0;
  /** What leaves memory from now on is asked of it; undefined: it is gone. */
  store: ColdStore | undefined;

  /** `markers`: those of the whole buffer, of which those that are gone are taken out. */
  constructor(markers: MarkerStore) {
    this.#markers = markers;
    this.#cold = new ColdPart((id) => markers.get(id) !== undefined);
  }

  /** Id of the oldest entry that is held; undefined when there is none. */
  get firstId(): number | undefined {
    return this.#cold.firstId;
  }

  /** Lines held. */
  get lines(): number {
    return this.#cold.lines;
  }

  /** Bytes held, newlines included. */
  get byteLength(): number {
    return this.#cold.byteLength;
  }

  /** Lines that are gone. */
  get droppedLines(): number {
    return this.#droppedLines;
  }

  /** Lines held and gone. */
  get allLines(): number {
    return this.#droppedLines + this.#cold.lines;
  }

  /** Bytes held and gone, newlines included. */
  get allBytes(): number {
    return this.#droppedBytes + this.#cold.byteLength;
  }

  /** How often something that was held could not be read, and so is gone. */
  get failedReads(): number {
    return this.#failedReads;
  }

  /** The store has every entry below this id. Infinity without one: there is nothing to wait for. */
  get keptTo(): number {
    return this.store?.keptTo ?? Number.POSITIVE_INFINITY;
  }

  /** See `LogBuffer.lastBytes`; undefined: memory has as many. */
  lastBytes(bytes: number): {readonly id: number; readonly linesBefore: number} | undefined {
    const segment = this.#cold.segmentBefore(bytes);
    return segment && {id: segment.firstId, linesBefore: this.allLines - segment.linesFrom};
  }

  /** Takes over a segment that leaves memory: the store keeps it, or it is gone. */
  add(segment: Segment): void {
    const {firstId, endId, markers, length: byteLength} = segment;
    const bytes = this.store?.keep({firstId, endId, byteOffset: this.allBytes, byteLength});
    if (bytes) {
      this.#cold.push({firstId, endId, markers, byteLength, bytes});
      this.shrink();
    } else this.drop(segment);
  }

  /** Counts a segment that leaves memory as gone, whatever the store has. */
  drop({endId, markers, count, length}: Segment): void {
    while (this.#cold.firstId !== undefined) this.#dropOldest();
    this.#droppedLines += count - markers;
    this.#droppedBytes += length;
    this.#markers.dropBelow(endId);
  }

  /** Adds a run of entries of an earlier time, of which the first one has this id. Answers the id after the last one. */
  addPast(firstId: number, {lines, byteLength, markers, bytes}: PastBlock): number {
    for (const [index, {line, marker}] of markers.entries()) this.#markers.add(firstId + line + index, marker);
    const endId = firstId + lines + markers.length;
    this.#cold.push({firstId, endId, markers: markers.length, byteLength, bytes});
    this.shrink();
    return endId;
  }

  /** Lets go of what the store has deleted, and of what is too much for its markers. */
  shrink(): void {
    while (this.#cold.shouldShrink) this.#dropOldest();
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
    if (id < (this.#cold.firstId ?? Number.POSITIVE_INFINITY)) return undefined;
    const view = this.#cold.view(id);
    if (view) return view;
    this.#failedReads += 1;
    while ((this.#cold.firstId ?? id + 1) <= id) this.#dropOldest();
    return undefined;
  }

  #dropOldest(): void {
    const dropped = this.#cold.shift();
    if (!dropped) return;
    this.#droppedLines += dropped.endId - dropped.firstId - dropped.markers;
    this.#droppedBytes += dropped.byteLength;
    this.#markers.dropBelow(dropped.endId);
  }
}

/** Views that are held in memory: a reader that goes over a border and back reads nothing twice. */
const viewsHeld = 4;
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

/** The old end of a log buffer, read back from outside of memory a segment at a time. */
class ColdPart {
  readonly #isMarker: (id: number) => boolean;
  /** Oldest first, without a hole. */
  #segments: ColdSegment[] = [];
  /** The last one used is the last one. */
  readonly #views: SegmentView[] = [];
  lines = 0;
  markers = 0;
  byteLength = 0;

  constructor(isMarker: (id: number) => boolean) {
    this.#isMarker = isMarker;
  }

  /** Undefined when it is empty. */
  get firstId(): number | undefined {
    return this.#segments[0]?.firstId;
  }

  /** One past the newest entry; 0 when it is empty. */
  get endId(): number {
    return this.#segments.at(-1)?.endId ?? 0;
  }

  /** There are more markers than memory should hold, or the oldest bytes were deleted. */
  get shouldShrink(): boolean {
    return this.markers > mostMarkers || this.#segments[0]?.bytes.isKept() === false;
  }

  /** The newest segment from which on there are at least so many bytes, or the oldest one; undefined: it is empty. */
  segmentBefore(bytes: number): {readonly firstId: number; readonly linesFrom: number} | undefined {
    let found: {firstId: number; linesFrom: number} | undefined;
    let linesFrom = 0;
    let left = bytes;
    for (let index = this.#segments.length - 1; index >= 0 && left > 0; index--) {
      const segment = this.#segments[index];
      if (!segment) break;
      left -= segment.byteLength;
      linesFrom += linesOf(segment);
      found = {firstId: segment.firstId, linesFrom};
    }
    return found;
  }

  /** The segment goes on where the newest one ends. */
  push(segment: ColdSegment): void {
    this.#segments.push(segment);
    this.#count(segment, 1);
  }

  /** Forgets the oldest segment and answers it. */
  shift(): ColdSegment | undefined {
    const segment = this.#segments.shift();
    if (segment) this.#count(segment, -1);
    const viewed = this.#views.findIndex(({firstId}) => firstId === segment?.firstId);
    if (viewed !== -1) this.#views.splice(viewed, 1);
    return segment;
  }

  /** The segment that holds `id`, which is not below the first nor beyond the last; undefined: it cannot be read. */
  view(id: number): SegmentView | undefined {
    const viewed = this.#views.findIndex(({firstId, endId}) => firstId <= id && id < endId);
    const [known] = viewed === -1 ? [] : this.#views.splice(viewed, 1);
    const view = known ?? this.#read(findSegment(this.#segments, id));
    if (!view) return undefined;
    this.#views.push(view);
    if (this.#views.length > viewsHeld) this.#views.shift();
    return view;
  }

  #count(segment: ColdSegment, by: 1 | -1): void {
    this.lines += by * linesOf(segment);
    this.markers += by * segment.markers;
    this.byteLength += by * segment.byteLength;
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
      if (markers > 0 && this.#isMarker(firstId + index)) continue;
      at = bytes.indexOf(newline, at) + 1;
      // Fewer lines than there were: something else has written there.
      if (at === 0) return undefined;
    }
    return at === bytes.length ? {firstId, endId, bytes, starts, open: false, facts: new StyleJoints()} : undefined;
  }
}

function linesOf({firstId, endId, markers}: ColdSegment): number {
  return endId - firstId - markers;
}
