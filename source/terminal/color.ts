/** A colour: an index of the terminal's palette (0 to 255), or red, green and blue from 0 to 255 each. */
export type Color = number | Rgb;

export type Rgb = readonly [red: number, green: number, blue: number];

/** How many colours the terminal can show; `none` for NO_COLOR, which is about colour: attributes stay. */
export type ColorDepth = 'none' | '16' | '256' | 'truecolor';

/** The black and the white of the palette that look the same in every terminal and theme. */
export const black = 16;
export const white = 231;

/** Whether the two are written the same way: an index may look like another one, or like red, green and blue. */
export function sameColor(a: Color | undefined, b: Color | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

/** What a colour looks like; undefined for the first sixteen, which are the user's own. */
export function rgbOf(color: Color): Rgb | undefined {
  if (typeof color === 'object') return color;
  return color < 16 ? undefined : paletteToRgb(color);
}

/** The colour, or the nearest one that a terminal of this depth has. */
export function fitColor(color: Color, depth: Exclude<ColorDepth, 'none'>): Color {
  if (depth === 'truecolor' || (typeof color === 'number' && (color < 16 || depth === '256'))) return color;
  const rgb = typeof color === 'object' ? color : paletteToRgb(color);
  return depth === '256' ? nearestOf256(rgb) : nearestOf16(rgb);
}

/** The levels of the 6×6×6 cube at palette indices 16 to 231. */
const cubeLevels = [0, 95, 135, 175, 215, 255] as const;

/** The colour that terminals give to palette index `index`, 16 to 255. */
function paletteToRgb(index: number): Rgb {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const level = (step: number) => cubeLevels[Math.trunc((index - 16) / step) % 6] ?? 0;
  return [level(36), level(6), level(1)];
}

function nearestOf256(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((value) => (value < 48 ? 0 : value < 115 ? 1 : Math.trunc((value - 35) / 40)));
  const cube = 16 + (red ?? 0) * 36 + (green ?? 0) * 6 + (blue ?? 0);
  const average = (rgb[0] + rgb[1] + rgb[2]) / 3;
  const grey = 232 + Math.min(23, Math.max(0, Math.round((average - 8) / 10)));
  return distance(rgb, paletteToRgb(grey)) < distance(rgb, paletteToRgb(cube)) ? grey : cube;
}

function distance(a: Rgb, b: Rgb): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

/** Keeps the hue rather than the distance: the nearest of sixteen by distance would turn most colours grey. */
function nearestOf16(rgb: Rgb): number {
  const most = Math.max(...rgb);
  const least = Math.min(...rgb);
  if (most < 48) return 0;
  if (most - least < 32) return most < 112 ? 8 : most < 208 ? 7 : 15;
  const middle = (most + least) / 2;
  const hue = (rgb[0] > middle ? 1 : 0) + (rgb[1] > middle ? 2 : 0) + (rgb[2] > middle ? 4 : 0);
  return most >= 230 ? hue + 8 : hue;
}

/** Whether black is what to write on it. */
export function isLight(color: Color): boolean {
  // Of the sixteen: white, and the bright ones but bright black and bright blue; yellow and cyan read either way.
  if (typeof color === 'number' && color < 16) return color === 7 || (color > 8 && color !== 12);
  const [red, green, blue] = typeof color === 'object' ? color : paletteToRgb(color);
  return red * 0.3 + green * 0.59 + blue * 0.11 > 128;
}
