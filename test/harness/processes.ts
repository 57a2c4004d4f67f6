import {readdirSync, readFileSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';

/** Process ids of what was started with `home` as its home directory, and all that it started; zombies are none. */
export async function processesAt(home: string): Promise<number[]> {
  const entries = await readdir('/proc');
  const pids = entries.filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await hasHome(pid, home)) ? [pid] : [])));
  return found.flat();
}

/** The process ids of a process's children. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim() === '' ? [] : text.trim().split(' ').map(Number);
}

/** Whether a thread of the process, or of one below it, runs, waits for a processor or a disk. Never without /proc. */
export function isBusy(pid: number): boolean {
  return threadsOf(pid).some((thread) => {
    // proc(5): the state is behind the name, which may hold anything.
    const state = readProc(`${thread}/stat`).replace(/^.*\) /s, '')[0] ?? '';
    const children = readProc(`${thread}/children`).split(' ').filter(Boolean);
    return 'RD'.includes(state || ' ') || children.some((child) => isBusy(Number(child)));
  });
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
  } catch {
    return [];
  }
}

/** Empty once the thread has ended. */
function readProc(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

async function hasHome(pid: number, home: string): Promise<boolean> {
  // A process that has just ended, or is another user's.
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  return environment.split('\0').includes(`HOME=${home}`);
}
