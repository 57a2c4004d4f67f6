import {expect, it} from 'vitest';
import {linePrefixes} from '../../source/commands/line-prefix.ts';

it('names stand in front, padded to the longest', () => {
  const prefixOf = linePrefixes(['orders', 'etl']);
  expect(prefixOf('orders')).toBe('orders | ');
  expect(prefixOf('etl')).toBe('etl    | ');
});
