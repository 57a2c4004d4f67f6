import {expect, test} from 'vitest';
import {powersIn, scale, short} from '../../../bench/growth/log-scale.ts';
import {drawPlot} from '../../../bench/growth/plot.ts';
import {palettes} from '../../../scripts/pictures/palettes.ts';

test('a logarithmic axis gives each decade the same room', () => {
  const x = scale([10, 1000], [0, 100]);
  expect([10, 100, 1000].map(x)).toEqual([0, 50, 100]);
  expect(scale([5], [3, 9])(5)).toBe(3);
  expect(powersIn([3, 40])).toEqual([1, 10, 100]);
  expect(powersIn([100])).toEqual([100, 1000]);
  expect([0.1, 20, 16_000, 8_150_000].map(short)).toEqual(['0.1', '20', '16 k', '8.15 M']);
});

test('what grows with the lines lies on the dashed line, and what does not grow is level', () => {
  const points = (y: (x: number) => number) => [10, 100, 1000].map((x) => [x, y(x)] as const);
  const series = [
    {label: 'with them', points: points((x) => x)},
    {label: 'not at all', points: points(() => 10)},
  ];
  const drawn = drawPlot([{axis: 'lines', series, proportional: (x) => x}], 'Growth', palettes.light);
  const lines = [...drawn.matchAll(/<polyline points="([^"]*)" fill="none" ([^/]*)\/>/g)].map(
    ([, at = '', look = '']) => ({
      at: at.split(' ').map((point) => point.split(',').map(Number)),
      look,
    }),
  );
  const dashed = lines.find(({look}) => look.includes('dasharray'))?.at;
  const [rising, level] = lines.filter(({look}) => look.includes('stroke-width="2"')).map(({at}) => at);
  // The dashed one is cut off at the axes by a picture of its own, which begins where they do.
  expect(dashed?.map(([x, y = 0]) => [x, y + 48])).toEqual(rising);
  expect(new Set(level?.map(([, y]) => y)).size).toBe(1);
  expect(drawn).toContain('>not at all</text>');
});
