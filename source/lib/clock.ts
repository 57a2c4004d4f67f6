import {setTimeout as sleep} from 'node:timers/promises';

/** Milliseconds that a timer of Node's can wait, 24.8 days: with more it ends at once. */
const longestTimer = 2 ** 31 - 1;

/** Time, injected everywhere so that a test can own it. */
export type Clock = {
  /** Milliseconds that never jump backwards; only differences mean anything. */
  readonly monotonic: () => number;
  /** Unix time in ms; may jump. */
  readonly wall: () => number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when aborted first. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /**
   * Runs `callback` once after `milliseconds`; the returned function cancels it. Does not keep the process alive. After 0:
   * in the next turn of the event loop, once what has come by then has been read.
   */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
};

/** The machine's own time. */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
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
    // A timer waits 1 ms at least: a search in slices of 3 ms took a third longer with it. An immediate that is not
    // referenced would wait for the next event.
    if (milliseconds === 0) {
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), {once: true});
  });
}

/** Resolves in the next turn of the event loop. */
export function nextTurn(clock: Pick<Clock, 'after'>): Promise<void> {
  return new Promise((resolve) => clock.after(0, resolve));
}

/** Keeps the process running until the returned function is called: timers of a clock do not. */
export function keepRunning(): () => void {
  const timer = setInterval(() => {}, longestTimer);
  return () => clearInterval(timer);
}
