import {expect, it} from 'vitest';
import {stripSgr} from '../../source/commands/strip-sgr.ts';

const strip = (text: string) => stripSgr(Buffer.from(text));

it.each([
  ['\x1b[31mred\x1b[0m', 'red'],
  ['\x1b[m\x1b[1;38;5;196mbold\x1b[4:3m', 'bold'],
  ['\x1b[38;2;1;2;3mrgb', 'rgb'],
  ['no colours', 'no colours'],
  ['', ''],
])('takes the colours out of %j', (line, stripped) => {
  expect(Buffer.from(strip(line)).toString()).toBe(stripped);
});

it.each(['\x1b[2J', '\x1b]0;title\x07', '\x1b[31', '\x1b[?25h', '\x1b', '[31m', '\x1b[1 m', '\x9b31m'])(
  'leaves %j',
  (line) => {
    expect(Buffer.from(strip(line)).equals(Buffer.from(line))).toBe(true);
  },
);

it('leaves every byte that is not of a colour, valid UTF-8 or not', () => {
  const bytes = Uint8Array.from({length: 256}, (_, byte) => byte);
  const line = Buffer.concat([Buffer.from('\x1b[1m'), bytes, Buffer.from('\x1b[0m')]);
  expect(Buffer.from(stripSgr(line)).equals(Buffer.from(bytes))).toBe(true);
});

it('reads a view on a larger array within its bounds', () => {
  const all = Buffer.from('before\x1b[1mline\x1b[0mafter');
  expect(Buffer.from(stripSgr(all.subarray(6, -5))).toString()).toBe('line');
});
