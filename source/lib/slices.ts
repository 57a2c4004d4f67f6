import type {Clock} from './clock.ts';

type SliceOptions = {
  readonly clock: Clock;
  /** Works on about `maxBytes` bytes and returns true when nothing is left to do. */
  readonly step: (maxBytes: number) => boolean;
  /** Called after each slice. */
  readonly onSlice?: (isCaughtUp: boolean) => void;
  /** Milliseconds of a slice; 3 unless given. */
  readonly sliceMs?: number;
  /** Milliseconds from one slice to the next; 0 unless given. */
  readonly restMs?: () => number;
};

/**
 * A step should take 1 to 2 ms: a slice ends up to one step late. The same bytes are 0.2 ms for a search and 10 ms for
 * filters whose code is not compiled yet, and a step costs 0.13 ms to start where a pattern has a time limit.
 */
const leastStepBytes = 16 * 1024;
const mostStepBytes = 256 * 1024;
const shortStep = 1;
const longStep = 2;
/** Milliseconds that leave a turn to what wakes a runner: a key and the frame that it leads to. */
const nextTurn = 1;
/** Milliseconds. A frame has 16, and a slice ends up to a step and a garbage collection (10 ms) late. */
const usualSlice = 3;

/** Runs long work in slices of time, so that keys and the stream are served in between. Starts with `wake`. */
export class SliceRunner {
  readonly #options: Required<SliceOptions>;
  #stepBytes = leastStepBytes;
  #caughtUp = false;
  #cancel: (() => void) | undefined;
  #isResting = false;
  #disposed = false;

  constructor(options: SliceOptions) {
    this.#options = {sliceMs: usualSlice, onSlice: () => {}, restMs: () => 0, ...options};
  }

  /** The last slice left nothing to do. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** There is more to do: starts in the next turn. */
  wake(): void {
    this.#schedule(nextTurn);
  }

  #schedule(leastMs: number): void {
    if (this.#disposed || this.#cancel) return;
    const restMs = this.#options.restMs();
    this.#isResting = restMs > 0;
    this.#cancel = this.#options.clock.after(Math.max(leastMs, restMs), () => this.#runSlice());
  }

  /** Runs one slice now, unless it rests, and the others when the program is idle. */
  run(): void {
    if (this.#disposed || this.#isResting) return;
    this.#cancel?.();
    this.#runSlice();
  }

  #runSlice(): void {
    this.#cancel = undefined;
    this.#isResting = false;
    const {clock, step, onSlice, sliceMs} = this.#options;
    let now = clock.monotonic();
    const end = now + sliceMs;
    do {
      const before = now;
      this.#caughtUp = step(this.#stepBytes);
      now = clock.monotonic();
      this.#adapt(now - before);
    } while (!this.#caughtUp && now < end);
    if (!this.#caughtUp) this.#schedule(0);
    onSlice(this.#caughtUp);
  }

  /** `took`: milliseconds of the last step. */
  #adapt(took: number): void {
    if (took > longStep) this.#stepBytes = Math.max(leastStepBytes, this.#stepBytes / 2);
    // The last step had less to do than it might have.
    else if (took < shortStep && !this.#caughtUp) this.#stepBytes = Math.min(mostStepBytes, this.#stepBytes * 2);
  }

  dispose(): void {
    this.#disposed = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

/**
 * Yields the items of `items`, and lets keys and the stream be served whenever making them has held the event loop for
 * `sliceMs`. Rejects with the signal's reason when aborted.
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

/** More bytes than this from one slice to the next are a flood: 60 MB a second and more. */
const floodBytes = 256 * 1024;
const floodRestMs = 50;

/**
 * Milliseconds that work on a log rests between two slices, for a SliceRunner: 50 in a flood, so that it takes 6 % of the
 * time. Lines that a full scrollback drops at once need no work, and the others can wait. `totalBytes`: all bytes that the
 * log has had so far.
 */
export function floodPause(totalBytes: () => number): () => number {
  let seen = totalBytes();
  return () => {
    const came = totalBytes() - seen;
    seen = totalBytes();
    return came > floodBytes ? floodRestMs : 0;
  };
}
