import type {ReadStream} from 'node:tty';
import {render} from 'ink';
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

/** Draws the screen by Ink, its first frame at once, and hears what it listens to. */
export function drawScreen(options: DrawnScreenOptions) {
  const {controller, exit, process, keys, clock, pace, ground} = options;
  const {stdout} = process;
  const {presence} = options.backend;
  const element = () => <App controller={controller} size={sizeOf(stdout)} />;
  const instance = render(element(), {
    stdin: keys,
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
  let isEnded = false;

  /**
   * Draws keys, matches of a search and first lines of a log at once, where Ink would wait for its next frame. At 10,000
   * lines/s and 12 frames/s, 99 of 100 keys are on the screen within 48 instead of 214 ms.
   */
  const drawNow = () => void instance.waitUntilRenderFlush().catch(() => {});

  const filterKeys = () =>
    filterInput(keys, {
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
        drawNow();
      },
    });

  /**
   * A window that is smaller for a moment, as when a pane is zoomed in and out, may have its size of before when the signal
   * is handled: Node emits no `resize` then, but the terminal has lost what did not fit.
   */
  const onSizeSignal = () => {
    let before = sizeOf(stdout);
    return () => {
      const size = sizeOf(stdout);
      const isSame = size.columns === before.columns && size.rows === before.rows;
      before = size;
      if (isSame) void controller.terminal.repaint();
    };
  };

  return {
    /** Resolves after `end`; rejects with what a component threw. */
    async ended(): Promise<void> {
      await instance.waitUntilExit();
    },
    /** More calls do nothing: to clear a terminal that is gone fails, and a failed write ends the screen. */
    end(): void {
      if (isEnded) return;
      isEnded = true;
      instance.unmount();
    },
    /** Listens to the terminal, the logs and the process. Returns what undoes it, oldest first. */
    listen(): readonly (() => void)[] {
      const {mayDrawKeys} = pace ?? {};
      return [
        filterKeys(),
        watchFirstLines(controller.services.logs, (name) => {
          if (pipelinesOf(controller.tab).includes(name)) drawNow();
        }),
        controller.results.subscribe(drawNow),
        ...(mayDrawKeys ? [mayDrawKeys.subscribe(() => mayDrawKeys.get() && drawNow())] : []),
        listen(process, 'SIGCONT', () => void controller.terminal.repaint()),
        listen(process, 'SIGWINCH', onSizeSignal()),
        // From outside; ^Z is a key.
        listen(process, 'SIGTSTP', () => {
          void controller.terminal.lend(async () => void (await controller.services.suspendProcess()));
        }),
        listen(process, 'uncaughtException', (error) => exit.leaveWithFault(error)),
        ...onExitSignals(process, keys, (code) => exit.leave(code)),
      ];
    },
    /**
     * Draws for each new size until the result is called. Ink's own useWindowSize left garbage in 36 of 60 resizes under
     * load; a root prop, set before Ink's listener runs, in none. All is drawn anew: a frame of the old size, written after
     * the resize, has moved rows, and Ink writes only what changed (garbage in 3 of 16 runs of 300 resizes).
     */
    followSize(): () => void {
      const onResize = () => {
        if (!controller.terminal.isLent) {
          stdout.write(homeAndErase);
          instance.clear();
        }
        controller.setSize(sizeOf(stdout));
        instance.rerender(element());
      };
      stdout.prependListener('resize', onResize);
      return () => stdout.off('resize', onResize);
    },
  };
}

/** Returns the size that the controller lays out for. */
export function sizeOf({columns, rows}: NodeJS.Process['stdout']): Size {
  return {columns, rows};
}
