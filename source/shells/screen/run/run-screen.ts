import {stat} from 'node:fs/promises';
import {homedir} from 'node:os';
import type {ReadStream} from 'node:tty';
import {bytesOfPath} from '../../../engine/disk/regular-file.ts';
import type {LogManager} from '../../../engine/logs/log-manager.ts';
import type {FoundLog} from '../../../engine/opened/found-log.ts';
import type {CommandTable} from '../../../kit/keys/commands.ts';
import {remap} from '../../../kit/keys/remap-keys.ts';
import type {NamePattern} from '../../../kit/settings/names.ts';
import {UsageError} from '../../../kit/settings/parse-values.ts';
import type {Settings} from '../../../kit/settings/settings.ts';
import {checkFirstName, commandMeant} from '../../../kit/shell/named-pipelines.ts';
import {type PromptHistories, promptHistories} from '../../../kit/state/prompt-history.ts';
import {crashReport} from '../../../kit/system/crash-report.ts';
import {TerminalGround} from '../../../kit/system/terminal-ground.ts';
import {dropInput} from '../../../kit/system/terminal-input.ts';
import {boundWrites, holdStderr, reportModes, windowTitle, writeWhole} from '../../../kit/system/terminal-output.ts';
import {TerminalPace} from '../../../kit/system/terminal-pace.ts';
import {zstdPacker} from '../../../kit/system/zstd-packer.ts';
import {type Clock, systemClock} from '../../../lib/clock.ts';
import {counted} from '../../../lib/format.ts';
import {systemRandom} from '../../../lib/random.ts';
import {features} from '../../features.ts';
import {configPlace, loadSettings} from '../../startup/load-settings.ts';
import {type OpenServer, openServer} from '../../startup/open-server.ts';
import {type ContextSource, contextSwitch, type NextScreen} from '../context-switch.ts';
import {Controller} from '../controller.ts';
import {type ShownLogs, screenBackend} from './backend.ts';
import {drawScreen, sizeOf} from './drawn-screen.tsx';
import {endScreen, type ScreenEnd, ScreenExit} from './exit.ts';
import {readTerminal, screenServices} from './screen-services.ts';
import {type Start, startOf} from './start.ts';

/** A context or a server that comes later has none of it. */
const noStart: Start = {atStart: [], filters: undefined};

/** Milliseconds that the first frame waits: a disk that hangs is waited for with a screen. */
const patience = 100;

/** Logs whose tabs are open at the start; the list has the others. */
const mostOpened = 16;

export type ScreensOptions = {
  readonly settings: Settings;
  readonly names: readonly string[];
  readonly patterns: readonly NamePattern[];
  readonly version: string;
  readonly process: NodeJS.Process;
};

/** Runs a screen for each context that the user switches to. Resolves to the exit code; rejects with a `UsageError`. */
export async function runScreens(options: ScreensOptions): Promise<number> {
  const {settings: first, names, version, process} = options;
  const start = startOf(first);
  if (!first.demo) {
    await checkFirstName(names, {open: () => openServer(first, version, systemClock), clock: systemClock});
  }
  const common = {
    ...options,
    contexts: contextSource(first, process),
    histories: promptHistories(),
    ground: new TerminalGround(process.env, systemClock),
  };
  const visited = new Set([first.context?.name]);
  const keys = process.stdin;
  let end = await runScreen({...common, keys, commands: commandsOf(first), start});
  while (end.next) {
    const {next} = end;
    // Within one run a context is restored as it was left, also with --fresh.
    const {context, fresh} = next.settings;
    const settings = {...next.settings, fresh: fresh && !visited.has(context?.name)};
    visited.add(context?.name);
    // The names of the command line are pipelines of the first server.
    end = await runScreen({
      ...common,
      settings,
      server: next.server,
      names: [],
      patterns: [],
      keys,
      commands: commandsOf(settings),
      start: noStart,
    });
  }
  return end.code;
}

