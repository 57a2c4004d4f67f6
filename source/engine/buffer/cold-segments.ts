import type {Marker, MarkerStore} from './markers.ts';
import {PackedStore, type Packer} from './packed-store.ts';
import {findSegment, newline, type Segment, type SegmentView} from './segment.ts';
import {StyleJoints, visibleBytes} from './style-joints.ts';

/** Bytes of consecutive entries, outside of memory or compressed. */
export type ColdBytes = {
  /** False once they are deleted. Does not read the disk. */
  readonly isStored: () => boolean;
  /** Newlines included, within a few ms; undefined: they cannot be read any more. */
  readonly read: () => Buffer | undefined;
  /** Takes what was read, which nobody uses any more. Undefined: it may be a part of what its reader keeps. */
  readonly giveBack?: ((bytes: Buffer) => void) | undefined;
  /** The first `visibleBytes` alone, of a longer line alone. Undefined: only all of them can be read. */
  readonly readStart?: (() => Buffer | undefined) | undefined;
  /** Bytes of memory that they take, compressed, while they are not read; undefined: none, they are on a disk. */
  readonly memoryBytes?: number;
  /** They are not needed any more. */
  readonly free?: () => void;
};

/** Consecutive entries whose bytes are outside of memory, for `WritableLogBuffer.addPast`. */
export type PastBlock = {
  readonly lines: number;
  readonly byteLength: number;
  /** In order; `line`: number of the block's lines before the marker. */
  readonly markers: readonly {readonly line: number; readonly marker: Marker}[];
  readonly bytes: ColdBytes;
};

/** A line, or the first `visibleBytes` of a longer one. `length`: of all of it. */
export type LineStart = {readonly bytes: Buffer; readonly length: number};

/** A segment that is leaving memory. `byteOffset`: bytes that the buffer ever held before it, its past included. */
export type LeavingSegment = {
  readonly firstId: number;
  readonly endId: number;
  readonly byteOffset: number;
  readonly byteLength: number;
};

/** Keeps what leaves a log buffer's memory. */
export type ColdStore = {
  /** Every entry below this id is kept. */
  readonly storedTo: number;
  /** Returns undefined when the segment's bytes are gone. */
  readonly keep: (segment: LeavingSegment) => ColdBytes | undefined;
};

/** A line up to this length is read as a whole: in 0.3 ms. */
const longestUnpacked = 256 * 1024;
/** Segments held after a read: a reader that crosses a border back and forth reads none twice. */
const mostViews = 4;
/** More of them are left to the engine. */
const mostEvicted = 16;
/** Markers stay in memory: a log of nothing else must not fill it. */
const mostMarkers = 10_000;

/** Bytes that the index of records keeps of an entry in memory. */
const indexedEntryCost = 2;

/** Entries that left memory: a few dozen bytes for 256 KiB of log, and what `bytes` takes. */
type ColdSegment = {
  readonly firstId: number;
  readonly endId: number;
  readonly markers: number;
  readonly byteLength: number;
  readonly bytes: ColdBytes;
  readonly styleJoints: StyleJoints;
  /** Compressed before the store had it: that is asked later. */
  readonly isAwaited?: boolean;
};

/** `release`: frees its bytes; undefined: others may have them. */
type ReadView = SegmentView & {readonly release: ((bytes: Buffer) => void) | undefined};

/** Entries that left memory: read back by segment, or gone. No holes: with a segment all older ones are gone. */
export class ColdSegments {
  /** Store of what leaves memory; undefined: it is gone. */
  store: ColdStore | undefined;
  lines = 0;
  /** Newlines included. */
  byteLength = 0;
  /** Entries from this id on are in memory: what is on a disk, or gone, is before. */
  memoryFirstId = 0;
  /** Bytes of the compressed segments, without what was read back. */
  packedBytes = 0;
  droppedLines = 0;
  /** Failed reads of held segments, which are gone since. */
  failedReads = 0;
  #markerCount = 0;
  #droppedBytes = 0;
  readonly #markers: MarkerStore;
  readonly #packed: PackedStore | undefined;
  /** Oldest first, without a hole. */
  readonly #segments: ColdSegment[] = [];
  /** The most recently used one is last. */
  readonly #views: ReadView[] = [];
  /** They may be in use until the next change. */
  readonly #evicted: ReadView[] = [];

  /** `markers`: of the whole buffer; those of dropped entries are removed. `packer`: keeps what `store` does not. */
  constructor(markers: MarkerStore, packer?: Packer) {
    this.#markers = markers;
    this.#packed = packer && new PackedStore(packer);
  }

  /** Id of the oldest held entry; undefined: there is none. */
  get firstId(): number | undefined {
    return this.#segments[0]?.firstId;
  }

  get allLines(): number {
    return this.droppedLines + this.lines;
  }

  /** Held and gone, newlines included. */
  get allBytes(): number {
    return this.#droppedBytes + this.byteLength;
  }

  /** Bytes in memory, those that were read back last included. */
  get memoryBytes(): number {
    return this.#views.reduce((sum, {bytes, starts}) => sum + bytes.length + starts.byteLength, this.packedBytes);
  }

