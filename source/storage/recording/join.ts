import type {LogBuffer} from '../../buffer/log-buffer.ts';
import {newline} from '../../buffer/segment.ts';
import {timestamp} from '../../stitch/overlap.ts';
import type {OpenRecording, RecordOptions} from './recordings.ts';

/** As far as this from the recording's end a line with a time is looked for. */
const searchedBytes = 64 * 1024;
/** Timestamps stand near the beginning of a line. */
const timestampWithin = 256;

type Place = {readonly id: number; readonly within: number};

/**
 * Where a recording that is opened while a log is being followed goes on: with the buffer's entries from `from` on, or,
 * when the buffer holds what the recording ends with, behind that. The last line with a time in the recording, if
 * memory has it once and goes on as the recording does, is proof. Otherwise how much is missing is unknown.
 */
export function joinRecording(opened: OpenRecording, buffer: LogBuffer, from: number): RecordOptions['start'] {
  const begin = {id: from, within: 0};
  if (!opened.isOld) return opened.past.goOn({...begin, ...countsBefore(buffer, begin)}, false);
  const end = opened.past.end(searchedBytes);
  const line = lastDatedLine(end);
  const found = line && lineIn(buffer, from, end.subarray(line.start, line.end));
  const place = found !== undefined ? follow(buffer, found + 1, end.subarray(line?.end)) : undefined;
  return opened.past.goOn({...(place ?? begin), ...countsBefore(buffer, place ?? begin)}, place === undefined);
}

function lastDatedLine(bytes: Buffer): {readonly start: number; readonly end: number} | undefined {
  for (let end = bytes.lastIndexOf(newline) + 1; end > 0; ) {
    const start = end > 1 ? bytes.lastIndexOf(newline, end - 2) + 1 : 0;
    if (timestamp.test(bytes.toString('latin1', start, Math.min(end, start + timestampWithin)))) return {start, end};
    end = start;
  }
  return undefined;
}

/** The id of the line, newline included, from `from` on, if it is there once. */
function lineIn(buffer: LogBuffer, from: number, line: Buffer): number | undefined {
  let found: number | undefined;
  for (let segment = buffer.segmentAt(from); segment; segment = buffer.segmentAt(segment.endId)) {
    const {bytes, starts, firstId} = segment;
    for (let at = bytes.indexOf(line); at !== -1; at = bytes.indexOf(line, at + 1)) {
      if (at > 0 && bytes[at - 1] !== newline) continue;
      // Of entries that start together the line is the last one.
      const id = firstId + starts.findLastIndex((start) => start <= at);
      if (id < from) continue;
      if (found !== undefined) return undefined;
      found = id;
    }
  }
  return found;
}

/** The place behind `bytes` if the entries from `id` on begin with them. */
function follow(buffer: LogBuffer, id: number, bytes: Buffer): Place | undefined {
  let rest = bytes;
  let next = id;
  while (rest.length > 0) {
    const line = buffer.lineAt(next);
    const isMarker = line === undefined && buffer.markerAt(next) !== undefined;
    if (!isMarker) {
      if (line === undefined) return undefined;
      const isOpen = buffer.hasOpenLine && next === buffer.endId - 1;
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

/** Lines that ended, and bytes, that the buffer ever had before a place that is in memory. */
function countsBefore(buffer: LogBuffer, {id, within}: Place): {lines: number; bytes: number} {
  let {lines, bytes} = buffer.beforeMemory;
  let next = buffer.memoryFirstId;
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
