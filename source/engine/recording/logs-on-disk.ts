import {lstat, readdir} from 'node:fs/promises';
import path from 'node:path';
import {zstdDecompress} from 'node:zlib';
import {bytesOfPath, openFor, readRegular} from '../disk/regular-file.ts';
import {ignoreMissing} from '../disk/save-file.ts';
import {type Facts, mostPacked, type RecordedFile} from './facts.ts';

/** A log file of a recording, as it lies in its folder. `size`: on the disk. */
export type LogOnDisk = {
  readonly file: number;
  readonly name: string;
  readonly size: number;
  readonly isPacked: boolean;
  readonly isRegular: boolean;
};

const logName = /^(\d{6,15})\.log(\.zst)?$/;

/** In order. To be asked before the facts, which tell of each file that is not empty by then. */
export async function logsOnDisk(folder: string): Promise<readonly LogOnDisk[]> {
  const logs: LogOnDisk[] = [];
  for (const name of await readdir(bytesOfPath(folder), 'utf8').catch((): string[] => [])) {
    const [, number, packed] = logName.exec(name) ?? [];
    const stats = number === undefined ? undefined : await lstat(path.join(folder, name)).catch(ignoreMissing);
    if (!stats) continue;
    const {size} = stats;
    logs.push({file: Number(number), name, size, isPacked: packed !== undefined, isRegular: stats.isFile()});
  }
  // Of a file that is both, the plain one is first.
  return logs.sort((a, b) => a.file - b.file || Number(a.isPacked) - Number(b.isPacked));
}

/** Whether the facts tell of each file that is not empty. */
export function tellsOf({begin, files}: Facts, logs: readonly LogOnDisk[]): boolean {
  const known = new Set(files.map(({file}) => file));
  return begin === undefined ? logs.length === 0 : logs.every(({file, size}) => known.has(file) || size === 0);
}

/**
 * Makes the facts tell of the files that lie there, in place of damaged ones; markers stay. Returns the names of those that
 * cannot be unpacked.
 */
export async function mapFiles(folder: string, facts: Facts, logs: readonly LogOnDisk[]): Promise<readonly string[]> {
  const damaged: string[] = [];
  const files: RecordedFile[] = [];
  let offset = facts.files.find(({file}) => file === logs[0]?.file)?.offset ?? 0;
  for (const {file, name, size, isPacked, isRegular} of logs) {
    if (!isRegular || file === files.at(-1)?.file) continue;
    const length = isPacked ? await unpackedLength(path.join(folder, name)) : size;
    if (length === undefined) damaged.push(name);
    else files.push({kind: 'file', file, offset, line: 0, at: 0});
    offset += length ?? 0;
  }
  facts.files = files;
  facts.places = files.slice(0, 1);
  return damaged;
}

/** Length of the unpacked file; undefined: it cannot be unpacked, or is larger than any file of a recording. */
async function unpackedLength(file: string): Promise<number | undefined> {
  const packed = await readRegular(file, openFor.readOwn).catch(() => undefined);
  if (!packed) return undefined;
  return await new Promise((resolve) => {
    zstdDecompress(packed, {maxOutputLength: mostPacked}, (error, bytes) => resolve(error ? undefined : bytes.length));
  });
}
