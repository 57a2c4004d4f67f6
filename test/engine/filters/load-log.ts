import {createReadStream} from 'node:fs';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';

/** The whole log in a scrollback, appended in pieces as from a socket. */
export async function loadLog(path: string): Promise<WritableLogBuffer> {
  const buffer = new WritableLogBuffer({maxBytes: 2 ** 32});
  for await (const bytes of createReadStream(path, {highWaterMark: 64 * 1024})) buffer.append(bytes);
  return buffer;
}
