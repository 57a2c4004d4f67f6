import fc from 'fast-check';
import {describe, expect, it, test, vi} from 'vitest';
import {
  clip,
  clippedSides,
  noticeRows,
  padTo,
  shorten,
  shortenApart,
  shortenMiddle,
  toAscii,
  wordCut,
  wordOffsets,
  wrapOffsets,
  wrapWords,
} from '../../../source/kit/terminal/fit.ts';
import {concat, plain} from '../../../source/kit/terminal/styled-text.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {numRuns, styledText} from './text-arbitrary.ts';

it('keeps every cell, and knows what the signs of the program mean', () => {
  expect(toAscii('reconnected · 0 lost → LIVE ▼')).toBe('reconnected - 0 lost > LIVE v');
  expect(toAscii('日本 e\u0301 ok')).toBe('???? e ok');
  const text = 'α 漢字 🚀 ─│●';
  expect(toAscii(text)).toMatch(/^[\x20-\x7e]*$/);
  expect(textWidth(toAscii(text))).toBe(textWidth(text));
});

it('leaves colours alone', () => {
  expect(toAscii('\u001B[31m✗\u001B[0m')).toBe('\u001B[31m!\u001B[0m');
});

describe('clip', () => {
  describe('clip', () => {
    test.each([
      ['abcdef', 0, 3, 'abc'],
      ['abcdef', 2, 3, 'cde'],
      ['abcdef', 4, 9, 'ef'],
      ['abcdef', 6, 3, ''],
      ['abcdef', 9, 3, ''],
      ['abcdef', 0, 0, ''],
      ['日本語', 0, 4, '日本'],
      ['日本語', 0, 3, '日 '],
      ['日本語', 1, 4, ' 本 '],
      ['日本語', 1, 1, ' '],
      ['日本語', 0, 1, ' '],
      ['a🚀b', 2, 5, ' b'],
      ['e\u0301e\u0301e\u0301', 1, 1, 'e\u0301'],
      ['ab日cd', 1, 4, 'b日c'],
    ])('%j from cell %i, %i cells, is %j', (text, from, cells, expected) => {
      expect(clip(plain(text), from, cells).text).toBe(expected);
    });

    test('keeps the styles, also of a wide character cut in two', () => {
      const styled = concat([plain('a'), plain('日', {bg: 1}), plain('b', {fg: 2})]);
      expect(clip(styled, 2, 2)).toEqual({
        text: ' b',
        runs: [
          {start: 0, end: 1, style: {bg: 1}},
          {start: 1, end: 2, style: {fg: 2}},
        ],
      });
    });

    test('is exactly as wide as what is left of the text, and not wider than the window', () => {
      fc.assert(
        fc.property(styledText, fc.nat(50), fc.nat(50), (styled, from, cells) => {
          const width = textWidth(clip(styled, from, cells).text);
          expect(width).toBe(Math.max(0, Math.min(cells, textWidth(styled.text) - from)));
        }),
        {numRuns},
      );
    });
  });

  describe('clippedSides', () => {
    test.each([
      ['abcdef', 0, 6, false, false],
      ['abcdef', 0, 5, false, true],
      ['abcdef', 1, 5, true, false],
      ['abcdef', 1, 4, true, true],
      ['日本', 0, 3, false, true],
      ['', 5, 5, false, false],
    ])('%j from cell %i, %i cells', (text, from, cells, left, right) => {
      expect(clippedSides(text, from, cells)).toEqual({left, right});
    });
  });

  test.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['日本語', 4, '日 …'],
    ['ab', 1, '…'],
    ['', 1, ''],
  ])('%j in %i cells is %j', (text, cells, short) => {
    expect(shorten(text, cells, '…')).toBe(short);
  });

  test.each([
    ['abcdef', 6, 'abcdef'],
    ['orders-production-eu', 9, 'orde…n-eu'],
    ['orders-production-eu', 8, 'orde…-eu'],
    ['日本語日本語', 7, '日 … 語'],
    ['ab', 1, '…'],
  ])('%j without its middle in %i cells is %j', (text, cells, short) => {
    expect(shortenMiddle(text, cells, '…')).toBe(short);
  });

  describe('padTo', () => {
    test('fills up to the cells, in a style', () => {
      expect(padTo(plain('日'), 4, {bg: 1})).toEqual({text: '日  ', runs: [{start: 1, end: 3, style: {bg: 1}}]});
      expect(padTo(plain('a'), 3)).toEqual({text: 'a  ', runs: []});
    });

    test('leaves text alone that is wide enough', () => {
      const styled = plain('abc');
      expect(padTo(styled, 3)).toBe(styled);
      expect(padTo(styled, 2)).toBe(styled);
    });
  });
});

