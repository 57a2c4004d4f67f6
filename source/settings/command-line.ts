import meow from 'meow';
import {shellWord} from '../lib/format.ts';
import {fileLine} from './file-line.ts';
import {acceptsOption, type CommandName, commandWords, isConfigurable, type Option, variableOf} from './option.ts';
import {optionNamed, options} from './option-table.ts';
import type {Flags} from './option-values.ts';
import {closest, readSwitch, UsageError} from './parse-values.ts';

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
  // Words after `--` are names, even if they look like a command or a flag.
  const separator = argv.indexOf('--');
  const before = separator === -1 ? argv : argv.slice(0, separator);
  const after = separator === -1 ? [] : argv.slice(separator + 1);
  const {command, words, typed} = exactWords(before);
  const {input, flags} = readWithMeow(words, new Set(typed.map(({option}) => option)));
  const names = [...(command === 'screen' ? input : input.slice(1)), ...after];
  if (flags.get('help') === true || flags.get('version') === true) return {command, names, flags};
  const setting = typed.find(({option}) => option.setting);
  if (setting) throw onlySetting(setting, fileOf(flags));
  const other = typed.find(({option}) => !acceptsOption(command, option));
  if (other) throw foreign(other, command);
  return {command, names, flags};
}

/** The same call on another context, without the flags about the server. */
export function inContext(commandLine: CommandLine, context: string): CommandLine {
  const ofServer = options.filter((option: Option) => option.ofContext || option.flag === 'demo').map(({flag}) => flag);
  const flags = new Map([...commandLine.flags].filter(([flag]) => !ofServer.some((each) => each === flag)));
  return {...commandLine, flags: flags.set('context', context)};
}

/**
 * The words as meow reads them without a guess: each option as `--flag=value`, by its own name. meow would take `-ojson`
 * for five options, `--grep -x` for two, and a name after a switch for its value if the name is `true`.
 */
function exactWords(argv: readonly string[]) {
  let command: CommandName | undefined;
  const words: string[] = [];
  const typed: TypedOption[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word.length < 2 || !word.startsWith('-')) {
      command ??= commandWords.find((each) => each === word) ?? 'screen';
      words.push(word);
      continue;
    }
    for (const each of optionsIn(word, command ?? 'screen')) {
      const next = valueIn(argv[at + 1], each, command ?? 'screen');
      if (next !== undefined) at += 1;
      const hasName = words.filter((other) => !other.startsWith('-')).length > 1;
      if (hasName && next === undefined) refusePattern(each, argv[at + 1]);
      const given = {...each, value: next ?? each.value};
      typed.push(given);
      if (!given.option.setting) words.push(exactWord(given, command ?? 'screen'));
    }
  }
  return {command: command ?? 'screen', words, typed} as const;
}

/** The options of one word: `--flag`, `--flag=value`, `-f`, `-ft`, `-ojson`, `-o=json`. */
function optionsIn(word: string, command: CommandName): readonly TypedOption[] {
  if (word.startsWith('--')) return [longOption(word, command)];
  const typed: TypedOption[] = [];
  const letters = [...word.slice(1)];
  for (const [index, letter] of letters.entries()) {
    const option = optionNamed(letter, command);
    if (!option) throw unknownOption(`-${letter}`, command);
    const rest = letters.slice(index + 1).join('');
    const hasValue = rest.startsWith('=') || (option.value !== undefined && rest !== '');
    typed.push({option, as: `-${letter}`, value: hasValue ? rest.replace(/^=/, '') : undefined, isOpposite: false});
    if (hasValue) break;
  }
  return typed;
}

/** `--no-…` turns off what a variable or the file can turn on: a switch, or a setting that can be off. */
function longOption(word: string, command: CommandName): TypedOption {
  const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const as = `--${name}`;
  const option = optionNamed(name, command);
  if (option) return {option, as, value, isOpposite: false};
  const opposite = name.startsWith('no-') ? optionNamed(name.slice(3), command) : undefined;
  if (opposite && hasOpposite(opposite)) return {option: opposite, as, value, isOpposite: true};
  throw unknownOption(as, command);
}

function hasOpposite(option: Option): boolean {
  return option.off !== undefined || (option.value === undefined && isConfigurable(option));
}

/** The next word, if it is the option's value. One that is an option itself is none: `--scrollback --demo`. */
function valueIn(
  next: string | undefined,
  {option, value, isOpposite}: TypedOption,
  command: CommandName,
): string | undefined {
  if (option.value === undefined || value !== undefined || isOpposite || next === undefined) return undefined;
  const name = (/^--([^=]+)/.exec(next) ?? /^-(.)$/.exec(next))?.[1];
  return name !== undefined && optionNamed(name, command) ? undefined : next;
}

