import type {Flags} from './given.ts';
import {type CommandName, commandWords, type Option, options} from './options.ts';
import {parseFlags, rejectForeignFlags} from './parse-flags.ts';

/** The words behind `pipetail`, before any variable or file is looked at. */
export type CommandLine = {readonly command: CommandName; readonly names: readonly string[]; readonly flags: Flags};

/** Takes the words apart. Throws `UsageError` for a flag that is unknown or another command's. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  // What follows `--` are names, even when they look like a command or a flag.
  const separator = argv.indexOf('--');
  const before = separator === -1 ? argv : argv.slice(0, separator);
  const after = separator === -1 ? [] : argv.slice(separator + 1);
  const {input, flags} = parseFlags(before);

  const first = input[0];
  const command: CommandName = commandWords.find((word) => word === first) ?? 'screen';
  const names = [...(command === 'screen' ? input : input.slice(1)), ...after];
  if (flags.get('help') !== true && flags.get('version') !== true) rejectForeignFlags(flags, command);
  return {command, names, flags};
}

/** The same call on another context: what it said of the server was of the one before. */
export function inContext(commandLine: CommandLine, context: string): CommandLine {
  const ofServer = options.filter((option: Option) => option.ofContext).map(({flag}): string => flag);
  const flags = new Map([...commandLine.flags].filter(([flag]) => flag !== 'demo' && !ofServer.includes(flag)));
  return {...commandLine, flags: flags.set('context', context)};
}
