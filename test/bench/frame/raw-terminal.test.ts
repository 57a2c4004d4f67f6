import {expect, test} from 'vitest';
import {hasInOrder, RawTerminal} from '../../../bench/frame/raw-terminal.ts';

test('texts have to stand one behind the other', () => {
  expect(hasInOrder('open header end', ['open', 'header', 'end'])).toBe(true);
  expect(hasInOrder('open end header', ['open', 'header', 'end'])).toBe(false);
  expect(hasInOrder('aa', ['a', 'a'])).toBe(true);
  expect(hasInOrder('a', ['a', 'a'])).toBe(false);
});

test('tells when a program wrote something, and that it ended before it did', async () => {
  const script = 'printf one; read key; printf two';
  await using terminal = await RawTerminal.open({command: 'sh', args: ['-c', script], keep: true});
  const one = await terminal.until('one');
  terminal.write('\n');
  const two = await terminal.until('one', 'two');
  expect(two).toBeGreaterThan(one);
  await expect(terminal.until('three')).rejects.toThrow('ended before ["three"]');
});