/** `logs NAME --watch foo`: a pattern, as on the screen, or one more name? Before a first name `--watch` is that of fda. */
function refusePattern({option, as, value}: TypedOption, next: string | undefined): void {
  if (as !== '--watch' || option.flag !== 'follow' || value !== undefined) return;
  if (next === undefined || next.startsWith('-')) return;
  const ways = `select lines with --grep ${shellWord(next)}, or write all names before it`;
  throw new UsageError(`${as} takes no pattern in ${callOf('logs')}: it is --follow · ${ways}`);
}

/** In front of every value: meow takes quotation marks off the values of a list, as in `--grep '"x"'`. */
const guard = '=';

function exactWord(typed: TypedOption, command: CommandName): string {
  const {option, value: given} = typed;
  const {flag, value} = option;
  if (value === undefined) return `--${flag}=${isOn(typed)}`;
  if (!given && !acceptsOption(command, option)) throw foreign(typed, command);
  if (!given) throw new UsageError(`--${flag} needs a value: --${flag} ${value}`);
  return `--${flag}=${guard}${given}`;
}

/** `given`: the options in the words, since meow takes a tenth of a millisecond for each that it is told of. */
function readWithMeow(argv: readonly string[], given: ReadonlySet<Option>) {
  const declared = [...given].map((option) => [
    meowKey(option),
    option.value === undefined ? {type: 'boolean' as const} : {type: 'string' as const, isMultiple: true as const},
  ]);
  const result = meow({
    importMeta: import.meta,
    argv,
    flags: Object.fromEntries(declared),
    // meow sets the process's title to this name.
    pkg: {name: 'pipetail'},
    autoHelp: false,
    autoVersion: false,
    inferType: false,
    booleanDefault: undefined,
  });
  const flags = new Map<string, string | boolean | readonly string[]>();
  for (const option of given) {
    const found: unknown = result.flags[meowKey(option)];
    if (typeof found === 'boolean') flags.set(option.flag, found);
    if (!Array.isArray(found) || found.length === 0) continue;
    const [first = '', ...more] = found.map((value) => String(value).slice(guard.length));
    if (more.length > 0 && !option.repeatable) throw givenTwice(option.flag, found.length);
    flags.set(option.flag, option.repeatable ? [first, ...more] : first);
  }
  return {input: result.input.map(String), flags};
}

/** Without the values, which may be keys. */
function givenTwice(flag: string, times: number): UsageError {
  return new UsageError(`--${flag} is given ${times === 2 ? 'twice' : `${times} times`} · leave all but one out`);
}

/** Under which meow has the option's value. */
function meowKey({flag}: Option): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function foreign({option: {flag, commands}, as}: TypedOption, command: CommandName): UsageError {
  const places = commands.map((name) =>
    name === 'screen' ? (command === 'open' ? 'the screen of a server' : 'the screen') : callOf(name),
  );
  const where = [places.slice(0, -1).join(', '), ...places.slice(-1)].filter((place) => place !== '').join(' and ');
  const own = command === 'logs' && flag === 'filter' ? ' · logs has --grep, --exclude and --level' : '';
  return new UsageError(`${as} belongs to ${where}${own}`);
}

/** An option of the command line. */
type TypedOption = {
  readonly option: Option;
  /** As typed, without a value. */
  readonly as: string;
  /** In the same word: after `=`, or after the letter of an alias. */
  readonly value: string | undefined;
  /** It is typed as the opposite of `option`, a switch or a setting that has `off`. */
  readonly isOpposite: boolean;
};

/** Whether the words of a switch turn it on. */
function isOn({as, value, isOpposite}: Omit<TypedOption, 'option'>): boolean {
  return (value === undefined || readSwitch(value, as)) !== isOpposite;
}

/** A flag that is only a setting: the way out is its line in `file`, or its variable for one call. */
function onlySetting(typed: TypedOption, file: string): UsageError {
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
function settingText(typed: TypedOption): string {
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
  // Every single letter is near every other one. An option of another command comes after the command's own.
  const meant =
    name.length === 1
      ? undefined
      : (nearest(
          name,
          flags.filter((option) => acceptsOption(command, option)),
        ) ?? nearest(name, flags));
  const owner = meant && !acceptsOption(command, meant) ? (meant.commands[0] ?? command) : command;
  const call = owner === command ? '' : `${callOf(owner)} `;
  const advice = meant ? `did you mean ${call}--${meant.flag}?` : `see ${callOf(command)} --help all`;
  return new UsageError(`unknown option ${typed.slice(0, 80)} · ${advice}`);
}

function nearest(name: string, some: readonly Option[]): Option | undefined {
  const meant = closest(
    name,
    some.map(({flag}) => flag),
  );
  return some.find(({flag}) => flag === meant);
}

function callOf(command: CommandName): string {
  return command === 'screen' ? 'pipetail' : `pipetail ${command}`;
}
