import {createReadStream} from 'node:fs';
import {LogBuffer} from '../../source/buffer/log-buffer.ts';

/** The whole log in a scrollback, appended in pieces as from a socket. */
export async function loadLog(path: string): Promise<LogBuffer> {
  const buffer = new LogBuffer({maxBytes: 2 ** 32});
  for await (const bytes of createReadStream(path, {highWaterMark: 64 * 1024})) buffer.append(bytes);
  return buffer;
}
