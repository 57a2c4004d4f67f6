import {writeLog} from './log-data.ts';
import type {BenchContext} from './row.ts';

/** What rows work on: files in `folder`, each made when first asked for. */
export function benchContext(folder: string, lines: number): BenchContext {
  const made = new Map<string, Promise<string>>();
  return {
    lines,
    logFile: (colours) => {
      const path = `${folder}/${colours}.log`;
      const file = made.get(path) ?? writeLog(path, {lines, colours}).then(() => path);
      made.set(path, file);
      return file;
    },
  };
}
