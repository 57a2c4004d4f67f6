import {didYouMean, listed, UsageError} from './parse-values.ts';

/** The terminal's own 16 colours, in the order of their numbers. */
export const colorNames = [
  'black',
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  'white',
  'bright-black',
  'bright-red',
  'bright-green',
  'bright-yellow',
  'bright-blue',
  'bright-magenta',
  'bright-cyan',
  'bright-white',
] as const;

/** The built-in themes. */
export const themeNames = ['default', 'light', 'dark', 'mono', 'solarized', 'solarized-light'] as const;

export type ThemeName = (typeof themeNames)[number];

/** The user's themes by name: the colours that each changes, with their looks as written (`readColor`). */
export type OwnThemes = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** An index of the terminal's palette (0 to 255), or red, green and blue from 0 to 255 each. */
type PaletteColor = number | readonly [red: number, green: number, blue: number];

/** The forms of a colour, for messages. */
export const colorForms = '#rrggbb, a number from 0 to 255 or a name such as bright-red';

/** Undefined for a text that is none of `colorForms`. */
export function readColor(text: string): PaletteColor | undefined {
  const written = text.trim().toLowerCase();
  const hex = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/.exec(written);
  if (hex) {
    const [red = 0, green = 0, blue = 0] = hex.slice(1).map((part) => Number.parseInt(part, 16));
    return [red, green, blue];
  }
  if (/^\d{1,3}$/.test(written)) return Number(written) <= 255 ? Number(written) : undefined;
  const names: readonly string[] = colorNames;
  const index = names.indexOf(written);
  return index === -1 ? undefined : index;
}

/** Throws `UsageError` for an unknown theme; `option` names the option in the message. */
export function readTheme(name: string, own: OwnThemes, option: string): string {
  const themes = [...themeNames, ...own.keys()];
  const found = themes.find((each) => each === name) ?? themes.find((each) => each === name.toLowerCase());
  if (found !== undefined) return found;
  const advice = didYouMean(name, themes) || ' · define it in the configuration: [themes.NAME]';
  throw new UsageError(`${option} takes ${listed(themes)}, not '${name}'${advice}`);
}
