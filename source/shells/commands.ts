import {diffCommand} from '../features/changes/diff-command.ts';
import {timelineCommand} from '../features/timeline/timeline-command.ts';
import type {Command} from '../kit/settings/command.ts';
import {type CommandName, commandWords} from '../kit/settings/option.ts';
import type {LogText} from '../kit/shell/shell-command.ts';
import {logsCommand} from './commands/logs/logs-command.ts';
import * as own from './commands/own-commands.ts';

/** Without `loadText` it is run by `commands/run-command`. Only its own `read` knows its words. */
type Listed = Command & {readonly loadText?: () => Promise<LogText<never>>};

/** A new one is a line here, and its word in `kit/settings/option`. */
const listed: readonly Listed[] = [
  ...Object.values(own),
  logsCommand,
  // Of features.
  diffCommand,
  timelineCommand,
];

/** All commands, in the order of the help. */
export const commands: readonly Listed[] = (['screen', ...commandWords] as const).flatMap(
  (word) => listed.find(({name}) => name === word) ?? [],
);

export function commandOf(name: CommandName): Listed {
  const command = commands.find((each) => each.name === name);
  if (!command) throw new TypeError(`no feature has the command ${name}`);
  return command;
}
