import {ColdPart} from './cold-part.ts';
import type {ColdStore, PastBlock} from './cold-store.ts';
import type {MarkerStore} from './marker-store.ts';
import type {Segment, SegmentView} from './segment.ts';

/**
 * The entries of a log buffer that are older than its memory: the cold store keeps them, or they are gone. What is held
 * has no hole: when something is gone, all that is older goes with it.
 */
export class OlderEntries {
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
  take(segment: Segment): void {
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
