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
  const made = new Map<string, Promise<void>>();
  return {
    lines,
    lineBytes,
    tree,
    logFile: (form, times = 1) => {
      const file = `${folder}/${form}-${times}.log`;
      const writing = made.get(file) ?? writeLog(file, {lines: Math.round(lines * times), form, lineBytes});
      made.set(file, writing);
      return writing.then(() => file);
    },
  };
}
