import {open, readFile, rename} from 'node:fs/promises';
import {gunzip, gzip} from 'node:zlib';

/**
 * Compresses a file into `<file>.gz`, one gzip member for each block of the given lengths: any of them can be unpacked
 * alone, and together they are a file that `zcat` and `zgrep` read. Answers the members' lengths. The file itself
 * stays. The work is done on Node's thread pool.
 */
export async function packFile(file: string, lengths: readonly number[]): Promise<number[]> {
  const members: number[] = [];
  const draft = `${file}.gz.new`;
  await using from = await open(file, 'r');
  {
    await using to = await open(draft, 'w', 0o600);
    let position = 0;
    for (const length of lengths) {
      const block = Buffer.alloc(length);
      for (let read = 0; read < length; ) {
        const {bytesRead} = await from.read(block, read, length - read, position + read);
        if (bytesRead === 0) throw new Error(`${file} is shorter than it was`);
        read += bytesRead;
      }
      position += length;
      const member = await pack(block);
      await to.writeFile(member);
      members.push(member.length);
    }
    await to.sync();
  }
  await rename(draft, `${file}.gz`);
  return members;
}

/** Makes the file again from `<file>.gz`, which stays. */
export async function unpackFile(file: string): Promise<void> {
  const bytes = await unpack(await readFile(`${file}.gz`));
  const draft = `${file}.new`;
  {
    await using to = await open(draft, 'w', 0o600);
    await to.writeFile(bytes);
    await to.sync();
  }
  await rename(draft, file);
}

function unpack(packed: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => gunzip(packed, (error, bytes) => (error ? reject(error) : resolve(bytes))));
}

function pack(block: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => gzip(block, (error, packed) => (error ? reject(error) : resolve(packed))));
}
