import {render} from 'ink';
import {type OpenServer, openServer} from '../commands/open-server.ts';
import {systemClock} from '../lib/clock.ts';
import type {NamePattern} from '../settings/name-pattern.ts';
import type {Settings} from '../settings/settings.ts';
import {UsageError} from '../settings/usage-error.ts';
import type {CommandTable} from '../ui/commands.ts';
import {App} from '../ui/components/app.tsx';
import {Controller} from '../ui/controller.ts';
import type {Size} from '../ui/layout.ts';
import {Mouse} from '../ui/mouse.ts';
import {activeTab} from '../ui/view-state.ts';
import {BackOfScreen} from './back-of-screen.ts';
import {boundWrites} from './bounded-writes.ts';
import {type ContextSource, ContextSwitch, type NextScreen} from './context-switch.ts';
import {filterInput} from './filtered-input.ts';
import {watchFirstLines} from './first-lines.ts';
import {holdStderr} from './held-stderr.ts';
import {listen} from './listen.ts';
import {leaveOnOwnLine} from './own-line.ts';
import {reportCrash} from './report-crash.ts';
import {reportModes, restoreSequence} from './report-modes.ts';
import {screenServices} from './screen-services.ts';
import {readTerminal} from './terminal-facts.ts';
import {waysOut} from './ways-out.ts';
import {windowTitle} from './window-title.ts';
import {wishOf} from './wish-of.ts';

export type ScreenOptions = {
  readonly settings: Settings;
  readonly names: readonly string[];
  /** Pipelines that match are opened too, those that come later as well. */
  readonly patterns: readonly NamePattern[];
  readonly version: string;
  readonly process: NodeJS.Process;
  /** With the user's keys. */
  readonly commands: CommandTable;
  readonly contexts: ContextSource;
  /** The server, when it is open already. */
  readonly server?: OpenServer;
};

/** The exit code; `next`: the screen that is to follow. */
export type ScreenEnd = {readonly code: number; readonly next: NextScreen | undefined};

/** A terminal that takes nothing does not keep the program from ending. Milliseconds. */
const terminalPatience = 500;

/** Runs the screen until the user or a signal ends it, or another takes its place; leaves the terminal clean. */
export async function runScreen(options: ScreenOptions): Promise<ScreenEnd> {
  const {settings, names, patterns, version, process} = options;
  const {stdin, stdout} = process;
  const terminal = readTerminal(process);
  if (terminal.problem !== undefined) throw new UsageError(terminal.problem);

  const clock = systemClock;
  const server = options.server ?? (await openServer(settings, version, clock));
  const {client} = server;
  const back = new BackOfScreen({settings, client, clock, process});
  const {manager, presence, session} = back;
  const title = windowTitle(stdout);

  let exitCode = 0;
  let next: NextScreen | undefined;
  const contextSwitch = new ContextSwitch({
    source: options.contexts,
    ...{version, clock},
    onReady(ready) {
      next = ready;
      leave(0);
    },
  });
  let failure: {readonly error: unknown} | undefined;
  const sizeNow = (): Size => ({columns: stdout.columns, rows: stdout.rows});
  const controller = new Controller({
    services: screenServices({
      ...{settings, server, back, terminal, title, process, clock},
      commands: options.commands,
      contexts: contextSwitch.of(settings),
      quit: () => leave(0),
    }),
    names,
    isAsked: (name) => patterns.some(({matches}) => matches(name)),
    size: sizeNow(),
    wish: wishOf(settings.view.initial),
    ...(session && {beforeFirst: () => session.takeUp(controller)}),
  });

  const element = () => <App controller={controller} size={controller.size} />;
  const instance = render(element(), {
    stdin,
    stdout,
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    maxFps: settings.fps,
  });
  const reports = reportModes(stdout, {mouse: settings.mouse});
  controller.terminal.keep({
    on() {
      reports.on();
      title.resume();
    },
    off() {
      reports.off();
      title.restore();
    },
  });
  const mouse = new Mouse(controller);
  const repaint = () => void controller.terminal.repaint();
  // What a key does, and the first lines of a log, are drawn at once: Ink would keep them for the next frame, and
  // `maxFps` allows one in 83 ms. From key to screen at 10,000 lines/s: 99 of 100 within 48 instead of 214 ms.
  const drawNow = () => void instance.waitUntilRenderFlush().catch(() => {});
  const leave = (code: number) => {
    exitCode = code;
    contextSwitch.end();
    // While the logs are still there. After an exception what was saved last is safer than what is there now.
    if (failure === undefined) session?.capture();
    writes.leave();
    instance.unmount();
  };
  // Ink's own useWindowSize left garbage in 36 of 60 resizes under load; a root prop, set before Ink hears of the
  // resize, in none.
  const onResize = () => {
    controller.setSize(sizeNow());
    instance.rerender(element());
  };
  const endOwnLine = leaveOnOwnLine(stdout);
  const writes = boundWrites(stdout, repaint);
  const undo = [
    // Undone last: when writes are whole again.
    title.restore,
    endOwnLine,
    holdStderr(process.stderr),
    filterInput(stdin, {
      clock,
      onReport: (report) => {
        if (report.kind === 'blur') presence.noteBlur();
        else presence.noteSign();
        // A mode that a program before this one left on is not what the user asked for.
        if (report.kind === 'mouse' && settings.mouse) mouse.report(report);
      },
      onKeys: () => {
        presence.noteSign();
        drawNow();
      },
    }),
    watchFirstLines(manager, (name) => {
      const tab = activeTab(controller.state);
      if (tab && (tab.merges ?? [tab.name]).includes(name)) drawNow();
    }),
    listen(process, 'SIGCONT', repaint),
    listen(process, 'uncaughtException', (error) => {
      // The first one is the cause.
      failure ??= {error};
      leave(1);
    }),
    ...waysOut(process, leave),
  ];
  stdout.prependListener('resize', onResize);
  reports.on();
  back.start();
  try {
    await instance.waitUntilExit();
  } catch (error) {
    // A component threw.
    failure ??= {error};
  } finally {
    reports.off();
    stdout.off('resize', onResize);
    await back.close();
    await server.close();
  }
  const crash =
    failure &&
    (await reportCrash(failure.error, {process, version, folder: back.state, secrets: server.secrets(), clock}));
  if (crash !== undefined) exitCode = 1;
  if (exitCode !== 0) {
    // A signal or a crash came after all.
    await next?.server.close();
    next = undefined;
  }
  const isOut = await writes.end({restore: restoreSequence, patience: terminalPatience, clock});
  // Else nothing more can be said, and even a natural end would wait for the terminal. Another screen can wait for it.
  if (!isOut && !next) process.exit(exitCode);
  for (const undoOne of undo.reverse()) undoOne();
  if (crash !== undefined) process.stderr.write(crash);
  return {code: exitCode, next};
}
