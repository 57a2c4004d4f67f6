import {homedir} from 'node:os';
import type {ReadStream} from 'node:tty';
import {compilePattern} from '../../../engine/buffer/pattern.ts';
import {expandHome, saveFile} from '../../../engine/disk/save-file.ts';
import {alertObject} from '../../../kit/journal/alerts.ts';
import type {Services} from '../../../kit/screen/services.ts';
import type {ThemeName} from '../../../kit/settings/palette.ts';
import {UsageError} from '../../../kit/settings/parse-values.ts';
import type {Settings} from '../../../kit/settings/settings.ts';
import type {CommandMeant} from '../../../kit/shell/named-pipelines.ts';
import {copyToClipboard} from '../../../kit/system/clipboard.ts';
import {runWithTimeout} from '../../../kit/system/deadline.ts';
import {suspendProcess} from '../../../kit/system/signals.ts';
import type {Shade} from '../../../kit/system/terminal-ground.ts';
import {bell, notificationWriter, writeWhole} from '../../../kit/system/terminal-output.ts';
import {type ColorDepth, type Colors, themes} from '../../../kit/terminal/style.ts';
import {hasUtf8, type Symbols, symbolsFor} from '../../../kit/terminal/symbols.ts';
import {zoneOffset} from '../../../kit/viewport/time-column.ts';
import type {Clock} from '../../../lib/clock.ts';
import type {ReadableStore} from '../../../lib/store.ts';
import type {OpenServer} from '../../startup/open-server.ts';
import type {ScreenBackend} from './backend.ts';

type TerminalInfo = {
  readonly keys: ReadStream;
  readonly depth: ColorDepth;
  readonly symbols: Symbols;
  readonly isUtf8: boolean;
};

type TerminalInput = {
  readonly process: Pick<NodeJS.Process, 'stdout' | 'env'>;
  /** Source of the keys; undefined: there is no terminal. */
  readonly keys: ReadStream | undefined;
  /** Command that does the same without a screen. */
  readonly instead?: string;
  /** The command that may be meant. */
  readonly meant?: CommandMeant | undefined;
};

const depths: Readonly<Record<number, ColorDepth>> = {1: 'none', 4: '16', 8: '256', 24: 'truecolor'};

/** Reads what the terminal can show. Throws `UsageError` where there can be no screen. */
export function readTerminal({
  process,
  keys,
  instead = 'pipetail logs <pipeline>',
  meant,
}: TerminalInput): TerminalInfo {
  const {stdout, env} = process;
  if (!keys?.isTTY || !stdout.isTTY) {
    throw new UsageError(
      meant === undefined
        ? `the screen needs a terminal · use ${instead} in a pipe`
        : `no command '${meant.typed}', and the screen needs a terminal · did you mean 'pipetail ${meant.command}'?`,
    );
  }
  if (env.TERM === 'dumb') {
    throw new UsageError(`the screen needs more than TERM=dumb · use ${instead}`);
  }
  const isUtf8 = hasUtf8(env);
  const depth = env.NO_COLOR ? 'none' : (depths[stdout.getColorDepth(env)] ?? '16');
  return {keys, depth, symbols: symbolsFor(isUtf8), isUtf8};
}

/** The options that name the server, to be given to somebody else: without certificates and credentials. */
function serverWords({demo, context, server: {tenant}}: Settings, baseUrl: string): readonly string[] {
  if (demo) return ['--demo'];
  if (context) return ['--context', context.name];
  return ['--host', baseUrl, ...(tenant === undefined ? [] : ['--tenant', tenant])];
}

type ServicesInput = Pick<Services, 'commands' | 'histories' | 'contexts' | 'quit' | 'takesFrames'> & {
  readonly settings: Settings;
  readonly server: OpenServer;
  readonly backend: ScreenBackend;
  readonly terminal: TerminalInfo;
  readonly shade: ReadableStore<Shade>;
  readonly setTitle: (text: string) => void;
  readonly process: NodeJS.Process;
  readonly clock: Clock;
};

export function screenServices(input: ServicesInput): Services {
  const {settings, server, backend, terminal, shade, setTitle, process, clock, ...others} = input;
  const {env, stdout} = process;
  const {theme, zone, away, watch, notify, title, copy} = settings;
  const {logs, turns, runner, catalog, facts, presence, frameRate, alerts, addPast, recordingsFolder} = backend;
  const {poller, stats, session, serverVersion, describe, history} = facts;
  const write = (sequence: string) => writeWhole(stdout, sequence);
  return {
    logs,
    turns,
    catalog,
    poller,
    stats,
    session,
    serverVersion,
    clock,
    frameRate,
    alerts,
    runner: runner.health,
    addPast,
    recordingsFolder,
    isAttended: presence.here,
    describe,
    history,
    serverName: server.name,
    serverUrl: server.client.baseUrl,
    serverWords: serverWords(settings, server.client.baseUrl),
    tokenFrom: settings.tokenFrom ?? (settings.server.tokenFile ?? settings.server.tokenCommand)?.from,
    insecure: settings.server.insecure === true,
    colors: colorsOn(shade, theme, terminal.depth),
    symbols: terminal.symbols,
    isUtf8: terminal.isUtf8,
    offsetAt: zoneOffset(zone),
    timeLimit: runWithTimeout,
    events: {
      awayAfter: away,
      watchPattern: watch === undefined ? undefined : compilePattern(watch, {timeLimit: runWithTimeout}),
      notify: notificationWriter(notify, {env, write}),
      onAlert:
        alerts &&
        ((alert) => {
          const object = alertObject(alert, {server: server.client.baseUrl, now: clock.wall()});
          alerts.add(alert.pipeline, object, alert.kind === 'failed');
        }),
      bell: () => void write(bell),
      setTitle: title ? setTitle : undefined,
      warn: (text) => void process.stderr.write(`pipetail: ${text}\n`),
    },
    home: homedir(),
    copyForm: copy,
    savedFilters: settings.savedFilters,
    ...copyServices(process),
    suspendProcess: () => suspendProcess(process, clock),
    ...others,
  };
}

/** The colours of a theme, which may change with what is known of the ground. */
function colorsOn(shade: ReadableStore<Shade>, theme: ThemeName, depth: ColorDepth): ReadableStore<Colors> {
  let known = shade.get();
  let colors = themeColors(theme, depth, known);
  const get = () => {
    const now = shade.get();
    if (now !== known) colors = themeColors(theme, depth, now);
    known = now;
    return colors;
  };
  return {get, subscribe: shade.subscribe};
}

export function themeColors(name: ThemeName, depth: ColorDepth, shade: Shade): Colors {
  if (depth === 'none' || name === 'mono') return 'none';
  const theme = themes[name === 'default' ? (shade ?? 'unknown') : name];
  return {depth, looks: depth === '16' ? theme.ofSixteen : theme.looks};
}

export function copyServices({env, platform, stdout}: NodeJS.Process): Pick<Services, 'copy' | 'save'> {
  return {
    copy: (text, lines, signal) =>
      copyToClipboard(text, lines, {env, platform, signal, write: (sequence) => writeWhole(stdout, sequence)}),
    save: (path, blocks, options) => saveFile(expandHome(path.trim(), homedir()), blocks, options),
  };
}
