import type {Clock} from './clock.ts';
import {FrameBatch} from './frame-batch.ts';
import type {ReadableStore} from './store.ts';

/**
 * Frames that many share, `fps` a second at the most: all who asked for the next one get it in one turn, so that what
 * follows from them, such as drawing a screen, happens once. Nothing runs while nobody asks.
 */
export class SharedFrames {
  readonly #batch: FrameBatch;
  #waiting = new Set<() => void>();

  constructor({clock, fps}: {clock: Clock; fps: number | ReadableStore<number>}) {
    this.#batch = new FrameBatch({clock, fps, flush: () => this.#flush()});
  }

  /** `flush` is called in the next frame, once, however often it is asked for. */
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
