import type {Clock} from '../lib/clock.ts';
import type {BoundedWrites} from './bounded-writes.ts';
import type {NextScreen} from './context-switch.ts';
import type {Departure} from './departure.ts';
import {restoreSequence} from './report-modes.ts';

/** The exit code; `next`: the screen that is to follow. */
export type ScreenEnd = {readonly code: number; readonly next: NextScreen | undefined};

/** A terminal that takes nothing does not keep the program from ending. Milliseconds. */
const terminalPatience = 500;

export type EndScreenOptions = {
  readonly departure: Departure;
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
