import type {Settings} from '../settings/settings.ts';
import {UsageError} from '../settings/usage-error.ts';
import {allCommands, type CommandTable} from '../ui/commands.ts';
import {remap} from '../ui/remap-keys.ts';
import type {ContextSource} from './context-switch.ts';
import {runScreen} from './run-screen.ts';
import type {ScreenOptions} from './screen-options.ts';

export type ScreensOptions = Omit<ScreenOptions, 'commands' | 'server'>;

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
