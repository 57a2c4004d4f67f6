import type {Clock} from './clock.ts';

/**
 * A step is as long as takes 1 to 2 ms: a slice is longer than it should be by one step. The same bytes are 0.2 ms for
 * a search and 10 ms for filters whose code is not compiled yet, and a step costs 0.13 ms to begin where a pattern is
 * watched.
 */
const leastStepBytes = 16 * 1024;
const mostStepBytes = 256 * 1024;
const shortStep = 1;
const longStep = 2;
/** Milliseconds until what wakes a runner, a key and the frame that it leads to, has had its turn. */
const nextTurn = 1;
/** A frame has 16 ms, and a slice ends up to a step and a garbage collection (10 ms) late. Milliseconds. */
const usualSlice = 3;

/** Runs long work in slices of time, so that keys and the stream are served in between. Starts with `wake`. */
export class SliceRunner {
  readonly #clock: Clock;
  readonly #step: (maxBytes: number) => boolean;
  readonly #onSlice: (isCaughtUp: boolean) => void;
  readonly #sliceMs: number;
  readonly #restMs: () => number;
  #stepBytes = leastStepBytes;
  #caughtUp = false;
  #cancel: (() => void) | undefined;
  #isResting = false;
  #disposed = false;

  /**
   * `step` works on about `maxBytes` bytes and answers true when nothing is left to do. `onSlice` is called after each
   * slice. `restMs`: milliseconds from one slice to the next, asked each time; 0 unless given.
   */
  constructor(options: {
    clock: Clock;
    step: (maxBytes: number) => boolean;
    onSlice: (isCaughtUp: boolean) => void;
    sliceMs?: number;
    restMs?: () => number;
  }) {
    this.#clock = options.clock;
    this.#step = options.step;
    this.#onSlice = options.onSlice;
    this.#sliceMs = options.sliceMs ?? usualSlice;
    this.#restMs = options.restMs ?? (() => 0);
  }

  /** The last slice left nothing to do. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** There is more to do: begins in the next turn. */
  wake(): void {
    this.#goOn(nextTurn);
  }

  #goOn(leastMs: number): void {
    if (this.#disposed || this.#cancel) return;
    const restMs = this.#restMs();
    this.#isResting = restMs > 0;
    this.#cancel = this.#clock.after(Math.max(leastMs, restMs), () => this.#runSlice());
  }

  /** Runs one slice now, unless it rests, and what is left when the program is idle. */
  run(): void {
    if (this.#disposed || this.#isResting) return;
    this.#cancel?.();
    this.#runSlice();
  }

  #runSlice(): void {
    this.#cancel = undefined;
    this.#isResting = false;
    let now = this.#clock.monotonic();
    const end = now + this.#sliceMs;
    do {
      const before = now;
      this.#caughtUp = this.#step(this.#stepBytes);
      now = this.#clock.monotonic();
      this.#adapt(now - before);
    } while (!this.#caughtUp && now < end);
    if (!this.#caughtUp) this.#goOn(0);
    this.#onSlice(this.#caughtUp);
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

/** So many bytes from one slice to the next are a flood: 60 MB a second and more. */
const floodBytes = 256 * 1024;
const floodRestMs = 50;

/**
 * How long work on a log rests between two slices, for a SliceRunner: in a flood 50 ms, so that it takes 6 % of the time.
 * `totalBytes`: all bytes that the log has had so far.
 * Of lines that a full scrollback drops at once nothing need be known, and of the others soon enough.
 */
export function floodPause(totalBytes: () => number): () => number {
  let seen = totalBytes();
  return () => {
    const came = totalBytes() - seen;
    seen = totalBytes();
    return came > floodBytes ? floodRestMs : 0;
  };
}
