import {readFile} from 'node:fs/promises';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {sanitise} from '../../../source/kit/terminal/sanitise.ts';
import {paint} from '../../../source/kit/terminal/sgr.ts';
import {plain} from '../../../source/kit/terminal/styled-text.ts';
import {numRuns, rawText} from './text-arbitrary.ts';

const inverse = {inverse: true};

describe('what becomes visible', () => {
  test.each([
    ['a bell', 'a\x07b', 'a^Gb'],
    ['NUL', '\0', '^@'],
    ['a carriage return inside', 'a\rb', 'a^Mb'],
    ['an escape character', '\x1bx', '^[x'],
    ['DEL', '\x7f', '^?'],
    ['C1', '\x9b31m', '<U+009B>31m'],
    ['a window title', '\x1b]0;title\x07', '^[]0;title^G'],
    ['a clipboard write', '\x1b]52;c;cm0=\x1b\\', '^[]52;c;cm0=^[\\'],
    ['a cursor movement', '\x1b[2J\x1b[1;1H', '^[[2J^[[1;1H'],
    ['an SGR sequence that does not end', '\x1b[31', '^[[31'],
    ['right-to-left override', 'a\u202eb', 'a<U+202E>b'],
    ['zero-width space', 'a\u200bb', 'a<U+200B>b'],
    ['byte order mark', '\ufeffa', '<U+FEFF>a'],
    ['line separator', '\u2028', '<U+2028>'],
    ['soft hyphen', '\u00ad', '<U+00AD>'],
    ['a tag', '\u{e0041}', '<U+E0041>'],
    ['a noncharacter', '\uffff', '<U+FFFF>'],
    ['a Hangul filler', '\u3164', '<U+3164>'],
    ['a regional indicator', '🇩', '<U+1F1E9>'],
    ['an emoji that tmux alone makes wide', '☝', '<U+261D>'],
    ['an emoji that older tables do not know', '🫠', '<U+1FAE0>'],
    ['a joiner outside emoji', 'a\u200db', 'a<U+200D>b'],
    ['a selector outside emoji', 'a\ufe0fb', 'a<U+FE0F>b'],
  ])('%s', (_, raw, text) => {
    expect(sanitise(raw).text).toBe(text);
  });

  test('differs from the same text written out', () => {
    expect(sanitise('^G\x07')).toEqual({text: '^G^G', runs: [{start: 2, end: 4, style: inverse}]});
    expect(sanitise('\x1b[7m\x07a').runs).toEqual([{start: 2, end: 3, style: inverse}]);
  });

  test('lone surrogates are replaced', () => {
    expect(sanitise('a\ud800b\udc00').text).toBe('a\ufffdb\ufffd');
  });
});

describe('what stays', () => {
  test.each([
    'plain ASCII ~',
    'é ß Ж Ω',
    'e\u0301',
    '日本語 한국어 ｶﾞ',
    'か\u3099',
    '\u1112\u1161\u11ab',
    'עברית العربية',
    '🚀 ✓ ⚠ → │',
    'किताब का',
    '\ue0b0',
    '\ufffd',
    '\u00a0\u3000',
  ])('%s', (text) => {
    expect(sanitise(text)).toEqual({text, runs: []});
  });
});

describe('emoji sequences keep their visible parts', () => {
  test.each([
    ['❤\ufe0f', '❤'],
    ['⌚\ufe0e', '⌚'],
    ['❤\ufe0f\ufe0f', '❤<U+FE0F>'],
    ['👨\u200d👩\u200d👧', '👨👩👧'],
    ['🏃\u200d♀\ufe0f', '🏃♀'],
    ['👍🏽', '👍<U+1F3FD>'],
    ['👩🏽\u200d💻', '👩<U+1F3FD>💻'],
    ['1\ufe0f\u20e3', '1<U+20E3>'],
  ])('%j', (raw, text) => {
    expect(sanitise(raw).text).toBe(text);
  });
});

