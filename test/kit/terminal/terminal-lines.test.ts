import {describe, expect, test} from 'vitest';
import {sanitise} from '../../../source/kit/terminal/sanitise.ts';
import {paint} from '../../../source/kit/terminal/sgr.ts';
import {terminalLines} from '../../../source/kit/terminal/terminal-lines.ts';
import {strictText} from '../../harness/strict-terminal.ts';
import {hostileLines} from './hostile-lines.ts';

const convert = (text: string | Uint8Array, {colors = true, isUtf8 = true} = {}) =>
  terminalLines(Buffer.from(text), {colors, isUtf8});
const shown = (text: string | Uint8Array, form?: {colors?: boolean; isUtf8?: boolean}) =>
  Buffer.from(convert(text, form)).toString();

const feldera =
  '\x1b[2m[orders]\x1b[0m \x1b[2m2026-11-25T12:00:01.000001Z\x1b[0m \x1b[32m INFO\x1b[0m \x1b[2mdbsp::a\x1b[0m\x1b[2m:\x1b[0m ready\n';

test('lines of a log as Feldera writes it are the same bytes, without a copy', () => {
  const bytes = Buffer.from(`${feldera}plain text\n\n${feldera}`);
  expect(terminalLines(bytes, {colors: true, isUtf8: true})).toBe(bytes);
});

describe('what is no SGR is shown', () => {
  const placeholder = (text: string) => `\x1b[7m${text}\x1b[0m`;
  test.each<[name: string, sent: string | Uint8Array, shown: string]>([
    ['a title', 'a\x1b]0;title\x07b', `a${placeholder('^[')}]0;title${placeholder('^G')}b`],
    ['the clipboard', '\x1b]52;c;cm0=\x1b\\', `${placeholder('^[')}]52;c;cm0=${placeholder('^[')}\\`],
    ['DCS', '\x1bP+q544e\x1b\\', `${placeholder('^[')}P+q544e${placeholder('^[')}\\`],
    ['a query', '\x1b[6n', `${placeholder('^[')}[6n`],
    ['keys of xterm', '\x1b[>4;2m', `${placeholder('^[')}[>4;2m`],
    ['C1 in UTF-8', '\u009b31m', `${placeholder('<U+009B>')}31m`],
    ['C1 in 8 bits', Buffer.from('\x9d0;t\x9c', 'latin1'), '\ufffd0;t\ufffd'],
    ['invalid UTF-8', Buffer.from([0x61, 0xc3, 0x28, 0xff, 0xe2, 0x82]), 'a\ufffd(\ufffd\ufffd'],
    ['a sequence that the line ends', '\x1b[31', `${placeholder('^[')}[31`],
    ['a carriage return', '10 %\r20 %\r', `10 %${placeholder('^M')}20 %`],
    ['tabs', 'a\tb', 'a       b'],
    ['invisible text', 'a\u200b\u{e0041}', `a${placeholder('<U+200B><U+E0041>')}`],
    ['concealed text', '\x1b[8mhidden\x1b[0m', 'hidden'],
    ['text in its own ground', '\x1b[31;41mhidden\x1b[0m', '\x1b[97;41mhidden\x1b[0m'],
  ])('%s', (_, sent, expected) => {
    expect(shown(Buffer.concat([Buffer.from(sent), Buffer.from('\nnext\n')]))).toBe(`${expected}\nnext\n`);
  });
});

test('a colour that is left open ends with its line', () => {
  expect(shown('\x1b[31mred\nnext\n\x1b[1mbold')).toBe('\x1b[31mred\x1b[0m\nnext\n\x1b[1mbold\x1b[0m');
});

test('a sequence over two lines is shown on both', () => {
  expect(strictText(convert('a\x1b]0;tit\nle\x07b\n'))).toBe('a^[]0;tit\nle^Gb\n');
});

test('without colours there is no sequence at all', () => {
  const text = shown(`${feldera}\x1b[31mred \x1b]0;t\x07\n`, {colors: false});
  expect(text).toBe('[orders] 2026-11-25T12:00:01.000001Z  INFO dbsp::a: ready\nred ^[]0;t^G\n');
});

test('a terminal whose locale is not UTF-8 gets ASCII: its C1 may be among the bytes of UTF-8', () => {
  expect(shown('Größe Û ✓\n\x1b[31m日\x1b[0m\n', {isUtf8: false})).toBe('Gr??e ? ?\n\x1b[31m??\x1b[0m\n');
});

test('of hostile lines nothing but SGR gets through, and each is shown as on the screen', () => {
  const lines = [...hostileLines(3, 300_000)].map((line) => line.replaceAll('\n', ' '));
  const out = convert(`${lines.join('\n')}\n`);
  const rows = lines.map((line) => sanitise(line));
  expect(strictText(out).split('\n')).toEqual([...rows.map(({text}) => text), '']);
  const screen = rows.map((row) => paint(row, 'truecolor'));
  const again = Buffer.from(out)
    .toString()
    .split('\n')
    .map((line) => paint(sanitise(line), 'truecolor'));
  expect(again).toEqual([...screen, '']);
  expect(strictText(convert(`${lines.join('\n')}\n`, {colors: false})).includes('\x1b')).toBe(false);
});

test('bytes of all kinds, cut anywhere', () => {
  const bytes = Buffer.from([...hostileLines(4, 100_000)].join('\n'));
  for (let at = 0; at < bytes.length; at += 997) {
    strictText(convert(bytes.subarray(at, at + 997)));
    strictText(convert(bytes.subarray(at, at + 997), {colors: false, isUtf8: false}));
  }
});
