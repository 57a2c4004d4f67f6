import {describe, expect, it, test} from 'vitest';
import {originColors} from '../../../source/kit/pane/pane-rows.ts';
import {
  type Color,
  type ColorDepth,
  contrast,
  type Palette,
  type Rgb,
  rgbOf,
  type Style,
  shownColors,
  themes,
  withoutFaint,
} from '../../../source/kit/terminal/style.ts';
import {type FoundStyle, stylesInSource} from '../../harness/styles-in-source.ts';

const {styles: written, unread} = await stylesInSource();
const used: readonly FoundStyle[] = [
  ...written,
  ...originColors.map((fg) => ({place: 'source/kit/pane/pane-rows.ts', style: {fg}})),
];

/** Text: WCAG 2.2, 1.4.3, level AA. */
const leastForText = 4.5;
/** Secondary text; text that a terminal makes bright because it is bold; and the terminal's own on any ground. */
const leastForSecondary = 3;
/** Text on black and on white: no colour has more than 4.58 on both. */
const leastOnBoth = 3.9;
/**
 * The overview's errors, dim marks, are faint on purpose: where there are many, matches and screen have to stand out.
 * Each error has a bar beside its line as well, at full contrast.
 */
const leastForDimMarks = 2;
/** What is left of dim text in VTE, Alacritty and Konsole; the rest is the ground. */
const dimShare = 2 / 3;

const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];
const {xterm, ...others} = terminals();

test('every style in the code is listed here', () => {
  const listed = [
    // The palette itself.
    'source/kit/terminal/style.ts',
    // One of `originColors`.
    'source/kit/viewport/row-renderer.ts: {fg: origin.color}',
    // The colour that the user gave a context, with black or white on it.
    'source/features/contexts/contexts-feature.ts',
    'source/shells/screen/components/header.tsx',
  ];
  expect(unread.filter((each) => !listed.some((place) => each.startsWith(place)))).toEqual([]);
  expect(used.length).toBeGreaterThan(40);
});

const sixteen = Array.from({length: 16}, (_, fg) => ({place: 'a log', style: {fg}}));

describe.each([
  ['light', white, leastForText],
  ['dark', black, leastForText],
  ['unknown', white, leastOnBoth],
  ['unknown', black, leastOnBoth],
] as const)('%s on %j', (name, ground, leastOfTheme) => {
  describe.each(['16', '256', 'truecolor'] as const)('with %s', (depth) => {
    const least = name === 'unknown' && depth === '16' ? leastForSecondary : leastOfTheme;
    const {looks, ofSixteen} = themes[name];
    const palette = {depth, looks: depth === '16' ? ofSixteen : looks};
    const shown = ({style}: FoundStyle) => shownAs(style, palette);
    const seen = (style: Style) => contrastOf(style, ground, (color) => lookOf(xterm, color));

    it('reaches the contrast for all that the program shows, and for each of the sixteen that a log may use', () => {
      const all = [...used, ...sixteen].map((each) => ({...each, contrast: seen(shown(each))}));
      expect(all.filter((each) => each.contrast < leastFor(each, least))).toEqual([]);
    });

    it('reaches it where the terminal makes bold colours bright, too', () => {
      const bright = used.map((each) => ({...each, contrast: seen(brightened(shown(each)))}));
      expect(bright.filter((each) => each.contrast < leastFor(each, leastForSecondary))).toEqual([]);
    });
  });
});

test.each([
  ['light', [240, 240, 240]],
  ['dark', [40, 42, 54]],
] as const)('%s is for grounds up to %j', (name, ground) => {
  const palette = {depth: '256', looks: themes[name].looks} as const;
  const text = used.filter(({style}) => !style.dim);
  const seen = text.map(({place, style}) => {
    return {place, style, contrast: contrastOf(shownAs(style, palette), ground, (color) => lookOf(xterm, color))};
  });
  expect(seen.filter((each) => each.contrast < leastForText)).toEqual([]);
});