describe('wrap', () => {
  function rowsOf(text: string, offsets: readonly number[]): string[] {
    return offsets.map((offset, row) => text.slice(offset, offsets[row + 1] ?? text.length));
  }

  describe('wrapOffsets', () => {
    test.each([
      ['', 5, ['']],
      ['abc', 5, ['abc']],
      ['abcde', 5, ['abcde']],
      ['abcdef', 5, ['abcde', 'f']],
      ['abcdefghijk', 5, ['abcde', 'fghij', 'k']],
      ['日本語', 4, ['日本', '語']],
      ['日本語', 5, ['日本', '語']],
      ['a日本語', 4, ['a日', '本語']],
      ['abcd日ef', 5, ['abcd', '日ef']],
      ['abcdee\u0301f', 5, ['abcde', 'e\u0301f']],
      ['abc日defgh', 5, ['abc日', 'defgh']],
      ['ab', 0, ['ab']],
      ['abc', 1, ['ab', 'c']],
      [`க${'\u0bbe'.repeat(4)}`, 2, ['க\u0bbe', '\u0bbe\u0bbe', '\u0bbe']],
    ])('%j at %i cells', (text, cells, rows) => {
      expect(rowsOf(text, wrapOffsets(text, cells))).toEqual(rows);
    });

    test('stops after `maxRows` rows', () => {
      expect(wrapOffsets('x'.repeat(100), 10, 3)).toEqual([0, 10, 20]);
      expect(wrapOffsets('日'.repeat(100), 10, 3)).toEqual([0, 5, 10]);
      expect(wrapOffsets('abc', 10, 3)).toEqual([0]);
      expect(wrapOffsets('x'.repeat(100), 10, 1)).toEqual([0]);
    });

    test('gives rows that fit, are full, and make up the text', () => {
      fc.assert(
        fc.property(
          styledText,
          fc.integer({min: 2, max: 20}),
          fc.integer({min: 1, max: 5}),
          ({text}, cells, maxRows) => {
            const offsets = wrapOffsets(text, cells);
            const rows = rowsOf(text, offsets);
            expect(rows.join('')).toBe(text);
            for (const [row, piece] of rows.entries()) {
              expect(textWidth(piece)).toBeLessThanOrEqual(cells);
              // Only a wide character that does not fit leaves a cell free.
              if (row < rows.length - 1) expect(textWidth(piece)).toBeGreaterThanOrEqual(cells - 1);
            }
            expect(wrapOffsets(text, cells, maxRows)).toEqual(offsets.slice(0, maxRows));
          },
        ),
        {numRuns},
      );
    });
  });
});

describe('notice rows', () => {
  const rows = (notice: string, width: number) => noticeRows(notice, width, symbolsFor(true));
  const long =
    'sent 29 lines, 2.5 kB to tmux and its terminal · no terminal is attached: only tmux itself can paste it';

  describe('a notice', () => {
    it('leaves the keys alone where one row is enough', () => {
      expect(rows('no errors', 40)).toEqual([' no errors', undefined]);
      expect(rows('x'.repeat(38), 40)).toEqual([` ${'x'.repeat(38)}`, undefined]);
    });

    it('lets no control character of a server, a file name or a command through', () => {
      expect(rows('Feldera 0.60.\u001B[2J', 40)).toEqual([' Feldera 0.60.^[[2J', undefined]);
    });

    it('continues in the row of the keys', () => {
      expect(rows(long, 80)).toEqual([
        ' sent 29 lines, 2.5 kB to tmux and its terminal · no terminal is attached: only',
        ' tmux itself can paste it',
      ]);
    });

    it('is cut, visibly, where two rows are not enough', () => {
      for (let width = 40; width < 55; width++) {
        const shown = rows(`${long} 日本語`, width);
        expect(shown[1]).toMatch(/…$/);
        for (const row of shown) expect(textWidth(row ?? '')).toBeLessThanOrEqual(width);
      }
    });
  });
});

describe('wrap words', () => {
  test('breaks at spaces', () => {
    expect(wrapWords('the quick brown fox', 10)).toEqual(['the quick', 'brown fox']);
    expect(wrapWords('short', 10)).toEqual(['short']);
    expect(wrapWords('', 10)).toEqual(['']);
  });

  test('keeps line breaks and the indent of a line', () => {
    expect(wrapWords('a\n\n  b', 10)).toEqual(['a', '', '  b']);
  });

  test('breaks a word that is longer than a line, and continues after it', () => {
    expect(wrapWords('abcdefghij klm', 4)).toEqual(['abcd', 'efgh', 'ij', 'klm']);
  });

  test('breaks a word of any length', () => {
    expect(wrapWords('x'.repeat(3_000_000), 10)).toHaveLength(300_000);
    expect(wrapWords(`a ${'x'.repeat(3_000_000)} b`, 10)).toHaveLength(300_002);
  });

  test('measures cells, not characters', () => {
    expect(wrapWords('日本 語語', 5)).toEqual(['日本', '語語']);
    expect(wrapWords('日本語', 5)).toEqual(['日本', '語']);
  });

  test('no line is wider than it may be, and nothing but spaces at breaks is lost', () => {
    const text = fc.string({unit: fc.constantFrom('a', 'bb', ' ', '日', 'é', '\n'), maxLength: 60});
    fc.assert(
      fc.property(text, fc.integer({min: 2, max: 20}), (prose, width) => {
        const lines = wrapWords(prose, width);
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
        const letters = (from: string) => from.replaceAll(/[ \n]/g, '');
        expect(letters(lines.join(''))).toBe(letters(prose));
      }),
    );
  });
});

