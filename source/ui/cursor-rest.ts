import type {Clock} from '../lib/clock.ts';

/** The cursor has to rest so long before the preview follows it: moving over a list opens no connections. */
const previewRest = 250;

/** Waits for the cursor of the list to come to rest. */
export class CursorRest {
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The cursor has moved, and has not rested yet. */
  get isPending(): boolean {
    return this.#cancel !== undefined;
  }

  /** The cursor moves: `onRest` is called once it has rested, unless it moves on. */
  begin(onRest: () => void): void {
    this.end();
    this.#cancel = this.#clock.after(previewRest, () => {
      this.#cancel = undefined;
      onRest();
    });
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
