import type {ReadStream} from 'node:tty';
import {type Instance, render} from 'ink';
import {watchFirstLines} from '../../../engine/logs/log-manager.ts';
import type {Size} from '../../../kit/screen/layout.ts';
import type {Settings} from '../../../kit/settings/settings.ts';
import {pipelinesOf} from '../../../kit/state/view-state.ts';
import {listen, onExitSignals} from '../../../kit/system/signals.ts';
import type {TerminalGround} from '../../../kit/system/terminal-ground.ts';
import {filterInput} from '../../../kit/system/terminal-input.ts';
import type {TerminalPace} from '../../../kit/system/terminal-pace.ts';
import type {Clock} from '../../../lib/clock.ts';
import {App} from '../components/app.tsx';
import type {Controller} from '../controller.ts';
import type {ScreenBackend} from './backend.ts';
import type {ScreenExit} from './exit.ts';

const homeAndErase = '\x1b[H\x1b[J';

type DrawnScreenOptions = {
  readonly controller: Controller;
  readonly backend: Pick<ScreenBackend, 'presence'>;
  readonly exit: ScreenExit;
  readonly process: NodeJS.Process;
  /** Source of the keys. */
  readonly keys: ReadStream;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'fps'>;
  /** Pace of the terminal; undefined: it is not asked how far it has got. */
  readonly pace: TerminalPace | undefined;
  readonly ground: Pick<TerminalGround, 'isAwaited' | 'onReport'>;
};

/** The screen as Ink draws it, and what it listens to. The first frame is drawn by the constructor. */
export class DrawnScreen {
  readonly #options: DrawnScreenOptions;
  readonly #instance: Instance;
  #isEnded = false;

  constructor(options: DrawnScreenOptions) {
    this.#options = options;
    const {stdout} = options.process;
    const {keys: stdin} = options;
    this.#instance = render(this.#element(), {
      stdin,
      stdout,
      // With a variable `INK_SCREEN_READER` Ink would print the whole screen again with every change.
      isScreenReaderEnabled: false,
      alternateScreen: true,
      incrementalRendering: true,
      exitOnCtrlC: false,
      // With a variable `CI` Ink would draw nothing.
      interactive: true,
      // When frames come exactly as fast as its limit allows, Ink loses every second one.
      maxFps: 2 * options.settings.fps,
    });
  }

  /** Resolves after `end`; rejects with what a component threw. */
  async ended(): Promise<void> {
    await this.#instance.waitUntilExit();
  }

  /** More calls do nothing: to clear a terminal that is gone fails, and a failed write ends the screen. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#instance.unmount();
  }

  /** Listens to the terminal, the logs and the process. Returns what undoes it, oldest first. */
  listen(): readonly (() => void)[] {
    const {controller, exit, process, keys, pace} = this.#options;
    const {mayDrawKeys} = pace ?? {};
    return [
      this.#filterInput(),
      watchFirstLines(controller.services.logs, (name) => {
        if (pipelinesOf(controller.tab).includes(name)) this.#drawNow();
      }),
      controller.results.subscribe(() => this.#drawNow()),
      ...(mayDrawKeys ? [mayDrawKeys.subscribe(() => mayDrawKeys.get() && this.#drawNow())] : []),
      listen(process, 'SIGCONT', () => void controller.terminal.repaint()),
      listen(process, 'SIGWINCH', this.#sizeSignal()),
      // From outside; ^Z is a key.
      listen(process, 'SIGTSTP', () => {
        void controller.terminal.lend(async () => void (await controller.services.suspendProcess()));
      }),
      listen(process, 'uncaughtException', (error) => exit.leaveWithFault(error)),
      ...onExitSignals(process, keys, (code) => exit.leave(code)),
    ];
  }

  #filterInput(): () => void {
    const {keys, clock, pace, ground} = this.#options;
    const {presence} = this.#options.backend;
    return filterInput(keys, {
      clock,
      isAsked: () => ground.isAwaited || pace?.isAwaited === true,
      onReport: (report) => {
        if (report.kind === 'cursor') pace?.onAnswer(report.column);
        else if (report.kind === 'blur') presence.onBlur();
        else if (report.kind === 'focus') presence.onSign();
        else ground.onReport(report);
      },
      onKeys: () => {
        presence.onSign();
        pace?.onKey();
        this.#drawNow();
      },
    });
  }

  /**
   * Draws keys, matches of a search and first lines of a log at once, where Ink would wait for its next frame. At 10,000
   * lines/s and 12 frames/s, 99 of 100 keys are on the screen within 48 instead of 214 ms.
   */
  #drawNow(): void {
    void this.#instance.waitUntilRenderFlush().catch(() => {});
  }

  /**
   * Draws for each new size until the result is called. Ink's own useWindowSize left garbage in 36 of 60 resizes under
   * load; a root prop, set before Ink's listener runs, in none. All is drawn anew: a frame of the old size, written after
   * the resize, has moved rows, and Ink writes only what changed (garbage in 3 of 16 runs of 300 resizes).
   */
  followSize(): () => void {
    const {controller, process} = this.#options;
    const {stdout} = process;
    const onResize = () => {
      if (!controller.terminal.isLent) {
        stdout.write(homeAndErase);
        this.#instance.clear();
      }
      controller.setSize(sizeOf(stdout));
      this.#instance.rerender(this.#element());
    };
    stdout.prependListener('resize', onResize);
    return () => stdout.off('resize', onResize);
  }

  /**
   * A window that is smaller for a moment, as when a pane is zoomed in and out, may have its size of before when the signal
   * is handled: Node emits no `resize` then, but the terminal has lost what did not fit.
   */
  #sizeSignal(): () => void {
    const {controller, process} = this.#options;
    let before = sizeOf(process.stdout);
    return () => {
      const size = sizeOf(process.stdout);
      const isSame = size.columns === before.columns && size.rows === before.rows;
      before = size;
      if (isSame) void controller.terminal.repaint();
    };
  }

  #element(): React.JSX.Element {
    const {controller, process} = this.#options;
    return <App controller={controller} size={sizeOf(process.stdout)} />;
  }
}

/** Returns the size that the controller lays out for. */
export function sizeOf({columns, rows}: NodeJS.Process['stdout']): Size {
  return {columns, rows};
}
