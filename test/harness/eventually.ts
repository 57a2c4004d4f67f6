import {setTimeout as sleep} from 'node:timers/promises';

/** How long a wait may take before it fails. Only a failure takes so long; at a load of 35, 30 s were not enough. */
export const WAIT_MS = 120_000;

/**
 * Waits until `probe` returns something truthy, and returns that. For facts that nothing announces (a server's count of
 * connections, a file, a tmux pane); a screen has `waitFor`. On failure throws `describe()`, worked out at that moment.
 * `every`: milliseconds between two looks, more where a look is work for a server or starts a program.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  describe: () => string | Promise<string>,
  timeout = WAIT_MS,
  every = 15,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`waited ${timeout} ms in vain: ${await describe()}`);
    await sleep(every);
  }
}
