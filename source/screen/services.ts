import {homedir} from 'node:os';
import {ApiError} from '../api/errors.ts';
import type {ApiClient} from '../api/types.ts';
import {compilePattern} from '../buffer/pattern.ts';
import type {Clock} from '../lib/clock.ts';
import {colorNames, type OwnThemes, readColor, type ThemeName} from '../settings/palette.ts';
import {UsageError} from '../settings/parse-values.ts';
import type {NamePattern} from '../settings/request.ts';
import type {Settings} from '../settings/settings.ts';
import {type OpenServer, openServer} from '../startup/open-server.ts';
import {expandHome, saveFile} from '../storage/save-file.ts';
import {copyToClipboard} from '../system/clipboard.ts';
import {runWithTimeout} from '../system/deadline.ts';
import {commandEndWords, pagerOf, pipeOut} from '../system/pipe-out.ts';
import {stopProcess} from '../system/signals.ts';
import {notificationWriter, type WindowTitle, windowTitle, writeWhole} from '../system/terminal-output.ts';
import {type ColorDepth, type Colors, type Looks, paletteFor} from '../terminal/style.ts';
import {type Symbols, symbolsFor} from '../terminal/symbols.ts';
import {dark, light, solarized, solarizedLight} from '../terminal/themes.ts';
import {Controller} from '../ui/controller.ts';
import type {CommandTable} from '../ui/keys/commands.ts';
import type {Size} from '../ui/layout.ts';
import type {Description, Services} from '../ui/services.ts';
import {zoneOffset} from '../viewport/time-column.ts';
import {ScreenBackend, viewOptionsOf} from './backend.ts';
import {type ContextSource, ContextSwitch} from './context-switch.ts';
import type {ScreenExit} from './exit.ts';

/** What a screen is made of, before anything of it is drawn. */
export type ScreenParts = {
  readonly server: OpenServer;
  readonly back: ScreenBackend;
  readonly title: WindowTitle;
  readonly contextSwitch: ContextSwitch;
  readonly controller: Controller;
};

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

/** Makes them; nothing is written to the terminal. Throws `UsageError` where there can be no screen. */
export async function screenParts(options: ScreenOptions, departure: ScreenExit, clock: Clock): Promise<ScreenParts> {
  const {settings, names, patterns, version, process} = options;
  const terminal = readTerminal(process);
  if (terminal.problem !== undefined) throw new UsageError(terminal.problem);

  const server = options.server ?? (await openServer(settings, version, clock));
  const back = new ScreenBackend({settings, client: server.client, clock, process});
  const title = windowTitle(process.stdout);
  const contextSwitch = new ContextSwitch({
    source: options.contexts,
    ...{version, clock},
    onReady: (next) => departure.leaveFor(next),
  });
  const {session} = back;
  const controller = new Controller({
    services: screenServices({
      ...{settings, server, back, terminal, title, process, clock},
      commands: options.commands,
      contexts: contextSwitch.of(settings),
      quit: () => departure.leave(0),
    }),
    names,
    isAsked: (name) => patterns.some(({matches}) => matches(name)),
    size: sizeOf(process.stdout),
    wish: viewOptionsOf(settings.view.initial),
    ...(session && {beforeFirst: () => session.takeUp(controller)}),
  });
  return {server, back, title, contextSwitch, controller};
}

/** The terminal's size now. */
export function sizeOf({columns, rows}: NodeJS.Process['stdout']): Size {
  return {columns, rows};
}

type TerminalInfo = {
  /** Why there can be no screen here, in one line. */
  readonly problem: string | undefined;
  readonly depth: ColorDepth;
  readonly symbols: Symbols;
  readonly isUtf8: boolean;
};

const depths: Readonly<Record<number, ColorDepth>> = {1: 'none', 4: '16', 8: '256', 24: 'truecolor'};

/** What the terminal can do, from its streams and the environment. */
function readTerminal({stdin, stdout, env}: NodeJS.Process): TerminalInfo {
  return {
    problem: problemWith(stdin.isTTY && stdout.isTTY, env.TERM),
    depth: env.NO_COLOR ? 'none' : (depths[stdout.isTTY ? stdout.getColorDepth(env) : 1] ?? '16'),
    symbols: symbolsFor(isUtf8(env)),
    isUtf8: isUtf8(env),
  };
}

function problemWith(isTty: boolean, term: string | undefined): string | undefined {
  if (!isTty) return 'the screen needs a terminal · use pipetail logs <pipeline> in a pipe';
  if (term === 'dumb') return 'the screen needs more than TERM=dumb · use pipetail logs <pipeline>';
  return undefined;
}

