import {createReadStream} from 'node:fs';
import {LogBuffer} from '../../source/buffer/log-buffer.ts';
import type {Log} from './own-process.ts';

/** Large enough for every log of the benches: nothing is dropped. */
export const everything = 2 ** 32;

/** The log in a scrollback that holds all of it, taken in by pieces as from a socket. */
export async function loadLog({path}: Log): Promise<LogBuffer> {
  const buffer = new LogBuffer({maxBytes: everything});
  for await (const bytes of createReadStream(path, {highWaterMark: 64 * 1024})) buffer.append(bytes);
  return buffer;
}
