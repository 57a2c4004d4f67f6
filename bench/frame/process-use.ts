import {readFile} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';

/** A process is at rest when it uses less CPU time than this in this time, both in ms. To watch its holds takes up to 35. */
const atRest = {cpuMs: 45, ofMs: 500};

/** Resolves once a process of which `cpu` says how long it has run, in ms, has nothing more to do. */
export async function rests(cpu: () => Promise<number>): Promise<void> {
  for (let before = Number.NEGATIVE_INFINITY, now = 0; now - before > atRest.cpuMs; ) {
    before = now;
    await sleep(atRest.ofMs);
    now = await cpu();
  }
}

/** Of the clock in which the kernel counts CPU time for /proc, the ticks of a second on every Linux. */
const ticksASecond = 100;
/** Places of `utime` and `stime` in /proc/PID/stat, counted from the field behind the name (proc(5): 14 and 15, from 1). */
const userTime = 11;
const systemTime = 12;

/** The CPU time that a process has used since its start, all threads, without children; milliseconds, in steps of 10. */
export async function cpuMsOf(pid: number): Promise<number> {
  return cpuMsIn(await readFile(`/proc/${pid}/stat`, 'latin1'));
}

/** The same from the text of /proc/PID/stat. */
export function cpuMsIn(stat: string): number {
  // The name, in parentheses, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[userTime]) + Number(fields[systemTime])) * 1000) / ticksASecond;
}

/** The memory of a process that is in RAM, pages that it shares with others included; bytes. */
export async function rssOf(pid: number): Promise<number> {
  const [, kilobytes] = /^VmRSS:\s*(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'latin1')) ?? [];
  if (kilobytes === undefined) throw new Error(`process ${pid} has ended`);
  return Number(kilobytes) * 1024;
}

/** What a process calls itself, 15 characters of it. */
export async function nameOf(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trimEnd();
}
