import {readCommandLine} from '../../source/kit/settings/command-line.ts';
import {type ConfigFile, emptyConfig} from '../../source/kit/settings/config-file.ts';
import type {Environment} from '../../source/kit/settings/option-values.ts';
import {type Settings, settingsOf} from '../../source/kit/settings/settings.ts';
import {requestOf} from '../../source/shells/commands/run-command.ts';
import {commandOf} from '../../source/shells/commands.ts';

/** The settings of a call, as the program reads them (`loadSettings`), with a file that is read already. */
export function readSettings(
  argv: readonly string[],
  environment: Environment,
  file: ConfigFile = emptyConfig,
): Settings {
  return settingsOf(readCommandLine(argv), environment, file, commandOf);
}

/** What the command of a call gets, as its type says. */
export function readRequest<Request>(argv: readonly string[], environment: Environment = {}): Request {
  return requestOf(readSettings(argv, environment)) as Request;
}
