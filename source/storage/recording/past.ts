import type {PastBlock} from '../../buffer/cold-segments.ts';
import type {LogBuffer} from '../../buffer/log-buffer.ts';
import type {Marker} from '../../buffer/markers.ts';
import {newline} from '../../buffer/segment.ts';
import {endOf, type Place, type TapPosition} from './buffer-tap.ts';
import type {RecordingMap} from './index-file.ts';
import type {RecordedBytes} from './reader.ts';

/** What the next run goes on with. */
export type Reference = {
  /** As it was noted; undefined: something is missing behind the last one. */
  readonly state: unknown;
  /** The log's bytes since that state. */
  readonly since: Buffer;
  /** The end of the log, from the beginning of a line on. */
  readonly tail: Buffer;
};

/** What was recorded before, ready to be shown and gone on with. */
export class RecordedPast {
  readonly #bytes: RecordedBytes;
  readonly #map: RecordingMap;
  readonly #size: number;

  /** `size`: the offset of the recording's end. */
  constructor(bytes: RecordedBytes, map: RecordingMap, size: number) {
    this.#bytes = bytes;
    this.#map = map;
    this.#size = size;
  }

  /** `tailBytes`: how much of the end is of use. A line whose rest was lost is none: nothing will be compared with it. */
  reference(tailBytes: number): Reference {
    const {state, firstOffset} = this.#map;
    const freshFrom = Math.max(state?.freshFrom ?? 0, firstOffset);
    const from = Math.max(freshFrom, this.#size - tailBytes);
    const end = this.#readFrom(from);
    const tail = from > freshFrom ? end.subarray(end.indexOf(newline) + 1) : end;
    const stateAt = Math.max(state?.offset ?? this.#size, firstOffset);
    const since = this.#readFrom(stateAt);
    return {
      state: state?.state,
      since: this.#withoutCutLines(since),
      tail: this.#withoutCutLines(tail),
    };
  }

  /**
   * Puts all of it into an empty buffer: whole blocks as its past, the rest into memory. Answers from where on the
   * buffer's new lines belong behind the recording.
   */
  addTo(buffer: LogBuffer): TapPosition {
    const {blocks, markers, blocksEnd} = this.#map;
    let next = 0;
    for (const {offset, length, line, lines} of blocks) {
      const own: {line: number; marker: Marker}[] = [];
      for (let marker = markers[next]; marker && marker.offset < offset + length; marker = markers[++next]) {
        own.push({line: marker.line - line, marker: marker.marker});
      }
      buffer.addPast({lines, byteLength: length, markers: own, bytes: this.#blockBytes(offset, length)});
    }
    const firstInMemory = buffer.endId;
    let at = blocksEnd.offset;
    const rest = this.#readFrom(at);
    for (; next < markers.length; next++) {
      const marker = markers[next];
      if (!marker) break;
      buffer.append(rest.subarray(at - blocksEnd.offset, marker.offset - blocksEnd.offset));
      at = marker.offset;
      buffer.addMarker(marker.marker);
    }
    buffer.append(rest.subarray(at - blocksEnd.offset));
    return this.#tapState(buffer, firstInMemory);
  }

  /** Puts only the beginning of a line that has not ended into an empty buffer. */
  addOpenLineTo(buffer: LogBuffer): TapPosition {
    const rest = this.#readFrom(this.#map.blocksEnd.offset);
    buffer.append(rest.subarray(rest.lastIndexOf(newline) + 1));
    return this.#tapState(buffer, buffer.endId);
  }

  /** At most so many bytes of the end, from the beginning of a line on. */
  end(length: number): Buffer {
    const from = Math.max(this.#map.firstOffset, this.#size - length);
    const end = this.#readFrom(from);
    return from > this.#map.firstOffset ? end.subarray(end.indexOf(newline) + 1) : end;
  }

  /** The recording goes on with a buffer's entries from `place` on, which is so many lines and bytes into the buffer. */
  goOn(place: Place & {readonly lines: number; readonly bytes: number}, isBehindGap: boolean): TapPosition {
    const isCut = isBehindGap && this.#size > this.#map.firstOffset && this.#readFrom(this.#size - 1)[0] !== newline;
    return {
      ...place,
      ...this.#counts(),
      marker: undefined,
      isBehindGap,
      isCut,
      span: {firstId: place.within > 0 ? place.id + 1 : place.id, delta: place.bytes - this.#size},
    };
  }

  #counts() {
    const {blocksEnd, nextMarker, state} = this.#map;
    const rest = this.#readFrom(blocksEnd.offset);
    let {line} = blocksEnd;
    for (let at = rest.indexOf(newline); at !== -1; at = rest.indexOf(newline, at + 1)) line += 1;
    return {offset: this.#size, line, block: blocksEnd, nextMarker, states: 0, stateAt: state?.offset ?? 0};
  }

  #tapState(buffer: LogBuffer, firstId: number): TapPosition {
    const {markers} = this.#map;
    const lastRecorded = markers.at(-1);
    const last = buffer.lastMarker();
    const marker =
      lastRecorded && last && last.marker === lastRecorded.marker
        ? {id: last.id, marker: last.marker, fact: {kind: 'marker', ...lastRecorded} as const}
        : undefined;
    const {totalLines, totalBytes, hasOpenLine} = buffer;
    return {
      ...endOf(buffer),
      lines: totalLines - (hasOpenLine ? 1 : 0),
      bytes: totalBytes,
      ...this.#counts(),
      marker,
      isBehindGap: false,
      isCut: false,
      span: {firstId, delta: totalBytes - this.#size},
    };
  }

  #blockBytes(offset: number, length: number): PastBlock['bytes'] {
    const bytes = this.#bytes;
    return {isKept: () => bytes.firstOffset <= offset, read: () => bytes.read(offset, length)};
  }

  #readFrom(offset: number): Buffer {
    if (offset >= this.#size) return Buffer.alloc(0);
    return this.#bytes.read(offset, this.#size - offset) ?? Buffer.alloc(0);
  }

  /** `end` is the end of the recording. */
  #withoutCutLines(end: Buffer): Buffer {
    const base = this.#size - end.length;
    const cuts = this.#map.markers.filter(({offset, marker}) => marker.kind === 'line-cut' && offset > base);
    if (cuts.length === 0) return end;
    const parts: Buffer[] = [];
    let from = 0;
    for (const {offset} of cuts) {
      const cut = offset - base;
      parts.push(end.subarray(from, Math.max(from, end.lastIndexOf(newline, cut - 2) + 1)));
      from = cut;
    }
    return Buffer.concat([...parts, end.subarray(from)]);
  }
}
