const hues = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
/** The terminal's own 16 colours, in the order of their numbers. */
const colorNames = [...hues, ...hues.map((hue) => `bright-${hue}`)];

export const themeNames = ['default', 'light', 'dark', 'mono'] as const;

export type ThemeName = (typeof themeNames)[number];

/** An index of the terminal's palette (0 to 255), or red, green and blue from 0 to 255 each. */
type PaletteColor = number | readonly [red: number, green: number, blue: number];

/** The forms of a colour, for messages. */
export const colorForms = '#rrggbb, a number from 0 to 255 or a name such as bright-red';

/** Reads a colour; undefined for a text that is none of `colorForms`. */
export function readColor(text: string): PaletteColor | undefined {
  const written = text.trim().toLowerCase();
  const hex = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/.exec(written);
  if (hex) {
    const [red = 0, green = 0, blue = 0] = hex.slice(1).map((part) => Number.parseInt(part, 16));
    return [red, green, blue];
  }
  if (/^\d{1,3}$/.test(written)) return Number(written) <= 255 ? Number(written) : undefined;
  const index = colorNames.indexOf(written);
  return index === -1 ? undefined : index;
}
