import {createStore, type ReadableStore, type Store} from '../lib/store.ts';

/** Frames a second while nobody looks. */
const unwatchedFps = 2;
/** A catch-up is over sooner: half a second of frames at 12 a second. */
const framesOfFlood = 6;

/**
 * How many frames a second a log is drawn in: `fps`; half of them while it runs so fast that a frame has none of the rows
 * of the one before, which nobody can read; few while nobody looks. To follow 10,000 lines/s at 200×50 takes a tenth less
 * CPU with that, and half of the bytes to the terminal.
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
  drew({isAllNew}: {readonly isAllNew: boolean}): void {
    this.#allNew = isAllNew ? this.#allNew + 1 : 0;
    this.#update();
  }

  #update(): void {
    const fps = this.#allNew >= framesOfFlood ? Math.max(1, this.#fps / 2) : this.#fps;
    this.#now.set(this.#isWatched ? fps : Math.min(fps, unwatchedFps));
  }
}
