import {readCommandLine} from '../../source/kit/settings/command-line.ts';
import {type ConfigFile, emptyConfig} from '../../source/kit/settings/config-file.ts';
import type {Environment} from '../../source/kit/settings/option-values.ts';
import {type Settings, settingsOf} from '../../source/kit/settings/settings.ts';

/** The settings of a call, as the program reads them (`loadSettings`), with a file that is read already. */
export function readSettings(
  argv: readonly string[],
  environment: Environment,
  file: ConfigFile = emptyConfig,
): Settings {
  return settingsOf(readCommandLine(argv), environment, file);
}
