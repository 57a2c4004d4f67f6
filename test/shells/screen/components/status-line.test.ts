import {describe, expect, it} from 'vitest';
import type {SearchStatus} from '../../../../source/kit/pane/pane-on-screen.ts';
import {symbolsFor} from '../../../../source/kit/terminal/symbols.ts';
import {textWidth} from '../../../../source/lib/width.ts';
import {type StatusView, searchWords, statusText} from '../../../../source/shells/screen/components/status-line.tsx';

const search: SearchStatus = {
  text: 'refused',
  literal: false,
  whyStopped: undefined,
  matches: 41,
  rank: 3,
  complete: true,
};

function view(change: Partial<StatusView> = {}): StatusView {
  return {
    search: undefined,
    stoppedHighlights: [],
    lineCount: 52_118,
    byteLength: 12_345_678,
    droppedLines: 0,
    wrap: 'off',
    asSent: false,
    fold: false,
    selection: undefined,
    record: undefined,
    pan: 0,
    following: true,
    width: 100,
    symbols: symbolsFor(true),
    ...change,
  };
}

const text = (change: Partial<StatusView>) => statusText(view(change)).text;

describe('the status line says', () => {
  it('the size of the log, and how it is shown', () => {
    expect(text({})).toMatch(/^ {2}52,118 lines {2}12 MB +wrap off $/);
    // The header says whether it follows.
    expect(text({wrap: 'errors'})).toMatch(/12 MB +$/);
    expect(text({lineCount: 1, byteLength: 80, wrap: 'all', following: false})).toMatch(
      /^ {2}1 line {2}80 B +wrap all $/,
    );
  });

  it('the search, and the place of the current line in it', () => {
    expect(text({search})).toMatch(/^ \/refused {2}3 of 41 {2}52,118 lines/);
  });

  it('which highlight was stopped', () => {
    expect(text({stoppedHighlights: ['(a+)+b']})).toMatch(/^ {2}\*\(a\+\)\+b stopped: takes too long {2}52,118 lines/);
    expect(text({search, stoppedHighlights: ['x', 'y']})).toContain(
      '3 of 41  *x stopped: takes too long  *y stopped: takes too long',
    );
  });

  it('what is missing of a pipeline in a merged log', () => {
    const missing = 'orders: nothing until 21:17 · 21,238 earlier entries no longer held by the server';
    expect(text({missing, width: 140})).toContain(`  ${missing}  52,118 lines`);
    expect(text({missing, width: 80, following: false})).toMatch(
      /^ {2}orders: nothing until 21:17 · 21,238 earlier .*… +wrap off $/,
    );
  });

  it('how many older lines were dropped', () => {
    expect(text({droppedLines: 1})).toContain('1 older line dropped');
    expect(text({droppedLines: 70_000})).toContain('70,000 older lines dropped');
  });

  it('what is selected', () => {
    expect(text({selection: '12 records'})).toMatch(/^ 12 records selected {3}52,118 lines/);
    const selection = '1,200 records, 1,205 lines';
    expect(text({selection, search})).toMatch(/^ 1,200 records, 1,205 lines selected {2}\/refused {2}3 of 41/);
  });

  it('how large the record under the cursor is', () => {
    expect(text({record: 'record of 63 lines', following: false})).toMatch(/record of 63 lines {2}wrap off $/);
  });

  it('the day, and how far into a file the screen is', () => {
    expect(text({ended: true})).toMatch(/wrap off {2}at the end $/);
    expect(text({ended: true, following: false, percent: 13})).toMatch(/wrap off {2}13% $/);
    expect(text({day: '2026-11-20'})).toMatch(/wrap off {2}2026-11-20 $/);
    expect(text({following: false, percent: 13})).toMatch(/wrap off {2}13% $/);
  });

  it('that lines are as sent, and how far they are panned', () => {
    expect(text({asSent: true, pan: 39})).toMatch(/column 40 {2}as sent {2}wrap off $/);
  });
});

describe('the words of a search', () => {
  it.each<[string, Partial<SearchStatus>]>([
    ['3 of 41', {}],
    ['41 matching lines', {rank: undefined}],
    ['1 matching line', {rank: undefined, matches: 1}],
    ['no match', {rank: undefined, matches: 0}],
    ['0 matching lines…', {rank: undefined, matches: 0, complete: false}],
    ['0 matching lines… 43% searched', {rank: undefined, matches: 0, complete: false, percent: 43}],
    ['41 matching lines', {rank: undefined, percent: 100}],
    ['1,234 matching lines…', {rank: undefined, matches: 1234, complete: false}],
    ['3 of 41  not a regex: searched as typed', {literal: true}],
    ['stopped: this pattern takes too long', {whyStopped: 'this pattern takes too long'}],
  ])('%s', (words, change) => {
    expect(searchWords({...search, ...change}, symbolsFor(true))).toBe(words);
  });

  it('without a sign that the terminal lacks', () => {
    expect(searchWords({...search, complete: false}, symbolsFor(false))).toBe('3 of 41~');
  });
});

describe('at every width', () => {
  const crowded = {search, droppedLines: 70_000, asSent: true, pan: 1234, following: false};

  it('the line is exactly as wide as the screen', () => {
    for (let width = 40; width <= 250; width++) {
      const selection = '123,456 records, 234,567 lines';
      for (const change of [
        {},
        crowded,
        {...crowded, selection},
        {...crowded, search: {...search, text: '日本語'.repeat(40)}},
      ]) {
        expect(textWidth(text({...change, width}))).toBe(width);
      }
    }
  });

  it('words that are cut say so, and are not joined to those on the right', () => {
    const selection = '1,234 records, 2,345 lines';
    expect(text({...crowded, selection, asSent: false, pan: 0, width: 80})).toMatch(/3 of 41 .*… wrap off $/);
  });

  it('the search is on it, and that it is paused in the header alone', () => {
    for (let width = 40; width <= 250; width++) {
      expect(text({...crowded, width})).toMatch(/^ \/refused {2}3 of 41(?!.*paused)/);
    }
  });
});
