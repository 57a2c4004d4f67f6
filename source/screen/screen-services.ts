import {compilePattern} from '../buffer/pattern.ts';
import type {OpenServer} from '../commands/open-server.ts';
import type {Clock} from '../lib/clock.ts';
import type {Settings} from '../settings/settings.ts';
import type {Services} from '../ui/services.ts';
import type {BackOfScreen} from './back-of-screen.ts';
import {describe} from './describe.ts';
import {notifier} from './notifier.ts';
import {stopProcess} from './stop-process.ts';
import {takingServices} from './taking-services.ts';
import type {TerminalFacts} from './terminal-facts.ts';
import {themeColors} from './theme-colors.ts';
import type {WindowTitle} from './window-title.ts';
import {withinDeadline} from './within-deadline.ts';
import {writeWhole} from './write-whole.ts';
import {zoneOffset} from './zone-offset.ts';

/** What the screen is given: the streams behind it, the server, and what it may do to the terminal and the process. */
export function screenServices({
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
  readonly back: BackOfScreen;
  readonly terminal: TerminalFacts;
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
    watch: withinDeadline,
    attention: {
      awayAfter: settings.awayAfter,
      watched: settings.watch === undefined ? undefined : compilePattern(settings.watch, {watch: withinDeadline}),
      notify: notifier(settings.notify, {env, write: (sequence) => writeWhole(stdout, sequence)}),
      setTitle: settings.title ? title.set : undefined,
    },
    ...takingServices(process),
    stopProcess: () => stopProcess(process, clock),
    ...others,
  };
}
