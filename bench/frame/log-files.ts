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
    logFile: (form, times = 1) => {
      const file = `${folder}/${form}-${times}.log`;
      const writing = made.get(file) ?? writeLog(file, {lines: Math.round(lines * times), form});
      made.set(file, writing);
      return writing.then(() => file);
    },
  };
}
