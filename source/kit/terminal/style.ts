/** Look of characters. A missing field is the terminal's own default. */
export type Style = {
  readonly fg?: Color;
  readonly bg?: Color;
  readonly bold?: true;
  readonly dim?: true;
  readonly italic?: true;
  readonly underline?: true;
  readonly inverse?: true;
  readonly strike?: true;
};

/** Colours to show: the terminal's own palette, or a theme's. */
export type Colors = ColorDepth | Palette;

/** A colour: an index of the terminal's palette (0 to 255), or red, green and blue from 0 to 255 each. */
export type Color = number | Rgb;

export type Rgb = readonly [red: number, green: number, blue: number];

/** Number of colours that the terminal can show; `none` (NO_COLOR) keeps attributes such as bold. */
export type ColorDepth = 'none' | '16' | '256' | 'truecolor';

/**
 * Looks of the first sixteen colours, by number: indexes from 16 on, which look the same everywhere; or others of the
 * sixteen, whose looks are the terminal's, and `text`, its colour of text: those stand for them on its own ground only.
 */
type Looks = readonly (number | 'text')[];

/** The looks of a theme, for a terminal that has those colours. */
export type Palette = {readonly depth: Exclude<ColorDepth, 'none'>; readonly looks: Looks};

export const noStyle: Style = {};

export function sameStyle(a: Style, b: Style): boolean {
  return (
    a === b ||
    (sameColor(a.fg, b.fg) &&
      sameColor(a.bg, b.bg) &&
      a.bold === b.bold &&
      a.dim === b.dim &&
      a.italic === b.italic &&
      a.underline === b.underline &&
      a.inverse === b.inverse &&
      a.strike === b.strike)
  );
}

/**
 * SGR parameters such as `1;31`; empty for plain text. Colours become the nearest that the terminal has. A foreground
 * equal to its background becomes black or white: text that cannot be seen would be hidden.
 */
export function styleToSgr(wanted: Style, colors: Colors): string {
  const style = withoutFaint(wanted, colors);
  const parameters: string[] = [];
  if (style.bold) parameters.push('1');
  if (style.dim) parameters.push('2');
  if (style.underline) parameters.push('4');
  if (style.inverse) parameters.push('7');
  if (colors !== 'none') {
    if (style.italic) parameters.push('3');
    if (style.strike) parameters.push('9');
    const {fg, bg} = shownColors(style, colors);
    if (fg !== undefined) parameters.push(colorToSgr(fg, 30));
    if (bg !== undefined) parameters.push(colorToSgr(bg, 40));
  }
  return parameters.join(';');
}

/** Dim text has the grey of a theme for a known ground: what is faint and black stays black in xterm. */
export function withoutFaint(style: Style, colors: Colors): Style {
  const {dim, ...others} = style;
  if (!dim || style.inverse || style.fg !== undefined || style.bg !== undefined) return style;
  if (typeof colors !== 'object' || currentGround(colors) === undefined) return style;
  const grey = colors.looks[brightBlack];
  return typeof grey === 'number' ? {...others, fg: grey} : style;
}

/** `base`: 30 for the foreground, 40 for the background. */
function colorToSgr(color: Color, base: 30 | 40): string {
  if (typeof color === 'object') return `${base + 8};2;${color.join(';')}`;
  if (color < 8) return `${base + color}`;
  if (color < 16) return `${base + 60 + color - 8}`;
  return `${base + 8};5;${color}`;
}

/** Indexes of a black and a white that look the same in every terminal and theme. */
export const black = 16;
export const white = 231;

/** In the terminal's palette; a grey in most. */
const brightBlack = 8;

/** Black on yellow, which look the same everywhere; inverse, so that it is seen without colours. */
export const badge: Style = {inverse: true, fg: 220, bg: 16};

/**
 * The ground of the current record, a shade off that of the theme, on which all its colours can be read; undefined: the
 * theme is for no known ground.
 */
export function currentGround(colors: Colors): Color | undefined {
  const text = typeof colors === 'object' ? colors.looks[15] : undefined;
  return text === white ? 235 : text === black ? 254 : undefined;
}

