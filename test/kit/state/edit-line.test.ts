import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {
  type CursorTarget,
  type Edit,
  editLine,
  type TypedLine,
  withSuggestion,
} from '../../../source/kit/state/edit-line.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 300);

/** A line with its cursor at the `|`. */
function lineOf(drawn: string, killed = ''): TypedLine {
  const cursor = drawn.indexOf('|');
  return {text: drawn.replace('|', ''), cursor, killed};
}

function draw({text, cursor}: TypedLine): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

const move = (to: CursorTarget): Edit => ({kind: 'move', to});
const remove = (to: CursorTarget): Edit => ({kind: 'delete', to});
const kill = (to: CursorTarget): Edit => ({kind: 'kill', to});
const insert = (text: string): Edit => ({kind: 'insert', text});
const yank: Edit = {kind: 'yank'};

describe('as in readline', () => {
  test.each<[name: string, from: string, edit: Edit, to: string]>([
    ['text goes in at the cursor', 'a|c', insert('b'), 'ab|c'],
    ['the start', 'one two|', move('start'), '|one two'],
    ['the end', 'one| two', move('end'), 'one two|'],
    ['a character back', 'one|', move('previous'), 'on|e'],
    ['back at the start', '|one', move('previous'), '|one'],
    ['a character on', 'o|ne', move('next'), 'on|e'],
    ['on at the end', 'one|', move('next'), 'one|'],
    ['a word back: to its start', 'one two|', move('previous-word'), 'one |two'],
    ['a word back from a blank', 'one two  |', move('previous-word'), 'one |two  '],
    ['a word back over punctuation', 'target:kafka_in |', move('previous-word'), 'target:kafka_|in '],
    ['a word back from inside', 'one tw|o', move('previous-word'), 'one |two'],
    ['a word back at the start', '|one', move('previous-word'), '|one'],
    ['a word on: to its end', '|one two', move('next-word'), 'one| two'],
    ['a word on from a blank', 'one| two!', move('next-word'), 'one two|!'],
    ['a word on, none is left', 'one |!!', move('next-word'), 'one !!|'],
    ['Backspace', 'ab|c', remove('previous'), 'a|c'],
    ['Backspace at the start', '|abc', remove('previous'), '|abc'],
    ['Delete', 'a|bc', remove('next'), 'a|c'],
    ['Delete at the end', 'abc|', remove('next'), 'abc|'],
    ['^K', 'one| two', kill('end'), 'one|'],
    ['^U keeps what is after the cursor', 'one| two', kill('start'), '| two'],
    ['^W takes what is between blanks', 'grep -v a.b/c  |', kill('previous-blank-word'), 'grep -v |'],
    ['^W in a word', 'one tw|o', kill('previous-blank-word'), 'one |o'],
    ['Alt-Backspace takes letters and digits', 'grep -v a.b/c|', kill('previous-word'), 'grep -v a.b/|'],
    ['Alt-d', 'one| two three', kill('next-word'), 'one| three'],
    ['wide characters', '日本|語', move('previous'), '日|本語'],
    ['a word of them', 'a 日本語|', move('previous-word'), 'a |日本語'],
    ['an emoji of several code points', 'a👩‍👩‍👧|b', remove('previous'), 'a|b'],
    ['on over an emoji with a skin colour', '|👍🏽b', move('next'), '👍🏽|b'],
    ['a flag', '🇩🇪🇫🇷|', remove('previous'), '🇩🇪|'],
    ['a combining mark goes with its letter', 'e\u0301|', remove('previous'), '|'],
    ['a word with one', 'x cafe\u0301|', move('previous-word'), 'x |cafe\u0301'],
    ['a mark that is typed joins the letter before it', 'e|x', insert('\u0301'), 'e\u0301|x'],
  ])('%s: %j', (_, from, edit, to) => {
    expect(draw(editLine(lineOf(from), edit))).toBe(to);
  });
});

describe('what was killed', () => {
  const drawAfter = (from: string, ...edits: readonly Edit[]) => draw(edits.reduce(editLine, lineOf(from, 'old')));

  test('comes back, as often as requested', () => {
    expect(drawAfter('one two|', kill('start'), yank, insert(' '), yank)).toBe('one two one two|');
  });

  test('adds up over kills in a row, in the order of the text', () => {
    const words: readonly Edit[] = [kill('previous-blank-word'), kill('previous-blank-word')];
    expect(drawAfter('one two three|', ...words, yank)).toBe('one two three|');
    expect(drawAfter('one |two three', kill('end'), kill('start'), yank)).toBe('one two three|');
  });

  test('is replaced by a kill after another edit, and kept by one that removes nothing', () => {
    expect(drawAfter('one two|', kill('previous-word'), move('start'), kill('next-word'), yank)).toBe('one| ');
    expect(drawAfter('one|', kill('end'), yank)).toBe('oneold|');
  });

  test('is not what Backspace and Delete remove', () => {
    expect(drawAfter('one|', remove('previous'), yank)).toBe('onold|');
  });
});

