import type {Clock} from './clock.ts';

type SliceOptions = {
  readonly clock: Clock;
  /** Works on about `maxBytes` bytes and returns true when nothing is left to do. */
  readonly step: (maxBytes: number) => boolean;
  readonly onSlice?: (isCaughtUp: boolean) => void;
  /** Milliseconds between two slices; default 0. */
  readonly restMs?: () => number;
};

/**
 * A slice ends up to one step late, so a step should take 1 to 2 ms. The same bytes take a search 0.2 ms, filters whose
 * code is not compiled yet 10 ms, and a pattern with a time limit 0.13 ms more for each step.
 */
const leastStepBytes = 16 * 1024;
const mostStepBytes = 256 * 1024;
const shortStep = 1;
const longStep = 2;
/** Milliseconds before the first slice: the key that woke the runner gets its frame first. */
const wakeDelay = 1;
/** A frame has 16 ms, and a slice ends up to a step and a garbage collection (10 ms) late. */
const sliceMs = 3;

/** Runs long work in slices of time, so that keys and the stream are served in between. Starts with `wake`. */
export class SliceRunner {
  readonly #options: Required<SliceOptions>;
  #stepBytes = leastStepBytes;
  #caughtUp = false;
  #cancel: (() => void) | undefined;
  #isResting = false;
  #isHurried = false;
  #disposed = false;

  constructor(options: SliceOptions) {
    this.#options = {onSlice: () => {}, restMs: () => 0, ...options};
  }

  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  wake(): void {
    this.#schedule(wakeDelay);
  }

  /** The user waits for new work: it does not rest until it has caught up, and its code may not be compiled yet. */
  hurry(): void {
    this.#isHurried = true;
    this.#stepBytes = leastStepBytes;
    if (this.#isResting) {
      this.#cancel?.();
      this.#cancel = undefined;
    }
    this.wake();
  }

  #schedule(leastMs: number): void {
    if (this.#disposed || this.#cancel) return;
    const restMs = this.#isHurried ? 0 : this.#options.restMs();
    this.#isResting = restMs > 0;
    this.#cancel = this.#options.clock.after(Math.max(leastMs, restMs), () => this.#runSlice());
  }

  /**
   * Runs a slice now, unless the runner rests, and the others later: a frame is about to be drawn. At 10,000 lines/s it
   * catches up; with slices of 1 ms, every second frame was followed by one more.
   */
  run(): void {
    if (this.#disposed || this.#isResting) return;
    this.#cancel?.();
    this.#runSlice();
  }

  #runSlice(): void {
    this.#cancel = undefined;
    this.#isResting = false;
    const {clock, step, onSlice} = this.#options;
    let now = clock.monotonic();
    const end = now + sliceMs;
    do {
      const before = now;
      this.#caughtUp = step(this.#stepBytes);
      now = clock.monotonic();
      this.#adapt(now - before);
    } while (!this.#caughtUp && now < end);
    if (this.#caughtUp) this.#isHurried = false;
    else this.#schedule(0);
    onSlice(this.#caughtUp);
  }

  /** `took`: milliseconds of the last step. */
  #adapt(took: number): void {
    if (took > longStep) this.#stepBytes = Math.max(leastStepBytes, this.#stepBytes / 2);
    // The step that catches up has fewer bytes: its time shows nothing.
    else if (took < shortStep && !this.#caughtUp) this.#stepBytes = Math.min(mostStepBytes, this.#stepBytes * 2);
  }

  dispose(): void {
    this.#disposed = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

/** A log, as far as who reads it needs to know. */
type Growing = {
  readonly buffer: {readonly totalBytes: number};
  readonly snapshot: {readonly subscribe: (hear: () => void) => () => void};
};

/** Reads a log to its end, and on as it grows; it rests in a flood. Returns a function that ends that. */
export function readAsItGrows({buffer, snapshot}: Growing, options: Omit<SliceOptions, 'restMs'>): () => void {
  const runner = new SliceRunner({...options, restMs: floodPause(options.clock, () => buffer.totalBytes)});
  const unsubscribe = snapshot.subscribe(() => runner.wake());
  runner.wake();
  return () => {
    unsubscribe();
    runner.dispose();
  };
}

/** Milliseconds after which `inSlices` leaves a turn to other work. */
const sliceOfItems = 8;

/** Yields the items, with turns for other work in between. Rejects with the signal's reason when aborted. */
export async function* inSlices<T>(
  items: Iterable<T>,
  {clock, signal}: {readonly clock: Clock; readonly signal: AbortSignal},
): AsyncGenerator<T, void, undefined> {
  let end = clock.monotonic() + sliceOfItems;
  for (const item of items) {
    signal.throwIfAborted();
    yield item;
    if (clock.monotonic() < end) continue;
    await clock.sleep(0, signal);
    end = clock.monotonic() + sliceOfItems;
  }
}

/** The result of work that is done in steps. Rejects with what a step throws, or with the signal's reason when aborted. */
export async function runInSlices<T>(
  work: Generator<unknown, T, void>,
  options: {readonly clock: Clock; readonly signal: AbortSignal},
): Promise<T> {
  const steps = {result: work.next()};
  const rest = function* () {
    for (; !steps.result.done; steps.result = work.next()) yield;
  };
  for await (const _ of inSlices(rest(), options));
  return steps.result.done ? steps.result.value : await Promise.reject(new Error('the work has not ended'));
}

/** Runs the work without a pause: for what is short, or where no keys wait. */
export function runAtOnce<T>(work: Generator<unknown, T, void>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** Bytes in a millisecond: 30,000 lines a second and more are a flood, and 60,000 a fast one. */
const floodRate = 5 * 1024;
const fastRate = 10 * 1024;
/** The first bytes of a flood do not count: with a log come the 1 MB that its server has kept. */
const floodBytes = 2 * 1024 * 1024;
const floodRestMs = 50;
const fastRestMs = 200;

/**
 * `restMs` of a `SliceRunner` that works on a log: in a flood 50, so that the work takes 6 % of the time, and in a fast one
 * 200, so that it takes 1.5. Lines that a full scrollback soon drops need no work, and the others can wait. `totalBytes`: all
 * bytes that the log has received.
 */
export function floodPause(clock: Pick<Clock, 'monotonic'>, totalBytes: () => number): () => number {
  let seen = totalBytes();
  let at = clock.monotonic();
  /** Bytes of the flood so far. */
  let bytes = 0;
  return () => {
    const [before, since] = [seen, at];
    seen = totalBytes();
    at = clock.monotonic();
    const rate = (seen - before) / Math.max(1, at - since);
    bytes = rate > floodRate ? bytes + seen - before : 0;
    if (bytes <= floodBytes) return 0;
    return rate > fastRate ? fastRestMs : floodRestMs;
  };
}
