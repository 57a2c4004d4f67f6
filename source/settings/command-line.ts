import meow from 'meow';
import {acceptsOption, type CommandName, commandWords, isConfigurable, type Option} from './option.ts';
import {isOn, onlySetting, optionNamed, type TypedOption, unknownOption} from './option-names.ts';
import {options} from './option-table.ts';
import type {Flags} from './option-values.ts';
import {UsageError} from './parse-values.ts';

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
  const {command, words, typedAs, setting} = exactWords(before);
  const {input, flags} = readWithMeow(words);
  const names = [...(command === 'screen' ? input : input.slice(1)), ...after];
  const isAnswered = flags.get('help') === true || flags.get('version') === true;
  if (setting && !isAnswered) throw onlySetting(setting, fileOf(flags));
  if (!isAnswered) rejectForeignFlags(flags, command, typedAs);
  return {command, names, flags};
}

/** The same call on another context, without the flags about the server. */
export function inContext(commandLine: CommandLine, context: string): CommandLine {
  const flags = new Map([...commandLine.flags].filter(([flag]) => flag !== 'demo' && !find(flag)?.ofContext));
  return {...commandLine, flags: flags.set('context', context)};
}

/**
 * The words as meow reads them without a guess: each option as `--flag=value`, by its own name. meow would take `-ojson`
 * for five options, `--grep -x` for two, and a name after a switch for its value if the name is `true`.
 */
function exactWords(argv: readonly string[]): ExactWords {
  let command: CommandName | undefined;
  const words: string[] = [];
  const typedAs = new Map<string, string>();
  let setting: TypedOption | undefined;
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
      const typed = {...each, value: next ?? each.value};
      if (typed.option.setting) {
        setting ??= typed;
        continue;
      }
      words.push(exactWord(typed, command ?? 'screen'));
      typedAs.set(typed.option.flag, typed.as);
    }
  }
  return {command: command ?? 'screen', words, typedAs, setting};
}

type ExactWords = {
  readonly command: CommandName;
  readonly words: readonly string[];
  /** For each option: how it was typed, such as `-w` for `follow`. */
  readonly typedAs: ReadonlyMap<string, string>;
  /** The first one that has no flag any more. */
  readonly setting: TypedOption | undefined;
};

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

/** In front of every value: meow takes quotation marks off the values of a list, as in `--grep '"x"'`. */
const guard = '=';

function exactWord(typed: TypedOption, command: CommandName): string {
  const {option, value: given} = typed;
  const {flag, value} = option;
  if (value === undefined) return `--${flag}=${isOn(typed)}`;
  if (!given && !acceptsOption(command, option)) throw foreign(option, typed.as, command);
  if (!given) throw new UsageError(`--${flag} needs a value: --${flag} ${value}`);
  return `--${flag}=${guard}${given}`;
}

function readWithMeow(argv: readonly string[]): {input: readonly string[]; flags: Flags} {
  // meow takes a tenth of a millisecond for each option that it is told of.
  const given = options.filter(({flag}) => argv.some((word) => word.startsWith(`--${flag}=`)));
  const declared = given.map((option: Option) => [
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
  for (const option of given as readonly Option[]) {
    const found: unknown = result.flags[meowKey(option)];
    if (typeof found === 'boolean') flags.set(option.flag, found);
    if (!Array.isArray(found) || found.length === 0) continue;
    const [first = '', ...more] = found.map((value) => String(value).slice(guard.length));
    if (option.repeatable) flags.set(option.flag, [first, ...more]);
    else if (more.length === 0) flags.set(option.flag, first);
    else throw givenTwice(option.flag, found.length);
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

function find(name: string): Option | undefined {
  return options.find(({flag}) => flag === name);
}

function rejectForeignFlags(flags: Flags, command: CommandName, typedAs: ReadonlyMap<string, string>): void {
  for (const flag of flags.keys()) {
    const option = find(flag);
    if (option && !acceptsOption(command, option)) throw foreign(option, typedAs.get(flag) ?? `--${flag}`, command);
  }
}

function foreign({flag, commands}: Option, as: string, command: CommandName): UsageError {
  const places = commands.map((name) => (name === 'screen' ? 'the screen' : `pipetail ${name}`));
  const where = [places.slice(0, -1).join(', '), ...places.slice(-1)].filter((place) => place !== '').join(' and ');
  const own = command === 'logs' && flag === 'filter' ? ' · logs has --grep, --exclude and --level' : '';
  return new UsageError(`${as} belongs to ${where}${own}`);
}
