import {homedir} from 'node:os';
import {type CommandLine, inContext, readCommandLine} from '../settings/command-line.ts';
import {emptyConfig} from '../settings/config-file.ts';
import type {Environment} from '../settings/given.ts';
import {type Settings, settingsOf} from '../settings/settings.ts';
import {configOf} from './load-config.ts';

/**
 * Everything that the program is told: flags, variables, and the configuration file where the command needs it.
 * `context`: the same call, but on that context. Rejects with a `UsageError` with one line for the user.
 */
export async function loadSettings(
  argv: readonly string[],
  environment: Environment,
  context?: string,
): Promise<Settings> {
  const typed = readCommandLine(argv);
  const commandLine = context === undefined ? typed : inContext(typed, context);
  const file = needsFile(commandLine) ? await configOf(commandLine, environment, homedir()) : emptyConfig;
  return settingsOf(commandLine, environment, file);
}

/** Help, and what looks at the file itself, must do their work when the file is wrong. */
function needsFile({command, names, flags}: CommandLine): boolean {
  if (flags.get('help') === true || flags.get('version') === true) return false;
  if (command === 'config') return names.join(' ') === 'show';
  return command !== 'demo' && command !== 'completion';
}