describe('word offsets', () => {
  function rows(text: string, cells: number): string[] {
    const offsets = wordOffsets(text, cells);
    return offsets.map((offset, index) => text.slice(offset, offsets[index + 1]));
  }

  it('breaks at words, and within a word that is longer than a row', () => {
    expect(rows('reconnected after 4 s · 0 entries lost', 20)).toEqual(['reconnected after 4 ', 's · 0 entries lost']);
    expect(rows('abcdefghij kl', 4)).toEqual(['abcd', 'efgh', 'ij ', 'kl']);
    expect(rows('', 4)).toEqual(['']);
  });

  it('loses nothing, and every row fits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'bcd', '·', '漢字', '1,204', 'longestword')),
        fc.integer({min: 2, max: 30}),
        (words, cells) => {
          const text = words.join(' ');
          const made = rows(text, cells);
          expect(made.join('')).toBe(text);
          for (const row of made) expect(textWidth(row.trimEnd())).toBeLessThanOrEqual(cells);
        },
      ),
    );
  });
});

describe('shortenApart', () => {
  const apart = (texts: readonly string[], cells: number) => shortenApart(texts, cells, '…');

  it('cuts where texts do not differ', () => {
    const names = ['production-europe-west-orders', 'production-europe-east-orders', 'etl'];
    expect(apart(names, 14)).toEqual(['pro…west-orde…', 'pro…east-orde…', 'etl']);
    expect(shortenApart(names, 14, '…', shorten)).toEqual(['pro…west-orde…', 'pro…east-orde…', 'etl']);
  });

  it('cuts between the places where texts differ, if these are several', () => {
    const names = ['billing-eu-orders-1', 'billing-eu-orders-2', 'billing-us-orders-1', 'billing-us-orders-2'];
    expect(apart(names, 12)).toEqual(['bil…eu-…rs-1', 'bil…eu-…rs-2', 'bil…us-…rs-1', 'bil…us-…rs-2']);
  });

  it('is as shortenMiddle where the rest tells them apart, and for equal ones', () => {
    const names = ['europe-orders-production-1', 'europe-orders-production-2', 'europe-orders-production-2'];
    expect(apart(names, 12)).toEqual(names.map((name) => shortenMiddle(name, 12, '…')));
  });

  it('looks at each of many names a few times, however many read the same', () => {
    const names = Array.from({length: 200}, (_, index) => `production-europe-${1000 + index}-orders-of-customers`);
    using taken = vi.spyOn(String.prototype, Symbol.iterator);
    expect(new Set(apart(names, 20)).size).toBe(names.length);
    expect(taken.mock.calls.length).toBeLessThan(20 * names.length);
  });

  it('has at most so many cells, and tells names apart that differ in one place', () => {
    const part = fc.string({unit: fc.constantFrom('a', 'b', '-', '語'), maxLength: 30});
    fc.assert(
      fc.property(part, part, fc.integer({min: 6, max: 40}), (start, end, cells) => {
        const [one = '', other = ''] = apart([`${start}1${end}`, `${start}2${end}`], cells);
        expect(one).not.toBe(other);
        for (const each of [one, other]) expect(textWidth(each)).toBeLessThanOrEqual(cells);
      }),
    );
  });

  it('tells names apart that differ in several places', () => {
    const part = fc.string({unit: fc.constantFrom('a', 'b', '-', '語'), maxLength: 20});
    fc.assert(
      fc.property(part, part, part, part, fc.integer({min: 10, max: 40}), (start, middle, next, end, cells) => {
        const each = (parts: readonly string[], more: readonly string[]) =>
          parts.flatMap((one) => more.map((other) => `${one}${other}`));
        const places = [['1', '2'], [middle], ['eu', 'us'], [next], ['3', '4', '5'], [end]];
        const names = places.reduce(each, [start]);
        const short = apart(names, cells);
        expect(new Set(short).size, short.join(' ')).toBe(names.length);
        for (const name of short) expect(textWidth(name)).toBeLessThanOrEqual(cells);
      }),
    );
  });
});

describe('wordCut', () => {
  const shown = (text: string, cells: number) => {
    const cut = wordCut(text, cells);
    return cut === undefined ? text : `${text.slice(0, cut)}…`;
  };

  it('ends after a word', () => {
    const text = 'Transaction 504: Starting commit of records after 0.6 seconds';
    expect(shown(text, 61)).toBe(text);
    expect(shown(text, 60)).toBe('Transaction 504: Starting commit of records after 0.6 …');
    expect(shown(text, 30)).toBe('Transaction 504: Starting …');
  });

  it('ends in a word that is longer than half of the row, and never in a wide letter', () => {
    expect(shown(`seq ${'x'.repeat(40)}`, 20)).toBe(`seq ${'x'.repeat(15)}…`);
    expect(shown('日本日本日本', 6)).toBe('日本…');
  });
});
