import type {Clock} from '../lib/clock.ts';
import {prepareWidths} from '../terminal/width.ts';
import {Mouse} from '../ui/mouse.ts';
import {activeTab} from '../ui/view-state.ts';
import type {Departure} from './departure.ts';
import type {DrawnScreen} from './drawn-screen.tsx';
import {filterInput} from './filtered-input.ts';
import {watchFirstLines} from './first-lines.ts';
import {listen} from './listen.ts';
import type {ScreenParts} from './screen-parts.ts';
import {waysOut} from './ways-out.ts';

export type ScreenListening = Pick<ScreenParts, 'back' | 'controller'> & {
  readonly drawn: DrawnScreen;
  readonly departure: Departure;
  readonly process: NodeJS.Process;
  readonly clock: Clock;
  /** The mouse is the screen's; else it is the terminal's. */
  readonly hasMouse: boolean;
};

/** The first frames have been drawn by then, and few have pressed a key. Milliseconds. */
const idleSoon = 1000;

/** Listens to the terminal, the logs and the process. Answers the undoings, to be called in reverse. */
export function screenListeners(listening: ScreenListening): readonly (() => void)[] {
  const {controller, drawn, departure, process, clock} = listening;
  return [
    filterScreenInput(listening),
    clock.after(idleSoon, prepareWidths),
    watchFirstLines(listening.back.manager, (name) => {
      const tab = activeTab(controller.state);
      if (tab && (tab.merges ?? [tab.name]).includes(name)) drawn.drawNow();
    }),
    controller.answers.subscribe(() => drawn.drawNow()),
    listen(process, 'SIGCONT', () => void controller.terminal.repaint()),
    listen(process, 'uncaughtException', (error) => departure.leaveWithFault(error)),
    ...waysOut(process, (code) => departure.leave(code)),
  ];
}

function filterScreenInput({process, clock, back, controller, drawn, hasMouse}: ScreenListening): () => void {
  const {presence} = back;
  const mouse = new Mouse(controller);
  return filterInput(process.stdin, {
    clock,
    onReport: (report) => {
      if (report.kind === 'blur') presence.noteBlur();
      else presence.noteSign();
      // A mode that a program before this one left on is not what the user asked for.
      if (report.kind === 'mouse' && hasMouse) mouse.report(report);
    },
    onKeys: () => {
      presence.noteSign();
      drawn.drawNow();
    },
  });
}
