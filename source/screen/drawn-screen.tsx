import {type Instance, render} from 'ink';
import type {Clock} from '../lib/clock.ts';
import {watchFirstLines} from '../streams/stream-manager.ts';
import {listen, onExitSignals} from '../system/signals.ts';
import {filterInput} from '../system/terminal-input.ts';
import {prepareWidths} from '../terminal/width.ts';
import {App} from '../ui/components/app.tsx';
import type {Controller} from '../ui/controller.ts';
import {Mouse} from '../ui/mouse.ts';
import {pipelinesOf} from '../ui/state/view-state.ts';
import type {ScreenExit} from './exit.ts';
import {type ScreenParts, sizeOf} from './services.ts';

const homeAndErase = '\x1b[H\x1b[J';

/** The screen as Ink draws it, from its making on. */
export class DrawnScreen {
  readonly #controller: Controller;
  readonly #stdout: NodeJS.Process['stdout'];
  readonly #instance: Instance;

  /** `fps`: frames a second, at most. */
  constructor(controller: Controller, {stdin, stdout}: NodeJS.Process, fps: number) {
    this.#controller = controller;
    this.#stdout = stdout;
    this.#instance = render(this.#element(), {
      stdin,
      stdout,
      alternateScreen: true,
      incrementalRendering: true,
      exitOnCtrlC: false,
      // Ink takes a variable `CI` for a sign that nobody looks, and draws nothing.
      interactive: true,
      // Ink's own limit loses every second one of frames that come just as fast as it allows.
      maxFps: 2 * fps,
    });
  }

  /** Resolves after `end`; rejects with what a component threw. */
  async ended(): Promise<void> {
    await this.#instance.waitUntilExit();
  }

  /**
   * Draws what a key does, what a search found, and the first lines of a log, at once: Ink would keep them for its next
   * frame. From key to screen at 10,000 lines/s, with one in 83 ms: 99 of 100 within 48 instead of 214 ms.
   */
  drawNow(): void {
    void this.#instance.waitUntilRenderFlush().catch(() => {});
  }

  /**
   * Draws for each new size of the terminal, until the answer is called. Ink's own useWindowSize left garbage in 36 of 60
   * resizes under load; a root prop, set before Ink hears of the resize, in none.
   *
   * All of it is drawn: a frame that was written for the old size when the terminal had another already has moved rows, and
   * Ink writes only what is new (garbage in 3 of 16 times 300 resizes with a frame in 83 ms).
   */
  followSize(): () => void {
    const onResize = () => {
      if (!this.#controller.terminal.isLent) {
        this.#stdout.write(homeAndErase);
        this.#instance.clear();
      }
      this.#controller.setSize(sizeOf(this.#stdout));
      this.#instance.rerender(this.#element());
    };
    this.#stdout.prependListener('resize', onResize);
    return () => this.#stdout.off('resize', onResize);
  }

  end(): void {
    this.#instance.unmount();
  }

  #element(): React.JSX.Element {
    return <App controller={this.#controller} size={this.#controller.size} />;
  }
}

type ScreenListening = Pick<ScreenParts, 'back' | 'controller'> & {
  readonly drawn: DrawnScreen;
  readonly departure: ScreenExit;
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
      if (pipelinesOf(controller.tab).includes(name)) drawn.drawNow();
    }),
    controller.answers.subscribe(() => drawn.drawNow()),
    listen(process, 'SIGCONT', () => void controller.terminal.repaint()),
    listen(process, 'uncaughtException', (error) => departure.leaveWithFault(error)),
    ...onExitSignals(process, (code) => departure.leave(code)),
  ];
}

function filterScreenInput({process, clock, back, controller, drawn, hasMouse}: ScreenListening): () => void {
  const {presence} = back;
  const mouse = new Mouse(controller);
  return filterInput(process.stdin, {
    clock,
    onReport: (report) => {
      if (report.kind === 'blur') presence.onBlur();
      else presence.onSign();
      // A mode that a program before this one left on is not what the user asked for.
      if (report.kind === 'mouse' && hasMouse) mouse.report(report);
    },
    onKeys: () => {
      presence.onSign();
      drawn.drawNow();
    },
  });
}
