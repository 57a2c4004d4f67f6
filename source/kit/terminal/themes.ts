import type {Looks, Rgb} from './style.ts';

/** A theme. The screen keeps the terminal's ground; `ground` is the one that the theme is made for. */
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