/** Each switch reads the file again. */
function contextSource({config}: Settings, process: NodeJS.Process): ContextSource {
  const words = process.argv.slice(2);
  return {
    file: configPlace(config, process.env, homedir()).name,
    async settingsIn(name) {
      const settings = await loadSettings(words, process, name);
      commandsOf(settings);
      return settings;
    },
  };
}

/** Returns the commands with the user's keys. Throws `UsageError`. */
export function commandsOf({keys}: Settings): CommandTable {
  const {table, problems} = remap(features.commands, keys);
  const [first] = problems;
  if (first !== undefined) throw new UsageError(first);
  return table;
}

type ScreenOptions = Omit<ScreensOptions, 'contexts'> & {
  /** Source of the contexts to switch to; undefined without a server. */
  readonly contexts: ContextSource | undefined;
  /** The terminal whose keys are read; undefined: there is none. */
  readonly keys: ReadStream | undefined;
  /** Logs that are shown without a server. */
  readonly opened?: ShownLogs;
  /** Notes for the user at the start. */
  readonly notes?: readonly string[];
  /** Commands with the user's keys. */
  readonly commands: CommandTable;
  /** Prompt histories of all screens of this run. */
  readonly histories: PromptHistories;
  /** Asked by the first screen of a run. */
  readonly ground: TerminalGround;
  readonly start: Start;
  /** If it is open already. */
  readonly server?: OpenServer;
};

/** Runs a screen to its end, and restores the terminal. */
export async function runScreen(options: ScreenOptions): Promise<ScreenEnd> {
  const {settings, names, patterns, version, process, start} = options;
  const {commands, histories, ground, contexts, opened, notes = []} = options;
  const {stdout} = process;
  const terminal = readTerminal({process, keys: options.keys, meant: commandMeant(names)});
  const {keys} = terminal;
  const server = options.server ?? (await openServer(settings, version, systemClock));
  const {clock} = server;

  const backend = screenBackend({
    settings,
    client: server.client,
    clock,
    process,
    opened,
    random: systemRandom,
    packer: zstdPacker,
    filters: start.filters,
  });
  // A multiplexer answers itself, and draws at a pace of its own.
  const pace = process.env.TMUX || process.env.STY ? undefined : new TerminalPace(clock);
  pace?.mayDrawLog.subscribe(() => backend.frameRate.setHeld(!pace.mayDrawLog.get()));
  const answers = {
    begin: () => pace?.begin(),
    end: async () => void (await Promise.all([pace?.end(), ground.end()])),
  };
  const exit = new ScreenExit(() => {
    switching?.end();
    // While the logs still exist. After an exception the last saved session is safer than the present one.
    if (exit.fault === undefined) backend.session?.capture();
    writes.leave();
    endModes();
    void awaitAnswers().then(() => drawn.end());
  });
  /** First of all: what the terminal reports from then on, the shell would read. */
  const endModes = () => {
    // A command that returns the terminal then switches none on.
    controller.terminal.keep([]);
    reports.off();
  };
  const awaitAnswers = async () => {
    const isGone = stdout.destroyed || keys.readableEnded || keys.destroyed;
    if (!isGone) await answers.end();
  };
  const onReady = (next: NextScreen) => exit.leaveFor(next);
  const switching = contexts && contextSwitch(settings, {source: contexts, version, clock: systemClock, onReady});
  const title = windowTitle(stdout);
  const {session} = backend;
  const {found} = backend.catalog;
  if (opened) await openBeforeFrame(found[0], {logs: backend.logs, clock});
  const opening = [...names, ...found.slice(0, mostOpened).map(({name}) => name)];
  const controller = new Controller({
    services: screenServices({
      settings,
      server,
      backend,
      terminal,
      shade: ground.shade,
      process,
      clock,
      commands,
      histories,
      setTitle: title.set,
      ...(switching && {contexts: switching.contexts}),
      quit: () => exit.leave(0),
      ...(pace && {takesFrames: pace.mayDrawKeys}),
    }),
    features,
    names: opening,
    isRequested: (pipeline) => patterns.some(({matches}) => matches(pipeline)),
    size: sizeOf(stdout),
    viewOptions: {...settings.view.initial, ...(start.filters && {filters: start.filters})},
    ...(session && {beforeFirst: () => session.start(controller)}),
  });
  sayFirst(notes, controller);
  // One log needs no list.
  if (found.length === 1 && settings.view.initial.listWidth === 'auto') {
    controller.dispatch({type: 'toggle-list'});
  }
  const reports = reportModes(stdout);
  controller.terminal.keep([reports, title], answers);

  const drawn = drawScreen({controller, backend, exit, process, keys, clock, settings, pace, ground});
  const writes = boundWrites(stdout, {
    onRecovered: () => void controller.terminal.repaint(),
    onFrame: pace && ((bytes) => pace.onDrawn(bytes)),
  });
  // The title is undone last, once `writes` has ended: a dropped write would leave ours.
  stdout.off('error', ignore).on('error', ignore);
  const undo = [title.off, holdStderr(process.stderr), ...drawn.listen()];
  const endSize = drawn.followSize();
  reports.on();
  if (settings.theme === 'default' && terminal.depth !== 'none') ground.ask((text) => writeWhole(stdout, text));
  backend.start();
  const ends = start.atStart.map((begin) => begin(controller, opening));
  try {
    await drawn.ended();
  } catch (error) {
    // A component threw, and Ink has left the terminal.
    exit.onFault(error);
    endModes();
    const endInput = dropInput(keys);
    await awaitAnswers();
    endInput();
  } finally {
    endModes();
    endSize();
    for (const end of ends) end();
    await backend.close();
    await server.close();
  }
  const reportOf = (error: unknown) => crashReport(error, {version, secrets: server.secrets()});
  return await endScreen({exit, writes, undo, process, clock, reportOf});
}

