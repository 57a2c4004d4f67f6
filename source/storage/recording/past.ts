import type {PastBlock} from '../../buffer/cold-segments.ts';
import type {LogBuffer} from '../../buffer/log-buffer.ts';
import type {Marker} from '../../buffer/markers.ts';
import {newline, newlinesIn} from '../../buffer/segment.ts';
import {type BufferPosition, endOf, type TapPosition} from './buffer-tap.ts';
import type {RecordingMap} from './index-file.ts';
import type {RecordedBytes} from './reader.ts';

/** What the next run continues from. */
type Reference = {
  /** The last state written; undefined: unknown, or lines are missing after it. */
  readonly state: unknown;
  /** The log's bytes since that state. */
  readonly since: Buffer;
  /** The end of the log, from the start of a line. */
  readonly tail: Buffer;
};

/** Bytes at the recording's end in which `join` searches a line with a date. */
const searchedBytes = 64 * 1024;
/** Bytes at the end of a buffer that `join` searches for that line: what is compressed takes 1.5 ms for each MiB. */
const joinedBytes = 16 * 1024 * 1024;
/** Bytes at the start of a line in which its date is. */
const dateWithin = 256;

/** A part of what was recorded before; `rest`: bytes after the last block. */
export type PastPiece = {readonly block: PastBlock} | {readonly rest: Uint8Array} | {readonly marker: Marker};

/** What was recorded before, ready to be shown and continued. */
export class RecordedPast {
  readonly #bytes: RecordedBytes;
  readonly #map: RecordingMap;
  readonly #size: number;
  /** What is after the last block, once it was read. */
  #rest: Buffer | undefined;

  /** `size`: the offset of the recording's end. */
  constructor(bytes: RecordedBytes, map: RecordingMap, size: number) {
    this.#bytes = bytes;
    this.#map = map;
    this.#size = size;
  }

