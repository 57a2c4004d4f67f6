import {type Color, type ColorDepth, fitColor, rgbOf, sameColor} from './color.ts';
import {contrast, readableOn} from './contrast.ts';
import type {Style} from './style.ts';

/** What each of the first sixteen colours looks like, by number; where nothing is said, as the terminal has it. */
export type Looks = readonly (Color | undefined)[];

/** The looks of a theme on a terminal: only colours that it has. */
export type Palette = {readonly depth: Exclude<ColorDepth, 'none'>; readonly looks: Looks};

/** Text on a ground of a theme has at least this contrast (WCAG 2.2, level AA). */
const leastContrast = 4.5;

/** Sixteen colours cannot stand for others: there, of a theme only those are left that name another of the sixteen. */
export function paletteFor(looks: Looks, depth: Palette['depth']): Palette {
  const fit = (color: Color | undefined) => {
    if (color === undefined) return undefined;
    return depth === '16' && rgbOf(color) ? undefined : fitColor(color, depth);
  };
  return {depth, looks: looks.map(fit)};
}

/**
 * The colours of a style in a palette. A theme's colours are chosen to be read on the screen, so that one on the other
 * may be hard to read: such text becomes black or white.
 */
export function colorsIn({depth, looks}: Palette, style: Style): Pick<Style, 'fg' | 'bg'> {
  const look = (color: Color | undefined) => {
    if (color === undefined) return undefined;
    return (typeof color === 'number' && color < 16 ? looks[color] : undefined) ?? fitColor(color, depth);
  };
  const fg = look(style.fg);
  const bg = look(style.bg);
  if (fg === undefined || bg === undefined) return {...(fg !== undefined && {fg}), ...(bg !== undefined && {bg})};
  const isOfTheLog = sameColor(fg, style.fg) && sameColor(bg, style.bg);
  const [text, ground] = style.inverse ? [rgbOf(bg), rgbOf(fg)] : [rgbOf(fg), rgbOf(bg)];
  if (isOfTheLog || !text || !ground || contrast(text, ground) >= leastContrast) return {fg, bg};
  const readable = readableOn(ground);
  return style.inverse ? {fg, bg: readable} : {fg: readable, bg};
}
