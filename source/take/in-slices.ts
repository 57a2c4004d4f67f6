import type {Clock} from '../lib/clock.ts';

/**
 * Hands on the items of `items`, and lets keys and the stream be served whenever making them has held the event loop
 * for `sliceMs`. Rejects with the signal's reason when aborted.
 */
export async function* inSlices<T>(
  items: Iterable<T>,
  {clock, signal, sliceMs = 8}: {clock: Clock; signal: AbortSignal; sliceMs?: number},
): AsyncGenerator<T, void, undefined> {
  let end = clock.monotonic() + sliceMs;
  for (const item of items) {
    signal.throwIfAborted();
    yield item;
    if (clock.monotonic() < end) continue;
    await clock.sleep(0, signal);
    end = clock.monotonic() + sliceMs;
  }
}
