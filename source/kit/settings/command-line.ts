import meow from 'meow';
import {shellWord} from '../../lib/format.ts';
import {fileLine} from './file-line.ts';
import {
  acceptsOption,
  type CommandName,
  commandWords,
  isConfigurable,
  nameOf,
  type Option,
  variableOf,
} from './option.ts';
import {optionNamed, options} from './option-table.ts';
import type {Flags} from './option-values.ts';
import {closest, listed, readSwitch, UsageError} from './parse-values.ts';

/** `--help all`, `help logs all`: with every option, not only those of the first day. */
export const wholeHelp = 'all';

/** The words after `pipetail`, before any variable or file is read. */
export type CommandLine = {readonly command: CommandName; readonly names: readonly string[]; readonly flags: Flags};

/**
 * Throws `UsageError` for a flag that is unknown, belongs to another command, or is a setting. `fileOf`: the configuration
 * file of a call with these flags, for messages.
 */
export function readCommandLine(
  argv: readonly string[],
  fileOf: (flags: Flags) => string = () => 'the configuration file',
): CommandLine {
  const {command, names, typed} = wordsOf(argv);
  const known = typed.map(checked);
  const line = {
    command,
    ...readWithMeow(
      known.filter(({option}) => !option.setting),
      names,
    ),
  };
  // These two are commands, too, and win over mistakes.
  if (line.flags.get('version') === true) return {...line, command: 'version', names: []};
  if (line.flags.get('help') === true) {
    const ofCommand = command === 'screen' ? [] : [command];
    return {...line, command: 'help', names: [...ofCommand, ...line.names.filter((name) => name === wholeHelp)]};
  }
  const setting = known.find(({option}) => option.setting);
  if (setting) throw onlySetting(setting, fileOf(line.flags));
  const other = known.find(({option}) => !acceptsOption(command, option));
  if (other) throw foreign(other, command);
  return line;
}

/** Makes the same call on another context, without the flags about the server. */
export function inContext(commandLine: CommandLine, context: string): CommandLine {
  const ofServer = options.filter((option: Option) => option.ofContext || option.flag === 'demo').map(({flag}) => flag);
  const flags = new Map([...commandLine.flags].filter(([flag]) => !ofServer.some((each) => each === flag)));
  return {...commandLine, flags: flags.set('context', context)};
}

/** Returns whether the output is JSON: then errors are JSON too, also those about the command line itself. */
export function isJsonRequested(argv: readonly string[]): boolean {
  return wordsOf(argv).typed.some(({option, value}) => option?.flag === 'output' && value === 'json');
}

/** An option of the command line. */
type TypedOption = {
  /** Option of that name; undefined: there is none. */
  readonly option: Option | undefined;
  /** Word as typed, without a value. */
  readonly as: string;
  /** The command, as far as it is known by then. */
  readonly command: CommandName;
  /** The next word, or in the same one: after `=`, or after the letter of an alias. */
  readonly value: string | undefined;
  /** It is typed as the opposite of `option`, a switch or a setting that has `off`. */
  readonly isOpposite: boolean;
  /** The next word, if names come before the option and this could be one more. */
  readonly nameBehind?: string | undefined;
};

type KnownOption = TypedOption & {readonly option: Option};

/**
 * The words of a call, which may be wrong or incomplete. Those after `--` (`isSeparated`) are names, even if they look like
 * a command or an option. `pending`: the option whose value the next word would be.
 */
