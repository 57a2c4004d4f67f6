import type {NextScreen} from './context-switch.ts';

/**
 * Why a screen ends, and what follows it. Whatever ends it says so here: a key, a signal, a fault, another context. More
 * than one may, until the terminal has been let go of.
 */
export class Departure {
  readonly #onLeave: () => void;
  #code = 0;
  #fault: {readonly error: unknown} | undefined;
  #next: NextScreen | undefined;

  /** `onLeave` is called each time that something ends the screen. */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
  }

  /** The exit code. */
  get code(): number {
    return this.#fault ? 1 : this.#code;
  }

  /** What ended the screen, if that is a fault of the program's own. */
  get fault(): {readonly error: unknown} | undefined {
    return this.#fault;
  }

  /** The screen that is to follow. */
  get next(): NextScreen | undefined {
    return this.#next;
  }

  leave(code: number): void {
    this.#code = code;
    this.#onLeave();
  }

  leaveFor(next: NextScreen): void {
    this.#next = next;
    this.leave(0);
  }

  leaveWithFault(error: unknown): void {
    this.noteFault(error);
    this.leave(1);
  }

  /** The screen has ended by a fault. The first one is the cause of those after it. */
  noteFault(error: unknown): void {
    this.#fault ??= {error};
  }

  /** A signal or a crash came after all: no other screen follows. */
  async dropNextUnlessClean(): Promise<void> {
    if (this.code === 0) return;
    const next = this.#next;
    this.#next = undefined;
    await next?.server.close();
  }
}
