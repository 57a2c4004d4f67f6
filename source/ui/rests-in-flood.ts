import type {LogBuffer} from '../buffer/log-buffer.ts';

/** So many bytes from one slice to the next are a flood: 60 MB a second and more. */
const floodBytes = 256 * 1024;
const floodRestMs = 50;

/**
 * How long work on a log rests between two slices, for a SliceRunner: in a flood 50 ms, so that it takes 6 % of the time.
 * Of lines that a full scrollback drops at once nothing need be known, and of the others soon enough.
 */
export function restsInFlood(buffer: Pick<LogBuffer, 'totalBytes'>): () => number {
  let seen = buffer.totalBytes;
  return () => {
    const came = buffer.totalBytes - seen;
    seen = buffer.totalBytes;
    return came > floodBytes ? floodRestMs : 0;
  };
}
