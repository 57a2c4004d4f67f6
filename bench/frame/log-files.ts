import path from 'node:path';
import {writeLog} from './log-data.ts';
import type {BenchContext} from './row.ts';

/** The checkout that this file is of. */
export const root = path.resolve(import.meta.dirname, '../..');

/** What rows work on: files in `folder`, each made when first needed. */
export function benchContext(folder: string, lines: number): BenchContext {
  const made = new Map<string, Promise<void>>();
  return {
    lines,
    tree: root,
    logFile: (times = 1) => {
      const file = `${folder}/${times}.log`;
      const writing = made.get(file) ?? writeLog(file, Math.round(lines * times));
      made.set(file, writing);
      return writing.then(() => file);
    },
  };
}