  /** Room for compressed segments that none is in. */
  get unusedBytes(): number {
    return this.#packed?.unusedBytes ?? 0;
  }

  /** The store has every entry below this id. Infinity without a store, since there is nothing to wait for. */
  get storedTo(): number {
    return this.store?.storedTo ?? Number.POSITIVE_INFINITY;
  }

  /** See `LogBuffer.lastBytes`; undefined: memory holds that many bytes. */
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

  /** See `LogBuffer.segmentStart`. `id` is below those in memory. */
  segmentStart(id: number): {readonly id: number; readonly lines: number; readonly bytes: number} {
    let lines = this.droppedLines;
    let bytes = this.#droppedBytes;
    for (const segment of this.#segments) {
      if (id < segment.endId) return {id: segment.firstId, lines, bytes};
      lines += linesOf(segment);
      bytes += segment.byteLength;
    }
    return {id, lines, bytes};
  }

  /** The segment leaves memory: the store keeps it, else it is compressed, else it is gone. */
  add(segment: Segment): void {
    const {firstId, endId, markers, length: byteLength, styleJoints} = segment;
    const isAwaited = endId > this.storedTo;
    // What the store has still to keep is compressed until then.
    const mayKeep = !isAwaited || !this.#packed;
    const stored = mayKeep ? this.store?.keep({firstId, endId, byteOffset: this.allBytes, byteLength}) : undefined;
    // A longer segment is a line of its own, of which a row shows the beginning.
    const startBytes = segment.count === 1 && byteLength > longestUnpacked ? visibleBytes : 0;
    const packed = stored ? undefined : this.#packed?.add(segment.bytes, startBytes);
    const bytes = stored ?? (packed && {...packed, isStored: () => true});
    if (!bytes) {
      this.drop(segment);
      return;
    }
    this.#add({firstId, endId, markers, byteLength, bytes, styleJoints, isAwaited});
  }