export function wordsOf(argv: readonly string[]) {
  const separator = argv.indexOf('--');
  const words = separator === -1 ? argv : argv.slice(0, separator);
  let command: CommandName | undefined;
  const names: string[] = [];
  const typed: TypedOption[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word.length < 2 || !word.startsWith('-')) {
      const isCommand = command === undefined && commandWords.some((each) => each === word);
      command ??= commandWords.find((each) => each === word) ?? 'screen';
      if (!isCommand) names.push(word);
      continue;
    }
    for (const each of optionsIn(word, command ?? 'screen')) {
      const next = words[at + 1];
      const isValue = next !== undefined && takes(each, next);
      if (isValue) at += 1;
      const isName = !isValue && names.length > 0 && next?.startsWith('-') === false;
      typed.push({...each, ...(isValue && {value: next}), ...(isName && {nameBehind: next})});
    }
  }
  const last = typed.at(-1);
  const isSeparated = separator !== -1;
  if (isSeparated) names.push(...argv.slice(separator + 1));
  const pending = last && lacksValue(last) ? last.option : undefined;
  return {command: command ?? 'screen', names, typed, isSeparated, pending} as const;
}

/** The options of one word: `--flag`, `--flag=value`, `-f`, `-ft`, `-ojson`, `-o=json`. */
function optionsIn(word: string, command: CommandName): readonly TypedOption[] {
  if (word.startsWith('--')) return [longOption(word, command)];
  const typed: TypedOption[] = [];
  const letters = [...word.slice(1)];
  for (const [index, letter] of letters.entries()) {
    const option = optionNamed(letter, command);
    const rest = letters.slice(index + 1).join('');
    const hasValue = rest.startsWith('=') || (option?.value !== undefined && rest !== '');
    const value = hasValue ? rest.replace(/^=/, '') : undefined;
    typed.push({option, as: `-${letter}`, command, value, isOpposite: false});
    if (hasValue) break;
  }
  return typed;
}

/** `--no-…` turns off what a variable or the file can turn on: a switch, or a setting that can be off. */
function longOption(word: string, command: CommandName): TypedOption {
  const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const option = optionNamed(name, command);
  const opposite = option || !name.startsWith('no-') ? undefined : optionNamed(name.slice(3), command);
  const isOpposite = opposite !== undefined && hasOpposite(opposite);
  return {option: isOpposite ? opposite : option, as: `--${name}`, command, value, isOpposite};
}

function hasOpposite(option: Option): boolean {
  return option.off !== undefined || (option.value === undefined && isConfigurable(option));
}

function lacksValue({option, value, isOpposite}: TypedOption): boolean {
  return option?.value !== undefined && value === undefined && !isOpposite;
}

/** Returns whether the next word is the value. One that is an option itself is none: `--scrollback --demo`. */
function takes(typed: TypedOption, next: string): boolean {
  const name = (/^--([^=]+)/.exec(next) ?? /^-(.)$/.exec(next))?.[1];
  return lacksValue(typed) && (name === undefined || !optionNamed(name, typed.command));
}

/** Throws `UsageError` for what cannot be meant. */
function checked(typed: TypedOption): KnownOption {
  const {option, as, command, value, nameBehind} = typed;
  if (!option) throw unknownOption(as, command);
  const known = {...typed, option};
  // `logs NAME --watch foo`: a pattern, as on the screen, or one more name? Before a first name `--watch` is that of fda.
  if (as === '--watch' && option.flag === 'follow' && value === undefined && nameBehind !== undefined) {
    const ways = `select lines with --grep ${shellWord(nameBehind)}, or write all names before it`;
    throw new UsageError(`${as} takes no pattern in ${callOf('logs')}: it is --follow · ${ways}`);
  }
  if (option.setting) return known;
  if (option.value === undefined) isOn(known);
  else if (!value && !acceptsOption(command, option)) throw foreign(known, command);
  else if (!value) throw new UsageError(`--${option.flag} needs a value: --${option.flag} ${option.value}`);
  return known;
}

/**
 * meow is told of the options that are there, as it takes a tenth of a millisecond for each, by their own names, and with
 * each value in quotation marks, which it takes off: as typed, `-ojson` would be five options, and `--grep -x` two.
 */
