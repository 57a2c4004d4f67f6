import {expect, test} from 'vitest';
import {readColor} from '../../../source/kit/settings/palette.ts';

test.each([
  ['#ff8000', [255, 128, 0]],
  [' #FF8000 ', [255, 128, 0]],
  ['0', 0],
  ['255', 255],
  ['black', 0],
  ['red', 1],
  ['white', 7],
  ['bright-black', 8],
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
