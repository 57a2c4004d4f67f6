import {colorNames, type OwnThemes, readColor, type ThemeName} from '../settings/palette.ts';
import type {ColorDepth} from '../terminal/color.ts';
import {type Looks, paletteFor} from '../terminal/palette.ts';
import type {Colors} from '../terminal/style.ts';
import {dark, light, solarized, solarizedLight} from '../terminal/themes.ts';

/** Undefined: the terminal's own colours. `none`: no colours, as with NO_COLOR. */
const builtIn: Readonly<Record<ThemeName, Looks | 'none' | undefined>> = {
  default: undefined,
  light: light.looks,
  dark: dark.looks,
  mono: 'none',
  solarized: solarized.looks,
  'solarized-light': solarizedLight.looks,
};

/** How colours come out under a theme, which must be one that there is, on a terminal of this depth. */
export function themeColors(name: string, own: OwnThemes, depth: ColorDepth): Colors {
  if (depth === 'none') return depth;
  const looks = looksOf(name, own);
  if (looks === 'none') return looks;
  return looks === undefined ? depth : paletteFor(looks, depth);
}

function looksOf(name: string, own: OwnThemes): Looks | 'none' | undefined {
  const colors = own.get(name);
  if (colors) return colorNames.map((each) => readColor(colors.get(each) ?? ''));
  const known = Object.entries(builtIn).find(([each]) => each === name);
  if (!known) throw new Error(`no such theme: ${name}`);
  return known[1];
}
