import type {Sample} from './row.ts';

/** Runs the task; answers its wall time, and the CPU time of the whole process meanwhile, in milliseconds. */
export async function timed(task: () => Promise<void> | void): Promise<{wallMs: number; cpuMs: number}> {
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const start = performance.now();
  await task();
  const wallMs = performance.now() - start;
  const {user, system} = process.cpuUsage(cpu);
  return {wallMs, cpuMs: (user + system) / 1000};
}

/** The same twice: `wallMs` as at the first time, with code that is not compiled yet, and `againMs` warm. */
export async function timedTwice(task: () => Promise<number> | number): Promise<Sample> {
  let count = 0;
  const first = await timed(async () => {
    count = await task();
  });
  const {wallMs: againMs} = await timed(async () => {
    await task();
  });
  return {...first, againMs, count};
}