  /** The segment leaves memory and is gone, whatever the store has. */
  drop({endId, markers, count, length}: Segment): void {
    while (this.#segments.length > 0) this.dropOldest();
    this.droppedLines += count - markers;
    this.#droppedBytes += length;
    this.memoryFirstId = endId;
    this.#markers.dropBelow(endId);
  }

  /** Adds earlier entries, the first one under `firstId`. Returns the id after the last one. */
  addPast(firstId: number, {lines, byteLength, markers, bytes}: PastBlock): number {
    for (const [index, {line, marker}] of markers.entries()) this.#markers.add(firstId + line + index, marker);
    const endId = firstId + lines + markers.length;
    this.#add({firstId, endId, markers: markers.length, byteLength, bytes, styleJoints: new StyleJoints()});
    return endId;
  }

  /** Frees what was read back. Only where views may end. */
  dropViews(): void {
    for (const view of this.#views.splice(0)) this.#evict(view);
    this.freeEvicted();
  }

  /** Frees what was read back before the last few segments: the engine would wait for many megabytes. */
  freeEvicted(): void {
    for (const {bytes, starts, release} of this.#evicted.splice(0)) {
      release?.(bytes);
      free(starts);
    }
  }

  #evict(view: ReadView | undefined): void {
    if (!view?.release) return;
    this.#evicted.push(view);
    if (this.#evicted.length > mostEvicted) this.#evicted.shift();
  }

  /** The oldest compressed segment is one that the store has still to keep. */
  get awaitsStore(): boolean {
    const oldest = this.#segments.find(({bytes}) => bytes.memoryBytes !== undefined);
    return oldest?.isAwaited === true && oldest.endId > this.storedTo;
  }

  /** The oldest compressed segment leaves memory: the store has it by now, or it is gone with all older ones. */
  releaseOldestPacked(): void {
    const index = this.#segments.findIndex(({bytes}) => bytes.memoryBytes !== undefined);
    const segment = this.#segments[index];
    if (!segment) return;
    const {firstId, endId, byteLength} = segment;
    const older = this.#segments.slice(0, index);
    const byteOffset = older.reduce((sum, each) => sum + each.byteLength, this.#droppedBytes);
    const hasIt = segment.isAwaited === true && endId <= this.storedTo;
    const bytes = hasIt ? this.store?.keep({firstId, endId, byteOffset, byteLength}) : undefined;
    if (!bytes) {
      for (let left = index; left >= 0; left--) this.dropOldest();
      return;
    }
    const stored = {...segment, bytes};
    this.#count(segment, -1);
    this.#count(stored, 1);
    segment.bytes.free?.();
    this.#segments[index] = stored;
    this.memoryFirstId = Math.max(this.memoryFirstId, endId);
  }

  /** Drops the segments that end at `id` or before. */
  dropBefore(id: number): void {
    for (let [oldest] = this.#segments; oldest && oldest.endId <= id; [oldest] = this.#segments) this.dropOldest();
  }

  dropOldest(): void {
    const dropped = this.#segments.shift();
    if (!dropped) return;
    const viewed = this.#views.findIndex(({firstId}) => firstId === dropped.firstId);
    if (viewed !== -1) this.#evict(this.#views.splice(viewed, 1)[0]);
    this.#count(dropped, -1);
    dropped.bytes.free?.();
    this.droppedLines += linesOf(dropped);
    this.#droppedBytes += dropped.byteLength;
    this.memoryFirstId = Math.max(this.memoryFirstId, dropped.endId);
    this.#markers.dropBelow(dropped.endId);
  }

  /** Drops what the store has deleted, and the oldest segments while there are too many markers. */
  shrink(): void {
    while (this.#markerCount > mostMarkers || this.#segments[0]?.bytes.isStored() === false) this.dropOldest();
  }

  /** See `LogBuffer.lineAt`. `id` is below those in memory. */
  lineAt(id: number): Buffer | undefined {
    const view = this.segmentAt(id);
    if (!view) return undefined;
    const index = id - view.firstId;
    const start = view.starts[index] ?? 0;
    const end = view.starts[index + 1] ?? view.bytes.length;
    return start === end ? undefined : view.bytes.subarray(start, end - 1);
  }

  /** See `LogBuffer.lineStartAt`. `id` is below those in memory. */
  lineStartAt(id: number): LineStart | undefined {
    const segment = id >= (this.firstId ?? Number.POSITIVE_INFINITY) ? findSegment(this.#segments, id) : undefined;
    const isViewed = this.#views.some(({firstId, endId}) => firstId <= id && id < endId);
    const start = isViewed ? undefined : segment?.bytes.readStart?.();
    if (segment && start) return {bytes: start, length: segment.byteLength - 1};
    const bytes = this.lineAt(id);
    return bytes && {bytes, length: bytes.length};
  }

  /** Returns undefined if the entry is not held. A segment that cannot be read back is gone from now on. */
  segmentAt(id: number): SegmentView | undefined {
    if (id < (this.firstId ?? Number.POSITIVE_INFINITY)) return undefined;
    const index = this.#views.findIndex(({firstId, endId}) => firstId <= id && id < endId);
    const [viewed] = index === -1 ? [] : this.#views.splice(index, 1);
    const view = viewed ?? this.#read(findSegment(this.#segments, id));
    if (view) {
      this.#views.push(view);
      if (this.#views.length > mostViews) this.#evict(this.#views.shift());
      return view;
    }
    this.failedReads += 1;
    while ((this.firstId ?? id + 1) <= id) this.dropOldest();
    return undefined;
  }

  /** The starts are not kept: finding them again costs less than reading the bytes. */
  #read(segment: ColdSegment | undefined): ReadView | undefined {
    const bytes = segment?.bytes.read();
    if (!segment || bytes?.length !== segment.byteLength) return undefined;
    const {firstId, endId, markers, styleJoints} = segment;
    const release = segment.bytes.giveBack ?? (segment.bytes.memoryBytes === undefined ? undefined : free);
    const starts = new Uint32Array(endId - firstId);
    let at = 0;
    for (let index = 0; index < starts.length; index++) {
      starts[index] = at;
      if (markers > 0 && this.#markers.get(firstId + index)) continue;
      at = bytes.indexOf(newline, at) + 1;
      // Fewer lines than were kept: the bytes were changed.
      if (at === 0) return undefined;
    }
    return at === bytes.length ? {firstId, endId, bytes, starts, open: false, styleJoints, release} : undefined;
  }

  /** `segment` begins where the newest one ends. */
  #add(segment: ColdSegment): void {
    this.#segments.push(segment);
    this.#count(segment, 1);
    if (segment.bytes.memoryBytes === undefined) this.memoryFirstId = segment.endId;
    this.shrink();
  }

  #count(segment: ColdSegment, by: 1 | -1): void {
    this.lines += by * linesOf(segment);
    this.byteLength += by * segment.byteLength;
    this.#markerCount += by * segment.markers;
    const {memoryBytes} = segment.bytes;
    if (memoryBytes === undefined) return;
    const entries = segment.endId - segment.firstId;
    this.packedBytes += by * (memoryBytes + entries * indexedEntryCost);
  }
}

function linesOf({firstId, endId, markers}: ColdSegment): number {
  return endId - firstId - markers;
}

/** Not what is a part of a larger piece of memory; what was unpacked has a byte more. */
function free({buffer, byteLength}: Uint8Array | Uint32Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength <= byteLength + 1) buffer.transfer(0);
}

/** Cold bytes cost a step more, per read and per byte: to read 256 KiB, in one segment or many, takes 1 to 6 ms. */
const coldCost = 64 * 1024;
const coldFactor = 4;
/** Compressed ones take 0.3 to 0.5 ms. */
const packedFactor = 3;

/** The bytes of a step that reading `bytes` bytes of entries from `id` on costs. */
export function stepCost(
  buffer: {readonly memoryFirstId: number; readonly unpackedFirstId: number},
  id: number,
  bytes: number,
): number {
  if (id < buffer.memoryFirstId) return coldCost + bytes * coldFactor;
  return id < buffer.unpackedFirstId ? bytes * packedFactor : bytes;
}
