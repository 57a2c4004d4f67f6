import {constants, open} from 'node:fs/promises';

/** Bytes. A larger file is neither a configuration nor a list of root certificates. */
const mostBytes = 1024 * 1024;

/** The bytes of a regular file of up to `most` bytes, or of `/dev/null`, and whether only its owner may read it. */
export async function readSmallFile(file: string, most = mostBytes): Promise<{bytes: Buffer; isPrivate: boolean}> {
  // To open a FIFO would wait for its writer.
  await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = await handle.stat();
  // A folder is told by the read: EISDIR.
  if (!stats.isFile() && !stats.isDirectory() && file !== '/dev/null') throw new Error('it is not a regular file');
  const buffer = Buffer.alloc(most + 1);
  let length = 0;
  for (let read = -1; read !== 0; length += read) ({bytesRead: read} = await handle.read(buffer, length));
  if (length > most) throw new Error(`it is larger than ${most < mostBytes ? `${most / 1024} KiB` : '1 MiB'}`);
  return {bytes: buffer.subarray(0, length), isPrivate: (stats.mode & 0o077) === 0};
}