/** Compares values, not looks: index 16 is not `[0, 0, 0]`. */
function sameColor(a: Color | undefined, b: Color | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

/** Returns undefined for the first sixteen, whose looks the user's terminal decides. */
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

/** `index`: 16 to 255, which look the same in all terminals. */
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

/** By hue: the nearest one by distance would be grey for most colours. */
function nearestOf16(rgb: Rgb): number {
  const most = Math.max(...rgb);
  const least = Math.min(...rgb);
  if (most < 48) return 0;
  if (most - least < 32) return most < 112 ? 8 : most < 208 ? 7 : 15;
  const middle = (most + least) / 2;
  const hue = (rgb[0] > middle ? 1 : 0) + (rgb[1] > middle ? 2 : 0) + (rgb[2] > middle ? 4 : 0);
  return most >= 230 ? hue + 8 : hue;
}

/** Returns whether black is easier to read on it than white. */
function isLight(color: Color): boolean {
  // Of the sixteen: white, and the bright ones but bright black and bright blue; yellow and cyan read either way.
  if (typeof color === 'number' && color < 16) return color === 7 || (color > 8 && color !== 12);
  const [red, green, blue] = typeof color === 'object' ? color : paletteToRgb(color);
  return red * 0.3 + green * 0.59 + blue * 0.11 > 128;
}

/** The colours that a style has in a terminal. */
export function shownColors(style: Style, colors: Exclude<Colors, 'none'>): Pick<Style, 'fg' | 'bg'> {
  const shown = typeof colors === 'object' ? colorsIn(colors, style) : fitted(style, colors);
  const {fg, bg} = shown;
  if (fg === undefined || bg === undefined || !sameColor(fg, bg)) return shown;
  return {fg: isLight(bg) ? 0 : 15, bg};
}

function fitted({fg, bg}: Style, depth: Exclude<ColorDepth, 'none'>): Pick<Style, 'fg' | 'bg'> {
  return {
    ...(fg !== undefined && {fg: fitColor(fg, depth)}),
    ...(bg !== undefined && {bg: fitColor(bg, depth)}),
  };
}

/** Text on a ground of a theme has at least this contrast (WCAG 2.2, level AA). */
const leastContrast = 4.5;

/** A theme's colours may be hard to read on each other: such text becomes black or white. A log's own pair stays. */
function colorsIn({depth, looks}: Palette, style: Style): Pick<Style, 'fg' | 'bg'> {
  const own = fitted(style, depth);
  const look = (color: Color) => (typeof color === 'number' ? (looks[color] ?? color) : color);
  const fg = own.fg === undefined ? undefined : look(own.fg);
  const bg = own.bg === undefined ? undefined : look(own.bg);
  if (bg === undefined) return fg === undefined || fg === 'text' ? {} : {fg};
  if (isOfTerminal(bg) || (fg !== undefined && isOfTerminal(fg))) return own;
  if (fg === undefined) return {bg};
  const isOfTheLog = sameColor(fg, style.fg) && sameColor(bg, style.bg);
  const [text, ground] = style.inverse ? [rgbOf(bg), rgbOf(fg)] : [rgbOf(fg), rgbOf(bg)];
  if (isOfTheLog || !text || !ground || contrast(text, ground) >= leastContrast) return {fg, bg};
  const readable = readableOn(ground);
  return style.inverse ? {fg, bg: readable} : {fg: readable, bg};
}

function isOfTerminal(color: Color | 'text'): color is number | 'text' {
  return color === 'text' || (typeof color === 'number' && color < 16);
}

/** By WCAG 2.2, from 1 (equal lightness) to 21 (black and white). */
export function contrast(a: Rgb, b: Rgb): number {
  const [one, other] = [luminance(a), luminance(b)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** Black or white, whichever is easier to read on the ground. */
export function readableOn(ground: Rgb): typeof black | typeof white {
  return contrast([255, 255, 255], ground) >= contrast([0, 0, 0], ground) ? white : black;
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(value: number): number {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

/** A theme. The screen keeps the terminal's ground. */
type Theme = {
  readonly looks: Looks;
  /** Looks where there are no more than the terminal's own: as xterm has them by default. */
  readonly ofSixteen: Looks;
};

/** Looks for any ground: of the terminal's own, red and magenta alone can be read on black and on white. */
const onAnyGround: Looks = [
  ...(['text', 1, 'text', 5, 'text', 5, 'text', 'text'] as const),
  ...(['text', 1, 'text', 5, 'text', 5, 'text', 'text'] as const),
];

/** Each: black, red, green, yellow, blue, magenta, cyan, white, and then their bright ones. */
export const themes = {
  light: {
    looks: [16, 124, 22, 94, 25, 90, 23, 240, 241, 160, 28, 130, 26, 127, 24, 16],
    ofSixteen: ['text', 1, 'text', 5, 4, 5, 4, 'text', 'text', 1, 'text', 5, 4, 5, 4, 'text'],
  },
  // Bright black is the ground itself where the terminal has Solarized.
  dark: {
    looks: [244, 203, 71, 178, 75, 176, 73, 252, 246, 210, 77, 221, 117, 213, 87, 231],
    ofSixteen: ['text', 9, 2, 3, 14, 13, 6, 7, 'text', 9, 10, 11, 14, 13, 14, 'text'],
  },
  // Each has about 4 : 1 on black and on white; no colour has more than 4.58 on both.
  unknown: {
    looks: [243, 196, 28, 130, 27, 163, 30, 243, 243, 196, 28, 130, 27, 163, 30, 'text'],
    ofSixteen: onAnyGround,
  },
} as const satisfies Readonly<Record<'light' | 'dark' | 'unknown', Theme>>;
