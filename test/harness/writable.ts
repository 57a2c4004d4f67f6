import {type LogBuffer, WritableLogBuffer} from '../../source/engine/buffer/log-buffer.ts';

/** The buffer of an open log, into which a test writes what no server sends. */
export function writable(buffer: LogBuffer | undefined): WritableLogBuffer {
  if (!(buffer instanceof WritableLogBuffer)) throw new Error('there is no such buffer');
  return buffer;
}
