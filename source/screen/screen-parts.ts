import {type OpenServer, openServer} from '../commands/open-server.ts';
import type {Clock} from '../lib/clock.ts';
import {UsageError} from '../settings/usage-error.ts';
import {Controller} from '../ui/controller.ts';
import type {Size} from '../ui/layout.ts';
import {BackOfScreen} from './back-of-screen.ts';
import {ContextSwitch} from './context-switch.ts';
import type {Departure} from './departure.ts';
import type {ScreenOptions} from './screen-options.ts';
import {screenServices} from './screen-services.ts';
import {readTerminal} from './terminal-facts.ts';
import {type WindowTitle, windowTitle} from './window-title.ts';
import {wishOf} from './wish-of.ts';

/** What a screen is made of, before anything of it is drawn. */
export type ScreenParts = {
  readonly server: OpenServer;
  readonly back: BackOfScreen;
  readonly title: WindowTitle;
  readonly contextSwitch: ContextSwitch;
  readonly controller: Controller;
};

/** Makes them; nothing is written to the terminal. Throws `UsageError` where there can be no screen. */
export async function screenParts(options: ScreenOptions, departure: Departure, clock: Clock): Promise<ScreenParts> {
  const {settings, names, patterns, version, process} = options;
  const terminal = readTerminal(process);
  if (terminal.problem !== undefined) throw new UsageError(terminal.problem);

  const server = options.server ?? (await openServer(settings, version, clock));
  const back = new BackOfScreen({settings, client: server.client, clock, process});
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
    wish: wishOf(settings.view.initial),
    ...(session && {beforeFirst: () => session.takeUp(controller)}),
  });
  return {server, back, title, contextSwitch, controller};
}

/** The terminal's size now. */
export function sizeOf({columns, rows}: NodeJS.Process['stdout']): Size {
  return {columns, rows};
}