/** The locale that holds for characters: LC_ALL, else LC_CTYPE, else LANG. */
function isUtf8(env: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}

/** What the screen is given: the streams behind it, the server, and what it may do to the terminal and the process. */
function screenServices({
  settings,
  server,
  back,
  terminal,
  title,
  process,
  clock,
  ...others
}: {
  readonly settings: Settings;
  readonly server: OpenServer;
  readonly back: ScreenBackend;
  readonly terminal: TerminalInfo;
  readonly title: WindowTitle;
  readonly process: NodeJS.Process;
  readonly clock: Clock;
} & Pick<Services, 'commands' | 'contexts' | 'quit'>): Services {
  const {client} = server;
  const {env, stdout} = process;
  const {manager, poller, presence, login, history} = back;
  return {
    ...{manager, poller, clock, history},
    watched: presence.here,
    frameRate: back.frameRate,
    session: login.session,
    serverVersion: login.version,
    describe: (name, signal) => describe(client, name, signal),
    serverName: server.name,
    serverUrl: client.baseUrl,
    tokenFrom: settings.tokenFrom ?? settings.way.tokenCommand?.from,
    insecure: settings.way.insecure,
    colors: themeColors(settings.theme, settings.themes, terminal.depth),
    symbols: terminal.symbols,
    isUtf8: terminal.isUtf8,
    offsetAt: zoneOffset(settings.view.zone),
    watch: runWithTimeout,
    attention: {
      awayAfter: settings.awayAfter,
      watched: settings.watch === undefined ? undefined : compilePattern(settings.watch, {watch: runWithTimeout}),
      notify: notificationWriter(settings.notify, {env, write: (sequence) => writeWhole(stdout, sequence)}),
      setTitle: settings.title ? title.set : undefined,
    },
    ...takingServices(process),
    stopProcess: () => stopProcess(process, clock),
    ...others,
  };
}

/** Looks a pipeline up for the page that describes it. */
async function describe(client: ApiClient, name: string, signal: AbortSignal): Promise<Description> {
  try {
    return {kind: 'detail', detail: await client.getPipeline(name, signal)};
  } catch (error) {
    if (error instanceof ApiError) return {kind: 'failure', failure: error.failure};
    throw error;
  }
}

/** Undefined: the terminal's own colours. `none`: no colours, as with NO_COLOR. */
const builtIn: Readonly<Record<ThemeName, Looks | 'none' | undefined>> = {
  default: undefined,
  light: light.looks,
  dark: dark.looks,
  mono: 'none',
  solarized: solarized.looks,
  'solarized-light': solarizedLight.looks,
};

/** How colours come out under a theme, which must be one that there is, on a terminal of this depth. */
export function themeColors(name: string, own: OwnThemes, depth: ColorDepth): Colors {
  if (depth === 'none') return depth;
  const looks = looksOf(name, own);
  if (looks === 'none') return looks;
  return looks === undefined ? depth : paletteFor(looks, depth);
}

function looksOf(name: string, own: OwnThemes): Looks | 'none' | undefined {
  const colors = own.get(name);
  if (colors) return colorNames.map((each) => readColor(colors.get(each) ?? ''));
  const known = Object.entries(builtIn).find(([each]) => each === name);
  if (!known) throw new Error(`no such theme: ${name}`);
  return known[1];
}

/** How the screen copies, saves and pipes: on the process's own terminal, files and commands. */
export function takingServices(process: NodeJS.Process): Pick<Services, 'copy' | 'save' | 'pipe' | 'pager'> {
  const {env, platform, stdout} = process;
  const pager = pagerOf(env);
  return {
    copy: (text, lines, signal) =>
      copyToClipboard(text, lines, {env, platform, signal, write: (sequence) => writeWhole(stdout, sequence)}),
    save: (path, blocks, options) => saveFile(expandHome(path.trim(), homedir()), blocks, options),
    async pipe(command, blocks, {suspendTerminal, signal}) {
      const isPager = command.trim() === pager.command;
      const end = await pipeOut({
        ...{command, blocks, suspendTerminal, process, signal},
        env: isPager ? pager.env : env,
        shell: env.SHELL || '/bin/sh',
        // What a command printed would be gone at once; a pager has been read.
        pause: isPager ? 'on-failure' : 'always',
      });
      return end.kind === 'code' && end.code === 0 ? undefined : commandEndWords(command, end);
    },
    pager: pager.command,
  };
}