describe('a suggestion', () => {
  const offered: TypedLine = {text: '', cursor: 0, suggestion: 'less -S', killed: 'cat'};

  test.each<[Edit, string]>([
    [insert('c'), 'c|'],
    [yank, 'cat|'],
    [move('next'), 'less -S|'],
    [move('previous'), 'less -|S'],
    [move('start'), '|less -S'],
    [remove('previous'), 'less -|'],
    [kill('previous-blank-word'), 'less |'],
    [kill('start'), '|'],
  ])('%j makes it %j', (edit, to) => {
    const line = editLine(offered, edit);
    expect([draw(line), line.suggestion]).toEqual([to, undefined]);
  });

  test('is edited by ^Y where nothing was killed', () => {
    expect(draw(editLine({...offered, killed: ''}, yank))).toBe('less -S|');
  });

  test('is what Enter takes, unless something is typed', () => {
    expect(withSuggestion(offered).text).toBe('less -S');
    expect(withSuggestion({...offered, text: 'jq', cursor: 2}).text).toBe('jq');
    expect(withSuggestion(lineOf('|')).text).toBe('');
  });
});

describe('properties', () => {
  const places: readonly CursorTarget[] = [
    'start',
    'end',
    'previous',
    'next',
    'previous-word',
    'next-word',
    'previous-blank-word',
  ];
  const piece = fc.constantFrom(
    'a',
    'Z',
    '9',
    ' ',
    '-',
    '日',
    'e\u0301',
    '\u0301',
    '👩‍👩‍👧',
    '\u200D',
    '🇩',
    '🇪',
    '👍',
    '🏽',
    '각',
    'ᄀ',
  );
  const someText = fc.array(piece, {maxLength: 12}).map((pieces) => pieces.join(''));
  const place = fc.constantFrom(...places);
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.record({kind: fc.constant('insert' as const), text: someText}),
    fc.record({kind: fc.constantFrom('move' as const, 'delete' as const, 'kill' as const), to: place}),
    fc.constant(yank),
  );
  const edits = fc.array(edit, {maxLength: 20});
  const start: TypedLine = {text: '', cursor: 0, killed: ''};
  const lineAfter = edits.map((all) => all.reduce(editLine, start));

  const borders = (text: string) => [
    ...[...new Intl.Segmenter(undefined, {granularity: 'grapheme'}).segment(text)].map(({index}) => index),
    text.length,
  ];

  test('the cursor is never inside a character, nor outside the text', () => {
    fc.assert(
      fc.property(lineAfter, ({text, cursor}) => {
        expect(borders(text)).toContain(cursor);
      }),
      {numRuns: runs},
    );
  });

  test('a step on and a step back are one character, and undo each other', () => {
    fc.assert(
      fc.property(lineAfter, (line) => {
        const all = borders(line.text);
        const next = editLine(line, move('next'));
        expect(next.cursor).toBe(all.find((border) => border > line.cursor) ?? line.text.length);
        if (next.cursor !== line.cursor) expect(editLine(next, move('previous')).cursor).toBe(line.cursor);
      }),
      {numRuns: runs},
    );
  });

  test('a move changes no text; delete and kill leave the same; a kill keeps what it removes', () => {
    fc.assert(
      fc.property(lineAfter, place, (line, to) => {
        const moved = editLine(line, move(to));
        expect([moved.text, moved.killed]).toEqual([line.text, line.killed]);
        const killed = editLine({...line, last: move('end')}, kill(to));
        expect(draw(killed)).toBe(draw(editLine(line, remove(to))));
        const [from, end] = [line.cursor, moved.cursor].sort((a, b) => a - b);
        const removed = line.text.slice(from, end);
        if (removed !== '') expect(killed.killed).toBe(removed);
      }),
      {numRuns: runs},
    );
  });

  test('kill and yank at once is the text as it was', () => {
    // Characters that do not join with a neighbour.
    const separate = fc.array(fc.constantFrom('a', '9', ' ', '-', '日', 'e\u0301', '👍🏽'), {maxLength: 12});
    fc.assert(
      fc.property(separate, fc.nat(12), place, (pieces, at, to) => {
        const [text, before] = [pieces.join(''), pieces.slice(0, at).join('')];
        const killed = editLine({text, cursor: before.length, killed: ''}, kill(to));
        expect(editLine(killed, yank).text).toBe(text);
      }),
      {numRuns: runs},
    );
  });

  test('words forward end where the text ends, words backward where it starts', () => {
    fc.assert(
      fc.property(someText, (text) => {
        let line: TypedLine = {text, cursor: 0, killed: ''};
        while (line.cursor < text.length) {
          const next = editLine(line, move('next-word'));
          expect(next.cursor).toBeGreaterThan(line.cursor);
          line = next;
        }
        while (line.cursor > 0) {
          const next = editLine(line, move('previous-word'));
          expect(next.cursor).toBeLessThan(line.cursor);
          line = next;
        }
      }),
      {numRuns: runs},
    );
  });
});
