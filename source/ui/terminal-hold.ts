import type {SuspendTerminal} from './services.ts';

/** Modes of the terminal that are switched as one: reports of focus, of the mouse. */
export type TerminalModes = {readonly on: () => void; readonly off: () => void};

/** The terminal, which Ink holds and lends. */
export class TerminalHold {
  #suspend: SuspendTerminal | undefined;
  #isLent = false;
  #modes: TerminalModes | undefined;

  /** Somebody else draws. */
  get isLent(): boolean {
    return this.#isLent;
  }

  /** The root component gives what only Ink can do. */
  attach(suspend: SuspendTerminal): void {
    this.#suspend = suspend;
  }

  /** What the terminal was asked for beyond what Ink asks for: switched off while it is lent, and on again after. */
  keep(modes: TerminalModes): void {
    this.#modes = modes;
  }

  /** The screen ends: from now on the modes are left as they are, also when a command gives the terminal back. */
  leaveModes(): void {
    this.#modes = undefined;
  }

  /** Hands the terminal over while `callback` runs, then takes it back and draws every cell anew. */
  async lend(callback: () => Promise<void>): Promise<void> {
    // Ink throws when it is asked twice.
    if (this.#isLent || !this.#suspend) return;
    this.#isLent = true;
    try {
      await this.#suspend(async () => {
        this.#modes?.off();
        try {
          await callback();
        } finally {
          this.#modes?.on();
        }
      });
    } finally {
      this.#isLent = false;
    }
  }

  /** Draws every cell anew, and takes raw mode back after an outside stop; not while the terminal is another's. */
  async repaint(): Promise<void> {
    await this.lend(async () => {});
  }
}
