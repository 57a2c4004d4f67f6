import type {PastBlock} from '../buffer/cold-segments.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Marker} from '../buffer/markers.ts';
import {newline} from '../buffer/segment.ts';
import {endOf, type TapPosition} from './buffer-tap.ts';
import type {RecordedBytes} from './recorded-bytes.ts';

/** Bytes at the recording's end in which `join` looks for a line with a date. */
const searchedBytes = 64 * 1024;
/** Bytes at the end of a buffer that `join` searches for that line: what is compressed takes 1.5 ms for each MiB. */
const joinedBytes = 16 * 1024 * 1024;
/** Bytes at the start of a line in which its date is. */
const dateWithin = 256;

/** A part of what was recorded before; `rest`: bytes after the last place. */
export type PastPiece = {readonly block: PastBlock} | {readonly rest: Uint8Array} | {readonly marker: Marker};

/** The log that was recorded before, ready to be shown and continued. */
export class RecordedPast {
  /** The offset of the recording's end; 0: nothing was recorded. */
  readonly size: number;
  readonly #bytes: RecordedBytes;

  constructor(bytes: RecordedBytes, size: number) {
    this.#bytes = bytes;
    this.size = size;
  }

  get #facts() {
    return this.#bytes.facts;
  }

  /**
   * Returns from what the next run continues: the last state, if it is known and no lines are missing after it, the bytes
   * since then, and of the end of the log whole lines of at most `tailBytes`. A line whose rest was lost is left out: it
   * matches no replay.
   */
  reference(tailBytes: number): {readonly state: unknown; readonly since: Buffer; readonly tail: Buffer} {
    const {state, firstOffset} = this.#facts;
    const since = Math.max(state?.since ?? 0, firstOffset);
    const stateAt = Math.max(state?.offset ?? this.size, firstOffset);
    return {
      state: state?.state,
      since: this.#withoutCutLines(this.#readFrom(stateAt)),
      tail: this.#withoutCutLines(this.#wholeLines(tailBytes, since)),
    };
  }

  /** All of it: what is between two places stays on the disk. */
  *pieces(): Generator<PastPiece> {
    const {places, markers} = this.#facts;
    let next = 0;
    for (const [index, {offset, line}] of places.entries()) {
      const end = places[index + 1];
      if (!end) break;
      const [length, lines] = [end.offset - offset, end.line - line];
      const within: {line: number; marker: Marker}[] = [];
      for (let marker = markers[next]; marker && marker.offset < end.offset; marker = markers[++next]) {
        within.push({line: Math.max(0, marker.line - line), marker: marker.marker});
      }
      yield {block: {lines, byteLength: length, markers: within, bytes: this.#bytes.cold(offset, length)}};
    }
    const from = this.#facts.lastPlace.offset;
    const rest = this.#readFrom(from);
    let at = from;
    for (const {offset, marker} of markers.slice(next)) {
      yield {rest: rest.subarray(at - from, offset - from)};
      at = offset;
      yield {marker};
    }
    yield {rest: rest.subarray(at - from)};
  }

  /** The open line only. */
  *openLine(): Generator<PastPiece> {
    const rest = this.#readFrom(this.#facts.lastPlace.offset);
    yield {rest: rest.subarray(rest.lastIndexOf(newline) + 1)};
  }

  /** Returns where new lines follow the recording in a buffer that begins with it. `firstId`: first entry in memory. */
  positionIn(buffer: LogBuffer, firstId: number): TapPosition {
    const fact = this.#facts.markers.at(-1);
    const last = buffer.lastMarker();
    const {totalLines, totalBytes, hasOpenLine} = buffer;
    return {
      ...endOf(buffer),
      lines: totalLines - (hasOpenLine ? 1 : 0),
      offset: this.size,
      gap: 'none',
      states: 0,
      marker: fact && last?.marker === fact.marker ? last : undefined,
      span: {firstId, delta: totalBytes - this.size},
    };
  }

  /**
   * Returns where the recording continues in a buffer that was filled without it: behind the recording's end, if the
   * last 16 MiB of the buffer have that. Else at the later of `from` and the start of these 16 MiB, with an unknown
   * number of lines missing. Proof are the bytes from the last recorded line with a `date` on, if the buffer has them
   * once. An empty recording begins at `from`.
   */
  join(buffer: LogBuffer, {from, date}: {readonly from: number; readonly date: RegExp}): TapPosition {
    const start = this.size === 0 ? from : Math.max(from, buffer.lastBytes(joinedBytes).id);
    const end = fromLastDated(this.#wholeLines(searchedBytes, this.#facts.firstOffset), date);
    const found = end && distanceBehind(buffer, start, end);
    const {bytes, ...place} = placeAt(buffer, start, found ?? 0);
    const last = this.#readFrom(Math.max(this.#facts.firstOffset, this.size - 1));
    const isOpen = last.length > 0 && last[0] !== newline;
    return {
      ...place,
      offset: this.size,
      states: 0,
      marker: undefined,
      gap: this.size === 0 || found !== undefined ? 'none' : isOpen ? 'cut' : 'lines',
      span: {firstId: place.within > 0 ? place.id + 1 : place.id, delta: bytes - this.size},
    };
  }

  /** At most `length` bytes of the end, from the start of a line, and none before `start`, where a line begins. */
  #wholeLines(length: number, start: number): Buffer {
    const from = Math.max(start, this.size - length);
    const end = this.#readFrom(from);
    return from > start ? end.subarray(end.indexOf(newline) + 1) : end;
  }

  #readFrom(offset: number): Buffer {
    return this.#bytes.readNow(offset, this.size - offset) ?? Buffer.alloc(0);
  }

  /** `end`: the last bytes of the recording. */
  #withoutCutLines(end: Buffer): Buffer {
    const base = this.size - end.length;
    const parts: Buffer[] = [];
    let from = 0;
    for (const {offset, marker} of this.#facts.markers) {
      if (marker.kind !== 'line-cut' || offset <= base) continue;
      const cut = offset - base;
      parts.push(end.subarray(from, Math.max(from, end.lastIndexOf(newline, cut - 2) + 1)));
      from = cut;
    }
    return parts.length === 0 ? end : Buffer.concat([...parts, end.subarray(from)]);
  }
}

