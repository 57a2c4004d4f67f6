import type {ColdBytes} from './cold-store.ts';
import {newline} from './newlines.ts';
import {findSegment, type SegmentView} from './segment.ts';
import {TextFacts} from './text-facts.ts';

/** Views that are held in memory: a reader that goes over a border and back reads nothing twice. */
const viewsHeld = 4;
/** Markers stay in memory; a log of nothing else must not fill it. */
const mostMarkers = 10_000;

/** A run of entries that left memory: a few dozen bytes for 256 KiB of log. */
export type ColdSegment = {
  readonly firstId: number;
  readonly endId: number;
  readonly markers: number;
  readonly byteLength: number;
  readonly bytes: ColdBytes;
};

/** The old end of a log buffer, read back from outside of memory a segment at a time. */
export class ColdPart {
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
    return at === bytes.length ? {firstId, endId, bytes, starts, open: false, facts: new TextFacts()} : undefined;
  }
}

function linesOf({firstId, endId, markers}: ColdSegment): number {
  return endId - firstId - markers;
}
