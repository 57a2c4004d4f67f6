import type {Clock} from '../../lib/clock.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';

/** A message: of what a key did, or of something that went wrong. */
export type NoticeKind = 'news' | 'failure';

type NoticeTimerOptions = {
  readonly clock: Clock;
  /** A user is at the screen; absent: always. */
  readonly isAttended?: ReadableStore<boolean> | undefined;
  readonly onEnd: () => void;
};

const always = createStore(true);
/** Milliseconds to see that there is a notice, and to read a character of it. */
const toSee = 5000;
const toRead = 50;
/** Milliseconds for what went wrong: it may come without a key, and nothing else shows it. */
const failureStays = 30_000;

/** Ends the newest notice when a user has had the time to read it. While no user is there the time does not run. */
export class NoticeTimer {
  readonly #clock: Clock;
  readonly #isAttended: ReadableStore<boolean>;
  readonly #onEnd: () => void;
  #stop = () => {};

  constructor({clock, isAttended = always, onEnd}: NoticeTimerOptions) {
    this.#clock = clock;
    this.#isAttended = isAttended;
    this.#onEnd = onEnd;
  }

  /** Starts the time of a new notice, in place of the one before. */
  start(text: string, kind: NoticeKind): void {
    const needed = toSee + toRead * text.length;
    this.#wait(kind === 'failure' ? Math.max(needed, failureStays) : needed);
  }

  stop(): void {
    this.#stop();
    this.#stop = () => {};
  }

  /** All of the time again after an absence: the notice may have come in it. */
  #wait(milliseconds: number): void {
    this.stop();
    if (!this.#isAttended.get()) {
      this.#stop = this.#isAttended.subscribe(() => this.#wait(milliseconds));
      return;
    }
    this.#stop = this.#clock.after(milliseconds, () => {
      if (this.#isAttended.get()) this.#onEnd();
      else this.#wait(milliseconds);
    });
  }
}