function readWithMeow(typed: readonly KnownOption[], names: readonly string[]) {
  const rows = [...new Set(typed.map(({option}) => option))];
  for (const row of rows.filter(({value, repeatable}) => value !== undefined && !repeatable)) {
    const times = typed.filter(({option}) => option === row).length;
    // Without the values, which may be keys.
    const often = times === 2 ? 'twice' : `${times} times`;
    if (times > 1) throw new UsageError(`--${row.flag} is given ${often} · leave all but one out`);
  }
  const words = typed.map((each) => {
    const {flag, value} = each.option;
    if (value === undefined) return isOn(each) ? `--${flag}` : `--no-${flag}`;
    return `--${flag}="${each.value}"`;
  });
  const {input, flags} = meow({
    importMeta: import.meta,
    argv: [...words, '--', ...names],
    flags: Object.fromEntries(
      rows.map(({flag, value, repeatable = false}) => [
        nameOf(flag),
        {type: value === undefined ? 'boolean' : 'string', isMultiple: repeatable},
      ]),
    ),
    // meow sets the process's title to this name.
    pkg: {name: 'pipetail'},
    autoHelp: false,
    autoVersion: false,
    inferType: false,
    booleanDefault: undefined,
  });
  const read = new Map<string, string | boolean | readonly string[]>();
  for (const {flag} of rows) {
    const found: unknown = flags[nameOf(flag)];
    if (typeof found === 'string' || typeof found === 'boolean' || Array.isArray(found)) read.set(flag, found);
  }
  return {names: input, flags: read};
}

function foreign({option: {flag, commands}, as}: KnownOption, command: CommandName): UsageError {
  const isFilter = command === 'logs' && flag === 'filter';
  const way = isFilter
    ? 'use --grep, --exclude or --level'
    : `leave it out, or use it with ${listed(commands.map(callOf))}`;
  return new UsageError(`${callOf(command)} takes no ${as} · ${way}`);
}

/** Returns whether the words of a switch turn it on. */
function isOn({as, value, isOpposite}: Omit<TypedOption, 'option'>): boolean {
  return (value === undefined || readSwitch(value, as)) !== isOpposite;
}

/** A flag that is only a setting: the way out is its line in `file`, or its variable for one call. */
function onlySetting(typed: KnownOption, file: string): UsageError {
  const {option, as} = typed;
  const text = settingText(typed);
  const line = fileLine(option, text);
  const assignment = `${variableOf(option)}=${shellWord(text)}`;
  const ways = option.ofContext
    ? [`write ${line} in its context, [contexts.NAME], in ${file}`, `without a context: ${assignment}`]
    : [`write ${line} in ${file}`, `for one call: ${assignment}`];
  return new UsageError(`${as} is a setting: ${ways.join(' · ')}`);
}

/** The value that was meant; without one that it can have, the default, or an example. */
function settingText(typed: KnownOption): string {
  const {option, value, isOpposite} = typed;
  const {fallback, example = '', choices, off} = option;
  if (option.value === undefined) return String(isOn(typed));
  if (off !== undefined && isOpposite && !isOn(typed)) return off;
  const isPossible = value !== undefined && !isOpposite && choices?.includes(value) !== false;
  return isPossible ? value : (fallback ?? example);
}

/** `typed`: with its dashes, without a value. */
function unknownOption(typed: string, command: CommandName): UsageError {
  const name = typed.replace(/^--?/, '');
  const flags: readonly Option[] = options.filter((option: Option) => !option.setting);
  const own = flags.filter((option) => acceptsOption(command, option));
  const near = (some: readonly Option[]) =>
    closest(
      name,
      some.map(({flag}) => flag),
    );
  // Every single letter is near every other one. An option of another command comes after the command's own.
  const meant = name.length === 1 ? undefined : (near(own) ?? near(flags));
  const owners = flags.find(({flag}) => flag === meant)?.commands ?? [command];
  const call = owners.includes(command) ? '' : `${callOf(owners[0] ?? command)} `;
  const advice = meant ? `did you mean ${call}--${meant}?` : `see ${callOf(command)} --help all`;
  return new UsageError(`unknown option ${typed.slice(0, 80)} · ${advice}`);
}

function callOf(command: CommandName): string {
  return command === 'screen' ? 'pipetail' : `pipetail ${command}`;
}
