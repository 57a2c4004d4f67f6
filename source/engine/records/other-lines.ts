import type {LogBuffer} from '../buffer/log-buffer.ts';
import {newline, type SegmentView} from '../buffer/segment.ts';

/** Cost of a line of another logger in bytes: to read it as text takes 4 µs. */
const lineCost = 4096;

/** Lines as Feldera's logger writes them. */
type SegmentToRead = SegmentView & {
  /** Cost of reading them, in bytes; undefined: that of their bytes. */
  readonly cost?: number;
  /** Container that wrote the lines. */
  readonly stream?: string | undefined;
};

/** The container that wrote a line; undefined: one wrote all, or it is a marker. */
export function streamAt(buffer: LogBuffer, id: number): string | undefined {
  const line = buffer.format?.streamOf && buffer.lineAt(id);
  return line && buffer.format?.streamOf?.(line, id);
}

/**
 * Returns the segment that holds `id` as Feldera's logger writes it. Of a log of another logger, what costs about
 * `maxBytes` from `id` on, of one container, up to the open line; undefined if it cannot be read back.
 */
export function segmentToRead(buffer: LogBuffer, id: number, maxBytes: number): SegmentToRead | undefined {
  const segment = buffer.segmentAt(id);
  if (!segment || !buffer.format) return segment;
  const lines: Buffer[] = [];
  const starts: number[] = [];
  const to = Math.min(segment.endId, buffer.endedTo, id + Math.ceil(maxBytes / lineCost));
  const stream = streamAt(buffer, id);
  let length = 0;
  let next = id;
  for (; next < to && (next === id || streamAt(buffer, next) === stream); next++) {
    starts.push(length);
    const line = buffer.canonicalAt(next);
    if (line) lines.push(line, Buffer.of(newline));
    length += line ? line.length + 1 : 0;
  }
  const {styleJoints} = segment;
  const view = {firstId: id, endId: next, bytes: Buffer.concat(lines), starts: Uint32Array.from(starts), open: false};
  return {...view, styleJoints, stream, cost: length + starts.length * lineCost};
}
