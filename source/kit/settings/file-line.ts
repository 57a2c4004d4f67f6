import type {Option} from './option.ts';
import {numericValues} from './parse-values.ts';

/** The line of the configuration file that sets the option. `text`: its value; undefined: its default, or an example. */
export function fileLine({flag, value, fallback, example, choices}: Option, text?: string): string {
  const shown = text ?? (value === undefined ? 'false' : (fallback ?? example ?? choices?.[0] ?? ''));
  const isNumber = numericValues.includes(value ?? '') && /^\d+$/.test(shown);
  return `${flag} = ${value === undefined || isNumber ? shown : tomlText(shown)}`;
}

/** One value, or several in brackets. */
export function tomlList(values: readonly string[]): string {
  const [only] = values;
  return values.length === 1 && only !== undefined ? tomlText(only) : `[${values.map(tomlText).join(', ')}]`;
}

/** Uses `'…'` where that avoids escapes, as in patterns. */
function tomlText(value: string): string {
  return /[\\"]/.test(value) && !value.includes("'") ? `'${value}'` : JSON.stringify(value);
}
