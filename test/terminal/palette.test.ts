import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type Color, rgbOf} from '../../source/terminal/color.ts';
import {contrast} from '../../source/terminal/contrast.ts';
import {colorsIn, type Palette, paletteFor} from '../../source/terminal/palette.ts';
import {type Style, styleToSgr} from '../../source/terminal/style.ts';
import {dark, light, solarized, solarizedLight} from '../../source/terminal/themes.ts';

/** Red is a light red, green is bright yellow, blue a number; nothing is said of the others. */
const looks = [undefined, [250, 128, 114], 11, undefined, 25] as const;

describe('a palette', () => {
  test.each<[Palette['depth'], Style, string]>([
    ['truecolor', {fg: 1}, '38;2;250;128;114'],
    ['256', {fg: 1}, '38;5;209'],
    // The terminal has sixteen colours: only another of them can stand for one.
    ['16', {fg: 1}, '31'],
    ['16', {fg: 4}, '34'],
    ['16', {fg: 2}, '93'],
    ['256', {fg: 4, bold: true}, '1;38;5;25'],
    // What the palette does not name is as before, and so is what is none of the sixteen.
    ['truecolor', {fg: 3, bg: 200}, '33;48;5;200'],
    ['256', {fg: [255, 0, 0]}, '38;5;196'],
    ['truecolor', {underline: true}, '4'],
  ])('at depth %s makes of %j %j', (depth, style, sgr) => {
    expect(styleToSgr(style, paletteFor(looks, depth))).toBe(sgr);
  });

  test('is as good as none when it says nothing', () => {
    for (const depth of ['16', '256', 'truecolor'] as const) {
      for (const style of [{fg: 1}, {fg: 7, bg: 7}, {bg: 9, inverse: true}, {fg: 208, bg: 17}] satisfies Style[]) {
        expect(styleToSgr(style, paletteFor([], depth))).toBe(styleToSgr(style, depth));
      }
    }
  });
});

test('any of the sixteen on any other can be read, in every theme', () => {
  const sixteen = fc.integer({min: 0, max: 15});
  const themes = fc.constantFrom(light, dark, solarized, solarizedLight);
  const depths = fc.constantFrom('256' as const, 'truecolor' as const);
  fc.assert(
    fc.property(themes, depths, sixteen, sixteen, fc.boolean(), (theme, depth, fg, bg, inverse) => {
      const shown = colorsIn(paletteFor(theme.looks, depth), {fg, bg, ...(inverse && {inverse: true as const})});
      expect(contrast(rgb(shown.fg), rgb(shown.bg))).toBeGreaterThanOrEqual(4.5);
      // The ground is the theme's: what stands out on the screen goes on to stand out.
      const ground = inverse ? shown.fg : shown.bg;
      const own = colorsIn(paletteFor(theme.looks, depth), {fg: inverse ? fg : bg}).fg;
      expect(ground).toEqual(own);
    }),
  );
});

test('colours that the log chose itself are left to it', () => {
  const palette = paletteFor(dark.looks, 'truecolor');
  expect(colorsIn(palette, {fg: 17, bg: 18})).toEqual({fg: 17, bg: 18});
  expect(colorsIn(palette, {fg: [1, 2, 3], bg: [2, 3, 4]})).toEqual({fg: [1, 2, 3], bg: [2, 3, 4]});
});

function rgb(color: Color | undefined) {
  const found = color === undefined ? undefined : rgbOf(color);
  if (!found) throw new Error(`no colour of a theme: ${color}`);
  return found;
}
