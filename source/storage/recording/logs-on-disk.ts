import {lstat, readdir} from 'node:fs/promises';
import path from 'node:path';
import {gunzip} from 'node:zlib';
import {bytesOfPath, openFor, readRegular} from '../regular-file.ts';
import {ignoreMissing} from '../save-file.ts';
import type {RecordingMap} from './index-file.ts';

/** A log file of a recording, as it lies in its folder. `size`: on the disk. */
type LogOnDisk = {
  readonly number: number;
  readonly name: string;
  readonly size: number;
  readonly isPacked: boolean;
  readonly isRegular: boolean;
};

const logName = /^(\d{6,15})\.log(\.gz)?$/;
/** Bytes of a file, packed or not: twice what a full one has. */
const mostBytes = 32 * 1024 * 1024;
/** The largest offset that is believed of a damaged index. */
const farthest = 2 ** 50;

/** In order. To be asked before the index, which has a fact of each file that is not empty by then. */
export async function logsOnDisk(folder: string): Promise<readonly LogOnDisk[]> {
  const logs: LogOnDisk[] = [];
  for (const name of await readdir(bytesOfPath(folder), 'utf8').catch((): string[] => [])) {
    const [, number, packed] = logName.exec(name) ?? [];
    const stats = number === undefined ? undefined : await lstat(path.join(folder, name)).catch(ignoreMissing);
    if (!stats) continue;
    const {size} = stats;
    logs.push({number: Number(number), name, size, isPacked: packed !== undefined, isRegular: stats.isFile()});
  }
  // Of a file that is both, the plain one is first.
  return logs.sort((a, b) => a.number - b.number || Number(a.isPacked) - Number(b.isPacked));
}

/** Whether the index has a fact of each file that is not empty. */
export function tellsOf(map: RecordingMap, logs: readonly LogOnDisk[]): boolean {
  if (map.version === undefined) return logs.length === 0;
  const files = new Set(map.files.map(({number}) => number));
  return logs.every(({number, size}) => files.has(number) || size === 0 || number <= map.deletedTo);
}

/**
 * Makes the map tell of the files that lie there, each as one block, in place of those of a damaged index; its markers stay.
 * Returns the offset of the end, and the names of files that cannot be unpacked.
 */
export async function mapFiles(
  folder: string,
  map: RecordingMap,
  logs: readonly LogOnDisk[],
): Promise<{readonly size: number; readonly damaged: readonly string[]}> {
  const damaged: string[] = [];
  const found: (LogOnDisk & {readonly length: number})[] = [];
  for (const log of logs) {
    if (!log.isRegular || log.number === found.at(-1)?.number) continue;
    const length = log.isPacked ? await unpackedLength(path.join(folder, log.name)) : log.size;
    if (length === undefined) damaged.push(log.name);
    else found.push({...log, length});
  }
  const offsets = new Map(map.files.map(({number, offset}) => [number, offset]));
  const known = Math.max(
    0,
    found.findIndex(({number}) => offsets.has(number)),
  );
  const before = found.slice(0, known).reduce((sum, {length}) => sum + length, 0);
  const start = (offsets.get(found[known]?.number ?? 0) ?? before) - before;
  let offset = start > 0 && start < farthest ? start : 0;
  map.files = [];
  map.blocks = [];
  for (const {number, length, isPacked, size} of found) {
    map.files.push({number, offset, line: 0, startedAt: map.startedAt, members: isPacked ? [size] : undefined});
    if (isPacked) map.blocks.push({kind: 'block', offset, length, line: 0, lines: 0, at: map.startedAt});
    offset += length;
  }
  return {size: offset, damaged};
}

/** Undefined: it cannot be unpacked, or is larger than any file of a recording. */
async function unpackedLength(file: string): Promise<number | undefined> {
  try {
    const packed = await readRegular(file, openFor.readOwn);
    return await new Promise((resolve) => {
      gunzip(packed, {maxOutputLength: mostBytes}, (error, bytes) => resolve(error ? undefined : bytes.length));
    });
  } catch {
    return undefined;
  }
}
