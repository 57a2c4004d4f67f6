import {expect, test} from 'vitest';
import {colorNames, readColor, readTheme, themeNames} from '../../source/settings/palette.ts';
import {UsageError} from '../../source/settings/parse-values.ts';

test.each([
  ['#ff8000', [255, 128, 0]],
  [' #FF8000 ', [255, 128, 0]],
  ['0', 0],
  ['255', 255],
  ['red', 1],
  ['Bright-White', 15],
])('%j is the colour %j', (text, color) => {
  expect(readColor(text)).toEqual(color);
});

test.each(['', '#ff800', '#ff80000', 'ff8000', '256', '-1', '1.5', 'brightred', 'grey', 'rgb(1,2,3)'])(
  '%j is no colour',
  (text) => {
    expect(readColor(text)).toBeUndefined();
  },
);

test('the names are of the numbers 0 to 15', () => {
  expect(colorNames.map((name) => readColor(name))).toEqual(Array.from({length: 16}, (_, number) => number));
});

const own = new Map([['Night', new Map([['red', '#ff0000']])]]);

test.each([...themeNames, 'Night'])('there is a theme %s', (name) => {
  expect(readTheme(name, own, '--theme')).toBe(name);
});

test.each([
  ['SOLARIZED', new Map(), 'solarized'],
  // A theme of the user is written as it is there.
  ['night', own, "did you mean 'Night'?"],
  ['drak', own, "did you mean 'dark'?"],
  [
    'gruvbox',
    own,
    "--theme takes default, light, dark, mono, solarized, solarized-light or Night, not 'gruvbox' · define it in the configuration: [themes.NAME]",
  ],
])('%s is %s', (name, themes, expected) => {
  expect(answer(() => readTheme(name, themes, '--theme'))).toContain(expected);
});

function answer(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}
