import {describe, expect, it, test} from 'vitest';
import {originColors} from '../../../source/kit/pane/pane-rows.ts';
import {
  type Color,
  colorsIn,
  contrast,
  dark,
  light,
  type Rgb,
  rgbOf,
  type Style,
} from '../../../source/kit/terminal/style.ts';
import {type FoundStyle, stylesInSource} from '../../harness/styles-in-source.ts';

const {styles: written, unread} = await stylesInSource();
const used: readonly FoundStyle[] = [
  ...written,
  ...originColors.map((fg) => ({place: 'source/kit/pane/pane-rows.ts', style: {fg}})),
];

/** Text: WCAG 2.2, 1.4.3, level AA. */
const leastForText = 4.5;
/**
 * The overview's errors, dim blanks, are faint on purpose: where there are many, matches and screen have to stand out.
 * Each error has a bar beside its line as well, at full contrast.
 */
const leastForDimMarks = 2.5;
/** What is left of dim text in VTE, Alacritty and Konsole; the rest is the ground. */
const dimShare = 2 / 3;

test('every style in the code is listed here', () => {
  const listed = [
    // The palette itself.
    'source/kit/terminal/style.ts',
    // One of `originColors`.
    'source/kit/viewport/gutter.ts: {fg: origin.color}',
    // The colour that the user gave a context, with black or white on it.
    'source/features/contexts/contexts-page.ts',
    'source/shells/screen/components/header.tsx',
  ];
  expect(unread.filter((each) => !listed.some((place) => each.startsWith(place)))).toEqual([]);
  expect(used.length).toBeGreaterThan(40);
});

describe.each(Object.entries({light, dark}))('%s', (_, theme) => {
  describe.each(['256', 'truecolor'] as const)('with %s', (depth) => {
    const palette = {depth, looks: theme.looks};
    const seen = (style: Style) => contrastOf({...style, ...colorsIn(palette, style)}, theme.ground, rgbOf);

    it('reaches the contrast for all that the program shows', () => {
      const faint = used.map(({place, style}) => ({place, style, contrast: seen(style)})).filter(isFaint);
      expect(faint).toEqual([]);
    });

    it('reaches it for each of the sixteen colours that a log may use', () => {
      const colors = Array.from({length: 16}, (_, fg) => ({place: 'a log', style: {fg}, contrast: seen({fg})}));
      expect(colors.filter(isFaint)).toEqual([]);
    });
  });
});

test.each([
  ['light', light, [240, 240, 240]],
  ['dark', dark, [40, 42, 54]],
] as const)('%s is for grounds up to %j', (_, theme, ground) => {
  const palette = {depth: '256', looks: theme.looks} as const;
  const seen = (style: Style) => contrastOf({...style, ...colorsIn(palette, style)}, ground, rgbOf);
  const text = used.filter(({style}) => !style.dim);
  expect(text.map((each) => ({...each, contrast: seen(each.style)})).filter(isFaint)).toEqual([]);
});

/**
 * Without a theme colours are the terminal's, and its ground is unknown: blue is hard to see on the black of the
 * Linux console, green on the white of xterm. What can be promised are colours on each other.
 */
describe.each(Object.entries(terminals()))("default, with %s's colours", (_, palette) => {
  const look = (color: Color) => (typeof color === 'number' && color < 16 ? palette[color] : rgbOf(color));
  const pairs = used.filter(({style}) => style.fg !== undefined && style.bg !== undefined);

  it('has text that can be read on every ground that it paints', () => {
    const seen = pairs.map((each) => ({...each, contrast: contrastOf(each.style, [0, 0, 0], look)}));
    expect(seen.length).toBeGreaterThan(6);
    expect(seen.filter(isFaint)).toEqual([]);
  });
});

test('default paints on the ground of the terminal with the six hues only: others may be that ground', () => {
  const alone = used.filter(({style}) => style.fg !== undefined && style.bg === undefined);
  expect(alone.filter(({style}) => !(typeof style.fg === 'number' && style.fg >= 1 && style.fg <= 6))).toEqual([]);
});

test('nothing is bold on a ground of its own: some terminals make black grey then', () => {
  expect(used.filter(({style}) => style.bold === true && style.bg !== undefined)).toEqual([]);
});

type Seen = FoundStyle & {readonly contrast: number | undefined};

function isFaint({style, contrast}: Seen): boolean {
  return contrast !== undefined && contrast < leastFor(style);
}

function leastFor({dim}: Style): number {
  return dim ? leastForDimMarks : leastForText;
}

/** Of text and ground; undefined where both are the terminal's own. */
function contrastOf(
  {fg, bg, inverse, dim}: Style,
  screen: Rgb,
  look: (color: Color) => Rgb | undefined,
): number | undefined {
  const front = fg === undefined ? undefined : look(fg);
  const back = bg === undefined ? screen : look(bg);
  if (!front || !back) return undefined;
  const shown = dim ? mixed(front, back, dimShare) : front;
  return inverse ? contrast(back, shown) : contrast(shown, back);
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
