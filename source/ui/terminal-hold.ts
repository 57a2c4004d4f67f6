import type {SuspendTerminal} from './services.ts';

/** The terminal, which Ink holds and lends. */
export class TerminalHold {
  #suspend: SuspendTerminal | undefined;
  #isLent = false;

  /** The root component gives what only Ink can do. */
  attach(suspend: SuspendTerminal): void {
    this.#suspend = suspend;
  }

  /** Hands the terminal over while `callback` runs, then takes it back and draws every cell anew. */
  async lend(callback: () => Promise<void>): Promise<void> {
    // Ink throws when it is asked twice.
    if (this.#isLent || !this.#suspend) return;
    this.#isLent = true;
    try {
      await this.#suspend(callback);
    } finally {
      this.#isLent = false;
    }
  }

  /** Draws every cell anew, and takes raw mode back after an outside stop; not while the terminal is another's. */
  async repaint(): Promise<void> {
    await this.lend(async () => {});
  }
}
