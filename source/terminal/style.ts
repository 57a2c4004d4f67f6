import {type Color, type ColorDepth, fitColor, isLight, sameColor} from './color.ts';
import {colorsIn, type Palette} from './palette.ts';

/** How characters look. A missing field is the terminal's own default. */
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

/** How colours come out: as the terminal has them, or as a theme has them. */
export type Colors = ColorDepth | Palette;

/** The style of plain text. */
export const noStyle: Style = {};

/** Whether two styles look the same. */
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
 * The SGR parameters of a style, such as `1;31`; empty for plain text. Colours that the terminal lacks become the
 * nearest one that it has. A foreground that would be the same as its background becomes black or white, since text that
 * cannot be seen would be hidden text.
 */
export function styleToSgr(style: Style, colors: Colors): string {
  const parameters: string[] = [];
  if (style.bold) parameters.push('1');
  if (style.dim) parameters.push('2');
  if (style.underline) parameters.push('4');
  if (style.inverse) parameters.push('7');
  if (colors !== 'none') {
    if (style.italic) parameters.push('3');
    if (style.strike) parameters.push('9');
    let {fg, bg} = style;
    if (typeof colors === 'object') ({fg, bg} = colorsIn(colors, style));
    else {
      if (bg !== undefined) bg = fitColor(bg, colors);
      if (fg !== undefined) fg = fitColor(fg, colors);
    }
    if (fg !== undefined && bg !== undefined && sameColor(fg, bg)) fg = isLight(bg) ? 0 : 15;
    if (fg !== undefined) parameters.push(colorToSgr(fg, 30));
    if (bg !== undefined) parameters.push(colorToSgr(bg, 40));
  }
  return parameters.join(';');
}

/** `base` is 30 for the foreground and 40 for the background. */
function colorToSgr(color: Color, base: 30 | 40): string {
  if (typeof color === 'object') return `${base + 8};2;${color.join(';')}`;
  if (color < 8) return `${base + color}`;
  if (color < 16) return `${base + 60 + color - 8}`;
  return `${base + 8};5;${color}`;
}
