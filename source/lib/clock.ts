import {setTimeout as sleep} from 'node:timers/promises';

/** The longest wait of a Node timer in ms, 24.8 days; a longer one ends at once. */
const longestTimer = 2 ** 31 - 1;

/** Injected everywhere, so that a test controls the time. */
export type Clock = {
  /** Milliseconds that never jump backwards; only differences mean anything. */
  readonly monotonic: () => number;
  /** Unix time in ms; may jump. With a server it is that of the server (`api/server-clock`). */
  readonly wall: () => number;
  /** Unix time in ms of this machine: only differences mean anything, which count the time that the machine sleeps. */
  readonly machine: () => number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when aborted first. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Runs `callback` once (0: in the next turn); the result cancels it. Does not keep the process alive. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
};

export const systemClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  machine: () => Date.now(),
  async sleep(milliseconds, signal) {
    try {
      let left = milliseconds;
      for (; left > longestTimer; left -= longestTimer) await sleep(longestTimer, undefined, {signal});
      await sleep(left, undefined, {signal});
    } catch (error) {
      // timers/promises wraps the reason in an AbortError of its own; callers compare reasons.
      throw signal.aborted ? signal.reason : error;
    }
  },
  after(milliseconds, callback) {
    // `setTimeout` waits at least 1 ms: a search in slices of 3 ms took a third longer. An immediate without a
    // reference would wait for the next event.
    if (milliseconds === 0) {
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Runs `callback` after `milliseconds`, once the event loop has read what had come by then: timers that are late run before
 * reads. The result cancels it.
 */
export function afterReads(clock: Pick<Clock, 'after'>, milliseconds: number, callback: () => void): () => void {
  let cancel = clock.after(milliseconds, () => {
    cancel = clock.after(0, callback);
  });
  return () => cancel();
}

/** Resolves once the signal is aborted; never rejects. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), {once: true});
  });
}

/** The result of `work`, whose signal is aborted after `milliseconds`, or with `signal`. */
export async function withPatience<T>(
  {clock, milliseconds, signal}: {clock: Pick<Clock, 'after'>; milliseconds: number; signal?: AbortSignal},
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const cancel = clock.after(milliseconds, () => late.abort());
  try {
    return await work(signal ? AbortSignal.any([signal, late.signal]) : late.signal);
  } finally {
    cancel();
  }
}

/** Resolves in the next turn of the event loop. */
export function nextTurn(clock: Pick<Clock, 'after'>): Promise<void> {
  return new Promise((resolve) => clock.after(0, resolve));
}

/** Milliseconds to wait after so many failures (1 or more) in a row: `first`, then twice as long each time. */
export function waitAfter(
  failures: number,
  {first, longest}: {readonly first: number; readonly longest: number},
): number {
  return Math.min(longest, first * 2 ** Math.max(0, failures - 1));
}

/** Keeps the process running until the returned function is called; the timers of a `Clock` do not. */
export function keepRunning(): () => void {
  const timer = setInterval(() => {}, longestTimer);
  return () => clearInterval(timer);
}
