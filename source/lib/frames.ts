import type {Clock} from './clock.ts';
import {createStore, type ReadableStore, type Store} from './store.ts';

/**
 * At most `fps` calls of `flush` a second, none while it is 0; the first after a quiet time comes in the next turn of the
 * event loop.
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

  request(): void {
    if (this.#cancel) return;
    const fps = this.#fps();
    if (fps === 0) {
      this.#cancel = () => {};
      return;
    }
    const wait = Math.max(0, this.#lastFlush + 1000 / fps - this.#clock.monotonic());
    this.#cancel = this.#clock.after(wait, () => {
      this.#cancel = undefined;
      this.#lastFlush = this.#clock.monotonic();
      this.#flush();
    });
  }

  drop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

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

/** At most `fps` frames a second for many callers: all requests of a frame are served in one turn, and drawn once. */
export class SharedFrames {
  readonly #batch: FrameBatch;
  #waiting = new Set<() => void>();

  constructor({clock, fps}: {clock: Clock; fps: number | ReadableStore<number>}) {
    this.#batch = new FrameBatch({clock, fps, flush: () => this.#flush()});
  }

  /** Calls `flush` once in the next frame, however often it is requested. */
  request(flush: () => void): void {
    this.#waiting.add(flush);
    this.#batch.request();
  }

  cancel(flush: () => void): void {
    this.#waiting.delete(flush);
    if (this.#waiting.size === 0) this.#batch.drop();
  }

  dispose(): void {
    this.#batch.dispose();
  }

  #flush(): void {
    const due = this.#waiting;
    this.#waiting = new Set();
    for (const flush of due) flush();
  }
}

/** Frames a second while the user is away. */
const unattendedFps = 2;
/** Half a second at 12 frames a second; a catch-up is shorter. */
const framesOfFlood = 6;
/** New lines of one frame, more than twice what the server's ring holds: no catch-up, however few frames there were. */
const linesOfTorrent = 20_000;
/** In a flood, new screens of one frame that make it a torrent: at 50 rows and 6 frames a second, 6,000 lines a second. */
const screensOfTorrent = 20;

/**
 * Frames a second for a log: `fps`; half of them while each frame replaces all rows, which saves a tenth of the CPU and
 * half of the bytes to the terminal at 10,000 lines/s on 200×50 cells; a quarter in a torrent, of which nobody can read more
 * than that it goes on; 2 while the user is away; 0 while the terminal has not got all of the last one.
 */
export class FrameRate {
  readonly #fps: number;
  readonly #now: Store<number>;
  #isAttended = true;
  #isHeld = false;
  /** Consecutive frames without a row of the frame before. */
  #allNewFrames = 0;
  #isTorrent = false;

  constructor(fps: number) {
    this.#fps = fps;
    this.#now = createStore(fps);
  }

  get now(): ReadableStore<number> {
    return this.#now;
  }

  setAttended(isAttended: boolean): void {
    this.#isAttended = isAttended;
    this.#update();
  }

  /** No frame until it is called with false. */
  setHeld(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#update();
  }

  /** A frame was drawn with so many new lines at the end of the log, in a pane of `rows` rows. */
  onDrawn({newLines, rows}: {readonly newLines: number; readonly rows: number}): void {
    this.#allNewFrames = newLines >= rows ? this.#allNewFrames + 1 : 0;
    const isFlood = this.#allNewFrames >= framesOfFlood;
    this.#isTorrent = newLines >= linesOfTorrent || (isFlood && newLines >= screensOfTorrent * rows);
    this.#update();
  }

  #update(): void {
    const share = this.#isTorrent ? 4 : this.#allNewFrames >= framesOfFlood ? 2 : 1;
    const fps = share === 1 ? this.#fps : Math.max(1, this.#fps / share);
    this.#now.set(this.#isHeld ? 0 : this.#isAttended ? fps : Math.min(fps, unattendedFps));
  }
}
