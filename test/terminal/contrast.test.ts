import {expect, test} from 'vitest';
import {black, type Rgb, white} from '../../source/terminal/color.ts';
import {contrast, readableOn} from '../../source/terminal/contrast.ts';

// From the examples of WCAG 2.2 and of its techniques.
test.each<[Rgb, Rgb, number]>([
  [[0, 0, 0], [255, 255, 255], 21],
  [[12, 34, 56], [12, 34, 56], 1],
  [[118, 118, 118], [255, 255, 255], 4.54],
  [[255, 255, 255], [119, 119, 119], 4.48],
  [[255, 0, 0], [255, 255, 255], 4],
  [[0, 0, 255], [255, 255, 255], 8.59],
])('%j and %j are %d apart', (one, other, expected) => {
  expect(contrast(one, other)).toBeCloseTo(expected, 2);
});

test('black or white, whichever is easier to read', () => {
  expect([255, 140, 116, 0].map((grey) => readableOn([grey, grey, grey]))).toEqual([black, black, white, white]);
});
