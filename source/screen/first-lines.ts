import {stat} from 'node:fs/promises';
import type {Clock} from '../lib/clock.ts';
import type {LogManager} from '../logs/log-manager.ts';
import type {FoundLog} from '../storage/opened/find-logs.ts';
import {bytesOfPath} from '../storage/regular-file.ts';

/** Milliseconds that the first frame waits: a disk that hangs is waited for with a screen. */
const patience = 100;

/**
 * Opens a file, so that its end is in the first frame: a frame without it would take as long as all the rest. Resolves
 * once it has lines, or none come soon; at once for an empty file, and for what is no plain file.
 */
export async function openBeforeFrame(
  found: FoundLog | undefined,
  {logs, clock}: {readonly logs: Pick<LogManager, 'open'>; readonly clock: Clock},
): Promise<void> {
  if (found?.kind !== 'file' || found.packed !== undefined) return;
  const {snapshot} = logs.open(found.name);
  const {promise, resolve} = Promise.withResolvers<void>();
  const check = () => {
    const {lineCount, file} = snapshot.get();
    if (lineCount > 0 || file?.kind !== 'reading') resolve();
  };
  const leaving = [snapshot.subscribe(check), clock.after(patience, resolve)];
  check();
  void isEmpty(found.path).then((nothingComes) => nothingComes && resolve());
  await promise;
  for (const leave of leaving) leave();
}

/** That a file has nothing to read is told in a frame of its log, and that it cannot be read, too. */
async function isEmpty(file: string): Promise<boolean> {
  return await stat(bytesOfPath(file)).then(
    ({size}) => size === 0,
    () => true,
  );
}
