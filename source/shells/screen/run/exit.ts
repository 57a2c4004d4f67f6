import type {EventEmitter} from 'node:events';
import {exitAtOnce} from '../../../kit/system/signals.ts';
import {type BoundedWrites, restoreSequence} from '../../../kit/system/terminal-output.ts';
import type {Clock} from '../../../lib/clock.ts';
import type {NextScreen} from '../context-switch.ts';

export type ScreenEnd = {readonly code: number; readonly next: NextScreen | undefined};

/** Why a screen ends: a key, a signal, a fault, another context. Several may come before the terminal is restored. */
export class ScreenExit {
  readonly #onLeave: () => void;
  #code = 0;
  #fault: {readonly error: unknown} | undefined;
  #next: NextScreen | undefined;

  /** `onLeave` is called each time something ends the screen. */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
  }

  get code(): number {
    return this.#fault ? 1 : this.#code;
  }

  /** A fault of the program itself. */
  get fault(): {readonly error: unknown} | undefined {
    return this.#fault;
  }

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

  /** Only the first fault is kept: it caused those after it. */
  onFault(error: unknown): void {
    this.#fault ??= {error};
  }

  /** After a signal or a crash no other screen follows. */
  async dropNextUnlessClean(): Promise<void> {
    if (this.code === 0) return;
    const next = this.#next;
    this.#next = undefined;
    await next?.server.close();
  }
}

/** Milliseconds to wait for a terminal that accepts nothing. */
const terminalPatience = 500;

type EndScreenOptions = {
  readonly exit: ScreenExit;
  readonly writes: Pick<BoundedWrites, 'end'>;
  /** Undoes what was done to the terminal and the process, oldest first. */
  readonly undo: readonly (() => void)[];
  readonly process: Pick<EventEmitter, 'on'> & {
    readonly exit: (code: number) => void;
    readonly stderr: {readonly write: (text: string) => unknown};
  };
  readonly clock: Clock;
  /** Returns the report of a fault for the user. */
  readonly reportOf: (error: unknown) => string;
};

/** Restores the terminal once nothing more is drawn. */
export async function endScreen(options: EndScreenOptions): Promise<ScreenEnd> {
  const {exit, writes, undo, process, clock, reportOf} = options;
  const {fault} = exit;
  const isOut = await writes.end({restore: restoreSequence, patience: terminalPatience, clock});
  await exit.dropNextUnlessClean();
  // Any further write, and even a natural end of the process, would wait for the terminal. Another screen can wait.
  if (!isOut && !exit.next) process.exit(exit.code);
  if (!exit.next) exitAtOnce(process, exit.code);
  for (const undoOne of undo.toReversed()) undoOne();
  if (fault) process.stderr.write(reportOf(fault.error));
  return {code: exit.code, next: exit.next};
}
