import {shellWord} from '../lib/format.ts';
import {fileLine} from './file-line.ts';
import {acceptsOption, type CommandName, type Option, variableOf} from './option.ts';
import {options} from './option-table.ts';
import {closest, readSwitch, UsageError} from './parse-values.ts';

/** The option with that flag, alias or synonym; one that the command accepts, if there is one. */
export function optionNamed(name: string, command: CommandName): Option | undefined {
  const named = [
    ...options.filter(({flag}) => flag === name),
    ...options.filter(({alias, synonyms = []}: Option) => alias === name || synonyms.includes(name)),
  ];
  return named.find((option) => acceptsOption(command, option)) ?? named[0];
}

/** An option of the command line. */
export type TypedOption = {
  readonly option: Option;
  /** As typed, without a value. */
  readonly as: string;
  /** In the same word: after `=`, or after the letter of an alias. */
  readonly value: string | undefined;
  /** It is typed as the opposite of `option`, a switch or a setting that has `off`. */
  readonly isOpposite: boolean;
};

/** Whether the words of a switch turn it on. */
export function isOn({as, value, isOpposite}: Omit<TypedOption, 'option'>): boolean {
  return (value === undefined || readSwitch(value, as)) !== isOpposite;
}

/** A flag that is only a setting: the way out is its line in `file`, or its variable for one call. */
export function onlySetting(typed: TypedOption, file: string): UsageError {
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
export function unknownOption(typed: string, command: CommandName): UsageError {
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
