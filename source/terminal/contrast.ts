import {black, type Rgb, white} from './color.ts';

/** How far two colours are apart in lightness, from 1 (alike) to 21 (black and white), as WCAG 2.2 reckons it. */
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
