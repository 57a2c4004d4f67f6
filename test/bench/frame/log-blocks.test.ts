import {expect, test} from 'vitest';
import {blocksOf, lineReader} from '../../../bench/frame/log-blocks.ts';

test('blocks hold all lines, whole, in their order', () => {
  const log = Buffer.from(Array.from({length: 5000}, (_, line) => `line ${line} ${'x'.repeat(line % 100)}\n`).join(''));
  const blocks = blocksOf(log);
  expect(blocks.length).toBeGreaterThan(2);
  expect(blocks.map((bytes) => `${bytes}\n`).join('')).toBe(log.toString());
});

test('lines come one by one, and after the last the first', () => {
  const next = lineReader(Buffer.from('a\n\nccc\n'));
  expect(Array.from({length: 5}, () => next().toString())).toEqual(['a', '', 'ccc', 'a', '']);
});
