import {expect, test} from 'vitest';
import {decodeVisible, visibleText} from '../../source/buffer/visible-text.ts';

test.each([
  ['colours are no text', 'a\x1b[31mb\x1b[0m\x1b[m\x1b[38:2::1:2:3mc', 'abc'],
  ['other sequences are', '\x1b[2Ja\x1b]0;t\x07', '\x1b[2Ja\x1b]0;t\x07'],
  ['one carriage return at the end is not', 'a\rb\r\r', 'a\rb\r'],
  ['nor is one before a colour', 'a\r\x1b[0m', 'a'],
  ['a byte order mark is', '\ufeffa', '\ufeffa'],
])('%s', (_, line, text) => {
  expect(visibleText(Buffer.from(line))).toBe(text);
});

test('invalid UTF-8 becomes U+FFFD, and takes no newline along', () => {
  expect(decodeVisible(Buffer.of(0xe6, 0x97, 0x0a, 0x61, 0xff))).toBe('\ufffd\na\ufffd');
});

test('a line longer than 64 KiB is cut', () => {
  expect(visibleText(Buffer.alloc(100_000, 'x'))).toHaveLength(65_536);
});
