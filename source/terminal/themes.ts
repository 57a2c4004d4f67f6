import type {Looks, Rgb} from './style.ts';

/** A built-in theme. The screen keeps the terminal's ground; `ground` is the one that the theme is made for. */
type Theme = {
  readonly looks: Looks;
  readonly ground: Rgb;
};

// Each: black, red, green, yellow, blue, magenta, cyan, white, and then their bright ones.

/** Indexes from 16 on look the same in all terminals of 256 colours. */
export const light: Theme = {
  looks: [16, 124, 22, 94, 25, 90, 23, 240, 241, 160, 28, 130, 26, 127, 24, 16],
  ground: [255, 255, 255],
};

export const dark: Theme = {
  looks: [244, 203, 71, 178, 75, 176, 73, 252, 246, 210, 77, 221, 117, 213, 87, 231],
  ground: [0, 0, 0],
};

/**
 * The hues of Ethan Schoonover's Solarized (https://ethanschoonover.com/solarized), with the lightness (OKLCH) changed
 * to reach 4.5:1 on base03, and on base3 below; eight of the ten published do not (red: 3.3:1). Bright red is its
 * orange, bright magenta its violet; its bright greys are hues here, since a log needs hues.
 */
export const solarized: Theme = {
  looks: [
    ...['#7e959c', '#fb534a', '#879b06', '#c39721', '#3a9be3', '#f1549b', '#2aa198', '#eee8d5'].map(fromHex),
    ...['#839496', '#eb6839', '#879b06', '#c39721', '#3a9be3', '#8188dd', '#2aa198', '#fdf6e3'].map(fromHex),
  ],
  ground: fromHex('#002b36'),
};

export const solarizedLight: Theme = {
  looks: [
    ...['#002b36', '#d52a29', '#607200', '#936800', '#0072b8', '#cb2d7b', '#00726a', '#586e75'].map(fromHex),
    ...['#5e737b', '#af2f00', '#607200', '#936800', '#0072b8', '#6468ba', '#00726a', '#073642'].map(fromHex),
  ],
  ground: fromHex('#fdf6e3'),
};

function fromHex(hex: string): Rgb {
  const number = Number.parseInt(hex.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}
