import type {Processes} from '../storage/recording-lock.ts';

/** The machine's processes, as locks ask for them. */
export function processesOf(process: NodeJS.Process): Processes {
  return {
    pid: process.pid,
    random: Math.random,
    isAlive(pid) {
      try {
        return process.kill(pid, 0);
      } catch (error) {
        // It is another user's: there, though it may not be signalled.
        return error instanceof Error && 'code' in error && error.code === 'EPERM';
      }
    },
  };
}
