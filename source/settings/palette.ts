import {closest, UsageError} from './parse-values.ts';

/** The colours that every terminal has under a number: the place in this list is the number. */
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

/** The themes that are built in; a configuration may add its own. */
export const themeNames = ['default', 'light', 'dark', 'mono', 'solarized', 'solarized-light'] as const;

export type ThemeName = (typeof themeNames)[number];

/** Themes of the user: by name, what each colour that is named there looks like, as it was written (`readColor`). */
export type OwnThemes = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** An index of the terminal's palette (0 to 255), or red, green and blue from 0 to 255 each. */
export type PaletteColor = number | readonly [red: number, green: number, blue: number];

/** As a list of any texts. */
const names: readonly string[] = colorNames;

/** Reads a colour: `#rrggbb`, a number from 0 to 255, or one of `colorNames`; undefined if it is none of these. */
export function readColor(text: string): PaletteColor | undefined {
  const written = text.trim().toLowerCase();
  const hex = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/.exec(written);
  if (hex) {
    const [red = 0, green = 0, blue = 0] = hex.slice(1).map((part) => Number.parseInt(part, 16));
    return [red, green, blue];
  }
  if (/^\d{1,3}$/.test(written)) return Number(written) <= 255 ? Number(written) : undefined;
  const index = names.indexOf(written);
  return index === -1 ? undefined : index;
}

/** The theme of that name. Throws `UsageError` if there is none; `option` names the option in it. */
export function readTheme(name: string, own: OwnThemes, option: string): string {
  const known = [...themeNames, ...own.keys()];
  const found = known.find((each) => each === name) ?? known.find((each) => each === name.toLowerCase());
  if (found !== undefined) return found;
  const near = closest(name, known);
  const advice = near === undefined ? 'define it in the configuration: [themes.NAME]' : `did you mean '${near}'?`;
  throw new UsageError(
    `${option} takes ${known.slice(0, -1).join(', ')} or ${known.at(-1)}, not '${name}' · ${advice}`,
  );
}