/** The bytes from the last line with a date on. */
function fromLastDated(bytes: Buffer, date: RegExp): Buffer | undefined {
  for (let end = bytes.lastIndexOf(newline) + 1; end > 0; ) {
    const start = end > 1 ? bytes.lastIndexOf(newline, end - 2) + 1 : 0;
    if (date.test(bytes.toString('latin1', start, Math.min(end, start + dateWithin)))) return bytes.subarray(start);
    end = start;
  }
  return undefined;
}

/** Bytes from the entry `from` to the end of these lines, if the entries from there on have them exactly once. */
function distanceBehind(buffer: LogBuffer, from: number, lines: Buffer): number | undefined {
  const parts: Buffer[] = [];
  for (let segment = buffer.segmentAt(from); segment; segment = buffer.segmentAt(segment.endId)) {
    const start = segment.starts[Math.max(0, from - segment.firstId)] ?? 0;
    // A copy: a view is valid until the next one.
    parts.push(Buffer.from(segment.bytes.subarray(start)));
  }
  const bytes = Buffer.concat(parts);
  const at = bytes.indexOf(lines);
  const isLine = at === 0 || bytes[at - 1] === newline;
  return at !== -1 && isLine && bytes.indexOf(lines, at + 1) === -1 ? at + lines.length : undefined;
}

/** The place so many bytes behind the start of an entry, with the ended lines and bytes that the buffer ever had before. */
function placeAt(
  buffer: LogBuffer,
  from: number,
  distance: number,
): Pick<TapPosition, 'id' | 'within' | 'lines'> & {readonly bytes: number} {
  let {id, lines, bytes} = buffer.segmentStart(from);
  let left = Number.POSITIVE_INFINITY;
  for (let segment = buffer.segmentAt(id); segment && left > 0; segment = buffer.segmentAt(id)) {
    const {starts, firstId, endId} = segment;
    for (; id < endId; id++) {
      if (id === from) left = distance;
      if (left === 0) break;
      const length = (starts[id + 1 - firstId] ?? segment.bytes.length) - (starts[id - firstId] ?? 0);
      const isWithin = length > left || (length === left && id >= buffer.endedTo);
      if (isWithin) return {id, within: left, lines, bytes: bytes + left};
      if (length > 0) lines += 1;
      bytes += length;
      left -= length;
    }
  }
  return {id, within: 0, lines, bytes};
}
