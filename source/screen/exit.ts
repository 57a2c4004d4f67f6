import type {Clock} from '../lib/clock.ts';
import {type BoundedWrites, restoreSequence} from '../system/terminal-output.ts';
import type {NextScreen} from './context-switch.ts';

/** The exit code; `next`: the screen that is to follow. */
export type ScreenEnd = {readonly code: number; readonly next: NextScreen | undefined};

/**
 * Why a screen ends, and what follows it. Whatever ends it says so here: a key, a signal, a fault, another context. More
 * than one may, until the terminal has been let go of.
 */
export class ScreenExit {
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
    this.onFault(error);
    this.leave(1);
  }

  /** The screen has ended by a fault. The first one is the cause of those after it. */
  onFault(error: unknown): void {
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

/** A terminal that takes nothing does not keep the program from ending. Milliseconds. */
const terminalPatience = 500;

type EndScreenOptions = {
  readonly departure: ScreenExit;
  readonly writes: Pick<BoundedWrites, 'end'>;
  /** What was done to the terminal and the process, oldest first. */
  readonly undo: readonly (() => void)[];
  readonly process: {
    readonly exit: (code: number) => void;
    readonly stderr: {readonly write: (text: string) => unknown};
  };
  readonly clock: Clock;
  /** Writes a report about a fault, and answers what the user reads. */
  readonly reportFault: (error: unknown) => Promise<string>;
};

/** Lets go of the terminal once nothing is drawn any more. */
export async function endScreen(options: EndScreenOptions): Promise<ScreenEnd> {
  const {departure, writes, undo, process, clock, reportFault} = options;
  const {fault} = departure;
  const words = fault && (await reportFault(fault.error));
  const isOut = await writes.end({restore: restoreSequence, patience: terminalPatience, clock});
  await departure.dropNextUnlessClean();
  // Else nothing more can be said, and even a natural end would wait for the terminal. Another screen can wait for it.
  if (!isOut && !departure.next) process.exit(departure.code);
  for (const undoOne of undo.toReversed()) undoOne();
  if (words !== undefined) process.stderr.write(words);
  return {code: departure.code, next: departure.next};
}