  /** `tailBytes`: the most that is compared. A line whose rest was lost is left out: it matches no replay. */
  reference(tailBytes: number): Reference {
    const {state, firstOffset} = this.#map;
    const epochStart = Math.max(state?.epochStart ?? 0, firstOffset);
    const stateAt = Math.max(state?.offset ?? this.#size, firstOffset);
    return {
      state: state?.state,
      since: this.#withoutCutLines(this.#readFrom(stateAt)),
      tail: this.#withoutCutLines(this.#wholeLines(tailBytes, epochStart)),
    };
  }

  /** All of it: blocks, which stay in the recording, and the rest. */
  *pieces(): Generator<PastPiece> {
    const {blocks, markers, blocksEnd} = this.#map;
    let next = 0;
    for (const {offset, length, line, lines} of blocks) {
      const blockMarkers: {line: number; marker: Marker}[] = [];
      for (let marker = markers[next]; marker && marker.offset < offset + length; marker = markers[++next]) {
        blockMarkers.push({line: marker.line - line, marker: marker.marker});
      }
      const bytes = this.#blockBytes(offset, length);
      yield {block: {lines, byteLength: length, markers: blockMarkers, bytes}};
    }
    let at = blocksEnd.offset;
    const rest = this.#readRest();
    for (const {offset, marker} of markers.slice(next)) {
      yield {rest: rest.subarray(at - blocksEnd.offset, offset - blocksEnd.offset)};
      at = offset;
      yield {marker};
    }
    yield {rest: rest.subarray(at - blocksEnd.offset)};
  }

  /** The open line only. */
  *openLine(): Generator<PastPiece> {
    const rest = this.#readRest();
    yield {rest: rest.subarray(rest.lastIndexOf(newline) + 1)};
  }

  /** Where new lines follow the recording in a buffer that begins with it. `firstId`: of the first entry in memory. */
  positionIn(buffer: LogBuffer, firstId: number): TapPosition {
    const lastRecorded = this.#map.markers.at(-1);
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

  /**
   * Where the recording continues in a buffer that was filled without it: behind the recording's end, if the last 16 MiB
   * of the buffer have that. Else at the later of `from` and the start of these 16 MiB, with an unknown number of lines
   * missing. Proof is the last recorded line with a `date`, if the buffer has it once and continues as the recording does.
   */
  join(buffer: LogBuffer, {from, date}: {readonly from: number; readonly date: RegExp}): TapPosition {
    if (this.#size === 0) return this.#continueAt(buffer, {id: from, within: 0}, false);
    const start = {id: Math.max(from, buffer.lastBytes(joinedBytes).id), within: 0};
    const end = this.#wholeLines(searchedBytes, this.#map.firstOffset);
    const line = lastDatedLine(end, date);
    const found = line && lineIn(buffer, start.id, end.subarray(line.start, line.end));
    const place = found === undefined ? undefined : placeBehind(buffer, found + 1, end.subarray(line?.end));
    return this.#continueAt(buffer, place ?? start, place === undefined);
  }

  #continueAt(buffer: LogBuffer, place: BufferPosition, isBehindGap: boolean): TapPosition {
    const isCut = isBehindGap && this.#size > this.#map.firstOffset && this.#readFrom(this.#size - 1)[0] !== newline;
    const {lines, bytes} = countsBefore(buffer, place);
    return {
      ...place,
      lines,
      bytes,
      ...this.#counts(),
      marker: undefined,
      isBehindGap,
      isCut,
      span: {firstId: place.within > 0 ? place.id + 1 : place.id, delta: bytes - this.#size},
    };
  }

  #counts() {
    const {blocksEnd, nextMarker, state} = this.#map;
    const line = blocksEnd.line + newlinesIn(this.#readRest()).length;
    return {offset: this.#size, line, block: blocksEnd, nextMarker, states: 0, stateAt: state?.offset ?? 0};
  }

  #blockBytes(offset: number, length: number): PastBlock['bytes'] {
    const bytes = this.#bytes;
    return {isStored: () => bytes.firstOffset <= offset, read: () => bytes.read(offset, length)};
  }

  /** At most `length` bytes of the end, from the start of a line, and none before `start`, where a line begins. */
  #wholeLines(length: number, start: number): Buffer {
    const from = Math.max(start, this.#size - length);
    const end = this.#readFrom(from);
    return from > start ? end.subarray(end.indexOf(newline) + 1) : end;
  }

  #readRest(): Buffer {
    this.#rest ??= this.#readFrom(this.#map.blocksEnd.offset);
    return this.#rest;
  }

  #readFrom(offset: number): Buffer {
    if (offset >= this.#size) return Buffer.alloc(0);
    return this.#bytes.read(offset, this.#size - offset) ?? Buffer.alloc(0);
  }

  /** `end`: the last bytes of the recording. */
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

function lastDatedLine(bytes: Buffer, date: RegExp): {readonly start: number; readonly end: number} | undefined {
  for (let end = bytes.lastIndexOf(newline) + 1; end > 0; ) {
    const start = end > 1 ? bytes.lastIndexOf(newline, end - 2) + 1 : 0;
    if (date.test(bytes.toString('latin1', start, Math.min(end, start + dateWithin)))) return {start, end};
    end = start;
  }
  return undefined;
}

/** The id of the line, newline included, if the entries from `from` on have it exactly once. */
function lineIn(buffer: LogBuffer, from: number, line: Buffer): number | undefined {
  let found: number | undefined;
  for (let segment = buffer.segmentAt(from); segment; segment = buffer.segmentAt(segment.endId)) {
    const {bytes, starts, firstId} = segment;
    for (let at = bytes.indexOf(line); at !== -1; at = bytes.indexOf(line, at + 1)) {
      if (at > 0 && bytes[at - 1] !== newline) continue;
      // Markers have no bytes: of entries with one start the line is the last.
      const id = firstId + starts.findLastIndex((start) => start <= at);
      if (id < from) continue;
      if (found !== undefined) return undefined;
      found = id;
    }
  }
  return found;
}

/** The place after `bytes` if the entries from `id` on begin with them. */
function placeBehind(buffer: LogBuffer, id: number, bytes: Buffer): BufferPosition | undefined {
  let rest = bytes;
  let next = id;
  while (rest.length > 0) {
    const line = buffer.lineAt(next);
    const isMarker = line === undefined && buffer.markerAt(next) !== undefined;
    if (!isMarker) {
      if (line === undefined) return undefined;
      const isOpen = next >= buffer.endedTo;
      const whole = isOpen ? line : Buffer.concat([line, Buffer.of(newline)]);
      if (rest.length < whole.length) {
        return whole.subarray(0, rest.length).equals(rest) ? {id: next, within: rest.length} : undefined;
      }
      if (!rest.subarray(0, whole.length).equals(whole)) return undefined;
      rest = rest.subarray(whole.length);
      if (isOpen) return rest.length === 0 ? {id: next, within: whole.length} : undefined;
    }
    next += 1;
  }
  return {id: next, within: 0};
}

/** Ended lines, and bytes, that the buffer ever had before a place in memory. */
function countsBefore(buffer: LogBuffer, {id, within}: BufferPosition): {lines: number; bytes: number} {
  let {id: next, lines, bytes} = buffer.segmentStart(id);
  while (next < id) {
    const segment = buffer.segmentAt(next);
    if (!segment) break;
    const {starts, firstId, endId} = segment;
    for (; next < Math.min(id, endId); next++) {
      const end = starts[next + 1 - firstId] ?? segment.bytes.length;
      const length = end - (starts[next - firstId] ?? 0);
      bytes += length;
      if (length > 0) lines += 1;
    }
  }
  return {lines, bytes: bytes + within};
}