test.each([
  ['light', white],
  ['dark', black],
] as const)('dim text is told from text, also where faint black is black: %s', (name, ground) => {
  const palette = {depth: '256', looks: themes[name].looks} as const;
  const asInXterm = (style: Style) => {
    const {dim: _, ...others} = shownAs(style, palette);
    return contrastOf(others, ground, (color) => lookOf(xterm, color));
  };
  expect(asInXterm({dim: true})).toBeGreaterThanOrEqual(leastForText);
  expect(asInXterm({dim: true})).toBeLessThan(asInXterm({}) / 2);
});

describe.each(Object.entries(others))("with %s's colours", (_, palette) => {
  const pairs = used.filter(({style}) => style.fg !== undefined && style.bg !== undefined);

  it.each<ColorDepth>(['16', '256'])('has text that can be read on every ground that it paints, with %s', (depth) => {
    if (depth === 'none') throw new Error('no colours');
    const seen = pairs.map(({place, style}) => {
      const shown = {...style, ...shownColors(style, depth)};
      return {place, style, contrast: contrastOf(shown, black, (color) => lookOf(palette, color))};
    });
    expect(seen.length).toBeGreaterThan(6);
    expect(seen.filter((each) => each.contrast < leastForText)).toEqual([]);
  });
});

test('the program paints on the ground of the terminal with the six hues only: others may be that ground', () => {
  const alone = used.filter(({style}) => style.fg !== undefined && style.bg === undefined);
  expect(alone.filter(({style}) => !(typeof style.fg === 'number' && style.fg >= 1 && style.fg <= 6))).toEqual([]);
});

test('nothing is bold on a ground of its own: some terminals make black grey then', () => {
  expect(used.filter(({style}) => style.bold === true && style.bg !== undefined)).toEqual([]);
});

function leastFor({place, style}: FoundStyle, least: number): number {
  if (!style.dim) return least;
  return place.startsWith('source/kit/viewport/overview.ts') ? leastForDimMarks : leastForSecondary;
}

function shownAs(style: Style, palette: Palette): Style {
  const {fg: _fg, bg: _bg, ...others} = withoutFaint(style, palette);
  return {...others, ...shownColors(withoutFaint(style, palette), palette)};
}

/** As xterm, Konsole and others show it. */
function brightened(style: Style): Style {
  const {bold, fg} = style;
  return bold && typeof fg === 'number' && fg < 8 ? {...style, fg: fg + 8} : style;
}

/** Of text and ground, in a terminal with black or white text. */
function contrastOf({fg, bg, inverse, dim}: Style, screen: Rgb, look: (color: Color) => Rgb): number {
  const front = fg === undefined ? (contrast(screen, white) > contrast(screen, black) ? white : black) : look(fg);
  const back = bg === undefined ? screen : look(bg);
  const shown = dim ? mixed(front, back, dimShare) : front;
  return inverse ? contrast(back, shown) : contrast(shown, back);
}

function lookOf(palette: readonly Rgb[], color: Color): Rgb {
  const look = rgbOf(color) ?? palette[Number(color)];
  if (!look) throw new Error(`no colour ${String(color)}`);
  return look;
}

function mixed([r, g, b]: Rgb, [backR, backG, backB]: Rgb, share: number): Rgb {
  const mix = (one: number, other: number) => Math.round(one * share + other * (1 - share));
  return [mix(r, backR), mix(g, backG), mix(b, backB)];
}

/** What the sixteen colours look like as terminals come. */
function terminals(): Readonly<Record<'xterm' | 'GNOME' | 'the Linux console', readonly Rgb[]>> {
  const read = (text: string): readonly Rgb[] =>
    text.split(' ').map((hex) => {
      const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
      return [r, g, b];
    });
  return {
    xterm: read(
      '000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff',
    ),
    GNOME: read(
      '171421 c01c28 26a269 a2734c 12488b a347ba 2aa1b3 d0cfcc 5e5c64 f66151 33d17a e9ad0c 2a7bde c061cb 33c7de ffffff',
    ),
    'the Linux console': read(
      '000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff',
    ),
  };
}
