import meow from 'meow';
import {errorText} from '../lib/format.ts';
import {acceptsOption, type CommandName, commandWords, isConfigurable, type Option, options} from './option-table.ts';
import type {Flags} from './option-values.ts';
import {closest, UsageError} from './parse-values.ts';

/** The words after `pipetail`, before any variable or file is read. */
export type CommandLine = {readonly command: CommandName; readonly names: readonly string[]; readonly flags: Flags};

/** Throws `UsageError` for a flag that is unknown or belongs to another command. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  // Words after `--` are names, even if they look like a command or a flag.
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

/** The same call on another context, without the flags about the server. */
export function inContext(commandLine: CommandLine, context: string): CommandLine {
  const flags = new Map([...commandLine.flags].filter(([flag]) => flag !== 'demo' && !find(flag)?.ofContext));
  return {...commandLine, flags: flags.set('context', context)};
}

/** `--no-…` turns off a switch that a variable or the file can turn on; `--prefix` turns off `--no-prefix`. */
function parseFlags(argv: readonly string[]): {input: readonly string[]; flags: Flags} {
  // meow's yargs-parser reads `--no-x` as x=false: the switch is declared as x and inverted below.
  const declared = Object.fromEntries(
    options.map((option: Option) => [
      camelCase(option.flag.replace(/^no-/, '')),
      {
        type: option.value === undefined ? ('boolean' as const) : ('string' as const),
        ...(option.alias === undefined ? {} : {shortFlag: option.alias}),
      },
    ]),
  );
  const result = readWithMeow(withSwitchValues(argv), declared);
  const flags = new Map<string, string | boolean>();
  for (const [key, value] of Object.entries(result.flags)) {
    if (value === undefined) continue;
    const typed = key.length === 1 ? key : key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const flag = value === false ? `no-${typed}` : typed;
    const option = find(flag);
    const opposite = option ? undefined : find(value === false ? typed : `no-${typed}`);
    if (option) flags.set(flag, option.value === undefined ? true : String(value));
    else if (opposite && isSwitch(opposite) && isConfigurable(opposite)) {
      flags.set(opposite.flag, false);
    } else throw new UsageError(`unknown option ${dashed(flag)}${suggestion(flag)} · pipetail --help lists them`);
  }
  return {input: result.input.map(String), flags};
}

/** `--wrap` without one of its values is on, as when it was a switch: the next word is a name. */
function withSwitchValues(argv: readonly string[]): readonly string[] {
  return argv.map((word, index) => {
    const option = word.startsWith('--') ? find(word.slice(2)) : undefined;
    const hasValue = option?.choices?.includes(argv[index + 1] ?? '') ?? false;
    return option?.wasSwitch && !hasValue ? `${word}=true` : word;
  });
}

function isSwitch({value, wasSwitch}: Option): boolean {
  return value === undefined || wasSwitch === true;
}

function find(flag: string): Option | undefined {
  return options.find((option) => option.flag === flag);
}

function rejectForeignFlags(flags: Flags, command: CommandName): void {
  for (const flag of flags.keys()) {
    const option = find(flag);
    if (option && !acceptsOption(command, option)) {
      const where = option.commands.map((name) => (name === 'screen' ? 'the screen' : `pipetail ${name}`)).join(', ');
      throw new UsageError(`--${flag} belongs to ${where}`);
    }
  }
}

function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Names in stern, kubectl, k9s, curl, tail and journalctl for our flags. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ...['include', 'i', 'regex', 'regexp', 'filter'].map((flag) => [flag, 'grep'] as const),
  ...['since-time', 'S'].map((flag) => [flag, 'since'] as const),
  ...['lines', 'n'].map((flag) => [flag, 'tail'] as const),
  ...['server', 'url', 'endpoint'].map((flag) => [flag, 'host'] as const),
  ...['api-key', 'token', 'key'].map((flag) => [flag, 'auth'] as const),
  ...['cacert', 'certificate-authority'].map((flag) => [flag, 'tls-cert'] as const),
  ...['log-level', 'severity'].map((flag) => [flag, 'level'] as const),
  ['insecure-skip-tls-verify', 'insecure'],
  ['format', 'output'],
  ['no-color', 'color never'],
  ['v', 'version'],
  ['V', 'version'],
]);

function suggestion(flag: string): string {
  const flags = options.map((option) => option.flag);
  // Every single letter is near every other one.
  const near = elsewhere.get(flag) ?? (flag.length === 1 ? undefined : closest(flag, flags));
  return near === undefined ? '' : ` · did you mean --${near}?`;
}

function dashed(flag: string): string {
  return flag.length === 1 ? `-${flag}` : `--${flag}`;
}

/** Errors of meow itself (a flag given twice) become usage errors. */
function readWithMeow(argv: readonly string[], flags: Parameters<typeof meow>[0]['flags']) {
  try {
    return meow({
      importMeta: import.meta,
      argv,
      ...(flags === undefined ? {} : {flags}),
      // meow sets the process's title to this name.
      pkg: {name: 'pipetail'},
      autoHelp: false,
      autoVersion: false,
      inferType: false,
      booleanDefault: undefined,
    });
  } catch (error) {
    throw new UsageError(errorText(error));
  }
}