/** One line holds the first note. What is said before the first key, such as of `--at`, stands behind it. */
export function sayFirst([note, ...others]: readonly string[], controller: Controller): void {
  if (note === undefined) return;
  const more = others.length > 0 ? ` · also left out: ${counted(others.length, 'file', 'files')}` : '';
  const first = `${note}${more}`;
  let said = first;
  controller.say(said, 'failure');
  const leave = controller.view.subscribe(() => {
    const {notice} = controller.state;
    if (notice === said) return;
    if (notice === undefined || controller.hasKey) {
      leave();
      return;
    }
    said = `${first} · ${notice}`;
    controller.say(said, 'failure');
  });
}

/** Stays to the end of the process: what is written to a terminal that is gone fails late, and for nobody. */
function ignore(): void {}

/**
 * Opens a file, so that its end is in the first frame: a frame without it would take as long as all the rest. Resolves
 * once it has lines, or none come soon; at once for an empty file, and for what is no plain file.
 */
export async function openBeforeFrame(
  found: FoundLog | undefined,
  {logs, clock}: {readonly logs: Pick<LogManager, 'open'>; readonly clock: Clock},
): Promise<void> {
  if (found?.kind !== 'file' || found.packed !== undefined) return;
  const {snapshot} = logs.open(found.name);
  const {promise, resolve} = Promise.withResolvers<void>();
  const check = () => {
    const {lineCount, file} = snapshot.get();
    if (lineCount > 0 || file?.kind !== 'reading') resolve();
  };
  const leaving = [snapshot.subscribe(check), clock.after(patience, resolve)];
  check();
  void isEmpty(found.path).then((nothingComes) => nothingComes && resolve());
  await promise;
  for (const leave of leaving) leave();
}

/** That a file has nothing to read is told in a frame of its log, and that it cannot be read, too. */
async function isEmpty(file: string): Promise<boolean> {
  return await stat(bytesOfPath(file)).then(
    ({size}) => size === 0,
    () => true,
  );
}
