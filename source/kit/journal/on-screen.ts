import type {Log} from '../../engine/logs/log.ts';
import type {Clock} from '../../lib/clock.ts';

/** A tab whose log is on the screen. */
export type ShownLog = {
  /** Name of the tab. */
  readonly name: string;
  readonly pipelines: readonly string[];
  /** Returns the log; undefined while its streams are not open. */
  readonly log: () => Log | undefined;
  /** False: what came last is below the screen, since the log is paused. Absent: it is never. */
  readonly showsLast?: () => boolean;
};

type OnScreenOptions = {
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  /** All that these pipelines have by now is seen. */
  readonly onSeen: (pipelines: readonly string[]) => void;
  /** The log of a tab that was seen is no longer on the screen. */
  readonly onLeft: (shown: ShownLog) => void;
};

/** Milliseconds on the screen after which something is seen. */
const timeToSee = 1000;
/** Milliseconds after which something is seen although more comes, with no second in which nothing does. */
const longestWait = 5000;

/** Decides what was seen: what was on the screen for a second, or was acted on. */
export class OnScreen {
  readonly #options: OnScreenOptions;
  #shown: ShownLog | undefined;
  #isSeen = false;
  /** Something came below the screen. */
  #isBelow = false;
  /** When the first of what is not seen came, and the newest, in monotonic ms. */
  #firstAt = 0;
  #newestAt = 0;
  #cancel: (() => void) | undefined;

  constructor(options: OnScreenOptions) {
    this.#options = options;
  }

  /** Tells whether the log of the pipeline is on the screen. */
  shows(pipeline: string): boolean {
    return this.#shown?.pipelines.includes(pipeline) === true;
  }

  /** Tells whether it has been there long enough: what comes now is read as it comes. */
  isSeen(pipeline: string): boolean {
    return this.#isSeen && !this.#isBelow && this.shows(pipeline);
  }

  /** Sets the tab whose log is on the screen; undefined: none, or a page that is not about it. */
  setShown(shown: ShownLog | undefined): void {
    if (shown?.name === this.#shown?.name) {
      this.#shown = shown;
      if (this.#isBelow && !this.#cancel && this.#showsLast) this.#wait();
      return;
    }
    this.stop();
    if (this.#isSeen && !this.#isBelow && this.#shown) this.#options.onLeft(this.#shown);
    this.#isSeen = false;
    this.#isBelow = false;
    this.#shown = shown;
    if (shown) this.#wait();
  }

  /** Something of the pipeline came. */
  onNews(pipeline: string): void {
    if (!this.shows(pipeline)) return;
    if (!this.#showsLast) this.#isBelow = true;
    else if (this.#cancel) this.#newestAt = this.#options.clock.monotonic();
    else this.#wait();
  }

  /** The user used the log that is on the screen. */
  onAction(): void {
    if (this.#isSeen && !this.#cancel && !this.#isBelow) return;
    this.stop();
    this.#see();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  get #showsLast(): boolean {
    return this.#shown?.showsLast?.() !== false;
  }

  #wait(): void {
    this.#firstAt = this.#options.clock.monotonic();
    this.#newestAt = this.#firstAt;
    this.#waitFor(timeToSee);
  }

  #waitFor(milliseconds: number): void {
    const {clock} = this.#options;
    this.#cancel = clock.after(milliseconds, () => {
      this.#cancel = undefined;
      const seenAt = Math.min(this.#newestAt + timeToSee, this.#firstAt + longestWait);
      const rest = seenAt - clock.monotonic();
      if (rest > 0) this.#waitFor(rest);
      else if (this.#showsLast) this.#see();
      else this.#isBelow = true;
    });
  }

  #see(): void {
    if (!this.#shown) return;
    this.#options.onSeen(this.#shown.pipelines);
    this.#isSeen = true;
    this.#isBelow = false;
  }
}