describe('combining marks', () => {
  test('are capped at 8 on one base', () => {
    const text = sanitise(`a${'\u0301'.repeat(10)}b\u0301`).text;
    expect(text).toBe(`a${'\u0301'.repeat(8)}<U+0301><U+0301>b\u0301`);
  });

  test('without a base are shown', () => {
    expect(sanitise('\u0301a').text).toBe('<U+0301>a');
    expect(sanitise('a\x1b[1m\u0301').text).toBe('a<U+0301>');
    expect(sanitise('\t\u0301').text).toBe('        <U+0301>');
    expect(sanitise('\x07\u0301').text).toBe('^G<U+0301>');
  });

  test('that join two letters are shown, those that end a word stay', () => {
    expect(sanitise('क\u094dष').text).toBe('क<U+094D>ष');
    expect(sanitise('न\u094d ').text).toBe('न\u094d ');
  });
});

describe('tabs and line ends', () => {
  test.each([
    ['\ta', '        a'],
    ['1234567\ta', '1234567 a'],
    ['12345678\ta', '12345678        a'],
    ['a\tb\tc', 'a       b       c'],
    ['日本\ta', '日本    a'],
    ['e\u0301\ta', 'e\u0301       a'],
    ['\x07\ta', '^G      a'],
    ['\x1b[31ma\tb', 'a       b'],
    ['a\r', 'a'],
    ['a\r\r', 'a^M'],
    ['\r', ''],
  ])('%j', (raw, text) => {
    expect(sanitise(raw).text).toBe(text);
  });

  test('the spaces of a tab keep the background', () => {
    expect(sanitise('\x1b[41m\t\x1b[0m').runs).toEqual([{start: 0, end: 8, style: {bg: 1}}]);
  });
});

describe('SGR sequences become runs', () => {
  test('with gaps where the text is plain', () => {
    expect(sanitise('a\x1b[31mbc\x1b[0md\x1b[1me')).toEqual({
      text: 'abcde',
      runs: [
        {start: 1, end: 3, style: {fg: 1}},
        {start: 4, end: 5, style: {bold: true}},
      ],
    });
  });

  test('that are joined when nothing changes', () => {
    expect(sanitise('\x1b[31ma\x1b[5mb\x1b[0;31mc').runs).toEqual([{start: 0, end: 3, style: {fg: 1}}]);
  });

  test('concealed text is visible', () => {
    expect(sanitise('\x1b[8mhidden\x1b[28m')).toEqual({text: 'hidden', runs: []});
  });

  test('of a recorded pipeline log', async () => {
    const log = await readFile(new URL('../../wire/samples-text-ansi.log', import.meta.url), 'utf8');
    const line = log.split('\n').find((text) => text.includes('escape')) ?? '';
    const {text, runs} = sanitise(line);
    expect(text).toMatch(/ {2}escape red tab +here bell\^G cr\^Mend 日本語 e\u0301 🚀 <U\+202E>rtl$/);
    expect(runs.map((run) => [text.slice(run.start, run.end), run.style])).toContainEqual([' INFO', {fg: 2}]);
  });
});

test('a virama joins what follows it, also with a change of colour between them', () => {
  expect(sanitise('本\u094d\u001b[31me').text).toBe('本<U+094D>e');
});

test('a sanitised text is not changed by being sanitised again', () => {
  fc.assert(
    fc.property(rawText, (raw) => {
      const {text} = sanitise(raw);
      expect(sanitise(paint(plain(text), 'none'))).toEqual({text, runs: []});
    }),
    {numRuns},
  );
});

test('text and styles come back from what was painted', () => {
  fc.assert(
    fc.property(rawText, (raw) => {
      const {text} = sanitise(raw);
      expect(sanitise(paint(sanitise(raw), 'truecolor')).text).toBe(text);
    }),
    {numRuns},
  );
});
