import {expect, test} from 'vitest';
import {themeColors} from '../../source/screen/theme-colors.ts';
import {type ThemeName, themeNames} from '../../source/settings/palette.ts';
import {styleToSgr} from '../../source/terminal/style.ts';

const red = (name: string, depth: Parameters<typeof themeColors>[2], own = new Map()) =>
  styleToSgr({fg: 1, bold: true}, themeColors(name, own, depth));

test.each(themeNames)(
  '%s shows no colour where there is none, and that of the terminal where there are sixteen',
  (name) => {
    expect(red(name, 'none')).toBe('1');
    expect(red(name, '16')).toBe(name === 'mono' ? '1' : '1;31');
  },
);

test.each<[ThemeName, string, string]>([
  ['default', '1;31', '1;31'],
  ['light', '1;38;5;124', '1;38;5;124'],
  ['dark', '1;38;5;203', '1;38;5;203'],
  ['mono', '1', '1'],
  ['solarized', '1;38;5;203', '1;38;2;251;83;74'],
  ['solarized-light', '1;38;5;160', '1;38;2;213;42;41'],
])('%s has a red of its own: %j, %j', (name, with256, withAll) => {
  expect(red(name, '256')).toBe(with256);
  expect(red(name, 'truecolor')).toBe(withAll);
});

test('a theme of the user changes what it names', () => {
  const own = new Map([
    ['mine', new Map([['red', '#ff8000']])],
    ['other', new Map([['red', 'bright-magenta']])],
  ]);
  expect(red('mine', 'truecolor', own)).toBe('1;38;2;255;128;0');
  expect(red('mine', '16', own)).toBe('1;31');
  expect(red('other', '16', own)).toBe('1;95');
  expect(styleToSgr({fg: 2}, themeColors('mine', own, 'truecolor'))).toBe('32');
});
