import type {EventEmitter} from 'node:events';
import {homedir} from 'node:os';
import path from 'node:path';
import {render} from 'ink';
import {ApiError} from '../api/api-error.ts';
import type {ApiClient} from '../api/types.ts';
import {openServer} from '../commands/open-server.ts';
import {systemClock} from '../lib/clock.ts';
import type {Settings} from '../settings/settings.ts';
import {UsageError} from '../settings/usage-error.ts';
import {SearchHistory} from '../storage/search-history.ts';
import {stateFolder} from '../storage/state-folder.ts';
import {ListPoller} from '../streams/list-poller.ts';
import {StreamManager} from '../streams/stream-manager.ts';
import {App} from '../ui/components/app.tsx';
import {Controller} from '../ui/controller.ts';
import type {Size} from '../ui/layout.ts';
import type {Description} from '../ui/services.ts';
import {boundWrites} from './bounded-writes.ts';
import {holdStderr} from './held-stderr.ts';
import {stopProcess} from './stop-process.ts';
import {takingServices} from './taking-services.ts';
import {readTerminal} from './terminal-facts.ts';
import {withinDeadline} from './within-deadline.ts';

export type ScreenOptions = {
  readonly settings: Settings;
  readonly names: readonly string[];
  readonly version: string;
  readonly process: NodeJS.Process;
};

/** A history that cannot be written (a home that hangs) does not keep the program from ending. Milliseconds. */
const historyPatience = 500;
/** Exit codes of signals are the shell's: 128 and the signal's number. */
const signalCodes = {SIGHUP: 129, SIGINT: 130, SIGTERM: 143} as const;

/** Runs the screen until the user or a signal ends it; answers the exit code and leaves the terminal clean. */
export async function runScreen({settings, names, version, process}: ScreenOptions): Promise<number> {
  const {stdin, stdout} = process;
  const terminal = readTerminal(process);
  if (terminal.problem !== undefined) throw new UsageError(terminal.problem);

  const clock = systemClock;
  const server = await openServer(settings, version, clock);
  const {client} = server;
  const random = Math.random;
  const poller = new ListPoller({client, clock, random});
  const manager = new StreamManager({
    client,
    clock,
    random,
    fps: settings.fps,
    scrollbackBytes: settings.scrollbackBytes,
    silence: settings.silence,
  });

  const ended = new AbortController();
  const {env} = process;
  const state = stateFolder({xdgStateHome: env.XDG_STATE_HOME, home: homedir()});
  const history = new SearchHistory({file: path.join(state, 'history'), signal: ended.signal});
  void history.load();

  let exitCode = 0;
  let failure: unknown;
  const sizeNow = (): Size => ({columns: stdout.columns, rows: stdout.rows});
  const controller = new Controller({
    services: {
      manager,
      poller,
      clock,
      describe: (name, signal) => describe(client, name, signal),
      depth: terminal.depth,
      symbols: terminal.symbols,
      isUtf8: terminal.isUtf8,
      watch: withinDeadline,
      serverName: server.name,
      serverUrl: client.baseUrl,
      tokenFrom: settings.tokenFrom,
      offsetAt: (at) => -new Date(at).getTimezoneOffset(),
      history,
      ...takingServices(process),
      quit: () => instance.unmount(),
      stopProcess: () => stopProcess(process, clock),
    },
    names,
    size: sizeNow(),
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
  const repaint = () => void controller.terminal.repaint();
  const leave = (code: number) => {
    exitCode = code;
    instance.unmount();
  };
  // Ink's own useWindowSize left garbage in 36 of 60 resizes under load; a root prop, set before Ink hears of the
  // resize, in none.
  const onResize = () => {
    controller.setSize(sizeNow());
    instance.rerender(element());
  };
  const undo = [
    holdStderr(process.stderr),
    boundWrites(stdout, repaint),
    listen(process, 'SIGCONT', repaint),
    listen(process, 'uncaughtException', (error) => {
      failure = error;
      leave(1);
    }),
    ...Object.entries(signalCodes).map(([name, code]) => listen(process, name, () => leave(code))),
    // The terminal is gone: a killed SSH session, a closed pane.
    listen(stdout, 'error', () => leave(signalCodes.SIGHUP)),
    listen(stdin, 'end', () => leave(signalCodes.SIGHUP)),
  ];
  stdout.prependListener('resize', onResize);
  poller.start();
  try {
    await instance.waitUntilExit();
  } finally {
    stdout.off('resize', onResize);
    poller.stop();
    manager.dispose();
    await Promise.race([history.saved(), clock.sleep(historyPatience, ended.signal).catch(() => {})]);
    ended.abort();
    await server.close();
    for (const undoOne of undo.reverse()) undoOne();
  }
  if (failure !== undefined) throw failure;
  return exitCode;
}

/** Listens until the answer is called. */
function listen(emitter: EventEmitter, event: string, listener: (argument: unknown) => void): () => void {
  emitter.on(event, listener);
  return () => emitter.off(event, listener);
}

async function describe(client: ApiClient, name: string, signal: AbortSignal): Promise<Description> {
  try {
    return {kind: 'detail', detail: await client.getPipeline(name, signal)};
  } catch (error) {
    if (error instanceof ApiError) return {kind: 'failure', failure: error.failure};
    throw error;
  }
}
