import {systemClock} from '../lib/clock.ts';
import {UsageError} from '../settings/parse-values.ts';
import type {Settings} from '../settings/settings.ts';
import {reportCrash} from '../system/crash-report.ts';
import {boundWrites, holdStderr, leaveOnOwnLine, reportModes} from '../system/terminal-output.ts';
import {allCommands, type CommandTable} from '../ui/keys/commands.ts';
import {remap} from '../ui/keys/remap-keys.ts';
import type {ContextSource} from './context-switch.ts';
import {DrawnScreen, screenListeners} from './drawn-screen.tsx';
import {endScreen, type ScreenEnd, ScreenExit} from './exit.ts';
import {type ScreenOptions, screenParts} from './services.ts';

type ScreensOptions = Omit<ScreenOptions, 'commands' | 'server'>;

/**
 * Runs the screen, and runs it anew for each context that the user goes to. Answers the exit code. Throws `UsageError`
 * for keys that cannot be.
 */
export async function runScreens(options: ScreensOptions): Promise<number> {
  const {contexts} = options;
  const source: ContextSource = {
    file: contexts.file,
    async settingsIn(name) {
      const settings = await contexts.settingsIn(name);
      commandsOf(settings);
      return settings;
    },
  };
  const common = {...options, contexts: source};
  const visited = new Set([options.settings.context?.name]);
  let end = await runScreen({...common, commands: commandsOf(options.settings)});
  while (end.next) {
    const {next} = end;
    // Who comes back within one run comes back to what he left, also with --fresh.
    const {context, fresh} = next.settings;
    const settings = {...next.settings, fresh: fresh && !visited.has(context?.name)};
    visited.add(context?.name);
    // The pipelines that were asked for are those of the first server.
    end = await runScreen({
      ...{...common, settings, server: next.server, names: [], patterns: []},
      commands: commandsOf(settings),
    });
  }
  return end.code;
}

function commandsOf({keys}: Settings): CommandTable {
  const {table, problems} = remap(allCommands, keys);
  const [first] = problems;
  if (first !== undefined) throw new UsageError(first);
  return table;
}

/** Runs the screen until the user or a signal ends it, or another takes its place; leaves the terminal clean. */
async function runScreen(options: ScreenOptions): Promise<ScreenEnd> {
  const {settings, version, process} = options;
  const {stdout} = process;
  const clock = systemClock;
  const departure = new ScreenExit(() => {
    contextSwitch.end();
    // While the logs are still there. After an exception what was saved last is safer than what is there now.
    if (departure.fault === undefined) back.session?.capture();
    writes.leave();
    drawn.end();
  });
  const {server, back, title, contextSwitch, controller} = await screenParts(options, departure, clock);
  const drawn = new DrawnScreen(controller, process, settings.fps);
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
  const endOwnLine = leaveOnOwnLine(stdout);
  const writes = boundWrites(stdout, () => void controller.terminal.repaint());
  const undo = [
    // Undone last: when writes are whole again.
    title.restore,
    endOwnLine,
    holdStderr(process.stderr),
    ...screenListeners({back, controller, drawn, departure, process, clock, hasMouse: settings.mouse}),
  ];
  const endSize = drawn.followSize();
  reports.on();
  back.start();
  try {
    await drawn.ended();
  } catch (error) {
    // A component threw.
    departure.onFault(error);
  } finally {
    controller.terminal.restoreModes();
    reports.off();
    endSize();
    await back.close();
    await server.close();
  }
  const reportFault = (error: unknown) =>
    reportCrash(error, {process, version, folder: back.state, secrets: server.secrets(), clock});
  return await endScreen({departure, writes, undo, process, clock, reportFault});
}
