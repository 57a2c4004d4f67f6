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

async function hasHome(pid: number, home: string): Promise<boolean> {
  // A process that has just ended, or is another user's.
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  return environment.split('\0').includes(`HOME=${home}`);
}
