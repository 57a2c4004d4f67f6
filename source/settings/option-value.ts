import type {Option} from './options.ts';
import type {TomlValue} from './toml-rows.ts';

/** What a file is read with. */
export type ReadOptions = {
  /** As messages name the file. */
  readonly name: string;
  /** The home folder, for paths that begin with `~/`. */
  readonly home: string;
  /** Nobody but its owner can read the file. */
  readonly isPrivate: boolean;
};

/** What values are called that may be written as numbers, and those that are nothing else. */
export const numericValues = ['N', 'SECONDS', 'SIZE', 'TIME', 'CELLS'];
const onlyNumbers = ['N', 'SECONDS'];

/**
 * The value of an option as the flag would have it, or what is wrong with its type. Never repeats the value, which may
 * be a key.
 */
export function optionValue(
  {flag, value: called}: Option,
  value: TomlValue,
  {home}: ReadOptions,
): {readonly text: string} | {readonly wrong: string} {
  if (called === undefined) {
    return value.type === 'switch' ? {text: value.text} : {wrong: `'${flag}' takes true or false${unquoted(value)}`};
  }
  if (value.type === 'number' && numericValues.includes(called)) return {text: value.text};
  if (onlyNumbers.includes(called)) return {wrong: `'${flag}' takes a whole number${unquoted(value)}`};
  if (value.type !== 'text') return {wrong: `'${flag}' takes a text, in quotation marks`};
  if (value.text.trim() === '') return {wrong: `'${flag}' has an empty value · leave the line out`};
  if (called !== 'FILE' && called !== 'DIR') return {text: value.text};
  // Relative to what, the file or the folder where the program is started?
  if (value.text.startsWith('~/')) return {text: `${home}${value.text.slice(1)}`};
  return value.text.startsWith('/') ? {text: value.text} : {wrong: `'${flag}' takes a path that begins with / or ~/`};
}

function unquoted({type}: TomlValue): string {
  return type === 'text' ? ', without quotation marks' : '';
}
