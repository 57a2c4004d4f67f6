import path from 'node:path';
import {writeLog} from './log-data.ts';
import type {BenchContext} from './row.ts';

/** The checkout that this file is of. */
export const root = path.resolve(import.meta.dirname, '../..');

/** What rows work on: files in `folder`, each made when first needed. `lineBytes`: see `writeLog`. */
export function benchContext(
  folder: string,
  lines: number,
  {tree = root, lineBytes}: {readonly tree?: string; readonly lineBytes?: number | undefined} = {},
): BenchContext {
  const made = new Map<string, Promise<string>>();
  return {
    lines,
    lineBytes,
    tree,
    logFile: (colours) => {
      const file = `${folder}/${colours}.log`;
      const writing = made.get(file) ?? writeLog(file, {lines, colours, lineBytes}).then(() => file);
      made.set(file, writing);
      return writing;
    },
  };
}
