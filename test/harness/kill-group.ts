/** Kills a session's leader and what it started. One that has just been forked leads no group of its own yet. */
export function killGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // It has ended, or it leads no group: then it is alone.
    }
  }
}
