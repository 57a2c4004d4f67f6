import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {Search} from '../../../source/engine/buffer/search.ts';
import {StyleJoints} from '../../../source/engine/buffer/style-joints.ts';
import {runWithTimeout} from '../../../source/kit/system/deadline.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 200);

function bufferOf(text: string): WritableLogBuffer {
  const buffer = new WritableLogBuffer({maxBytes: 1 << 20});
  buffer.append(Buffer.from(text));
  return buffer;
}

function matchesOf(text: string, source: string): readonly number[] {
  const search = new Search(bufferOf(text), compilePattern(source));
  while (!search.step(10));
  return [...search.matches];
}

describe('a match', () => {
  test.each([
    ['is a line, however often it matches', 'aaa\nb\na', 'a', [0, 2]],
    ['may span a colour change', 'con\x1b[31mnect\nconnect\n', 'connect', [0, 1]],
    ['is not in the parameters of a colour', '\x1b[31mx\n31m\n', '31m', [1]],
    ['may span a colour change where the case counts', 'con\x1b[31mNect\nconNect\n', 'conNect', [0, 1]],
    ['is not in a colour where the case counts', '\x1b[31mA\n', '[31mA', []],
    ['may start and end at the ends of its line', 'ab\nb\nba\n', '^b$', [1]],
    ['may be empty', 'a\n\nb\n', '^$', [1]],
    ['never crosses lines', 'a\nb\na b\n', 'a\\sb', [2]],
    ['is not made of the newline', 'a\nb\n', '\\s', []],
    ['is found after a match that would cross lines', 'a\n\nab\n', '[^b]+b', [2]],
    ['may look ahead to the end of its line', 'a\nb\nab\n', 'a(?!\\s|b)', [0]],
    ['is not in the \\r at the end', 'a\r\n\r\n', '\\r|^$', [1]],
    ['may be in a \\r elsewhere', 'a\rb\n', '\\r', [0]],
    ['needs its own case when the pattern has one', 'ab\nAB\n', 'AB', [1]],
    ['may be a sign that has the letter as its other case', '3 \u212a\nx\n', 'k', [0]],
    ['may be a long s', 'x\n\u017f\n', 's', [1]],
    ['may cross several colour changes', '\x1b[1ma\x1b[0m\x1b[2mb\x1b[0mc\nabc\n', 'abc', [0, 1]],
    ['of an expression may cross them too', '\x1b[1mab\x1b[0mc 1 de\nabc 2 de\n', 'abc \\d de', [0, 1]],
    ['may lack what may be repeated', 'ac\nabc\nabbc\nad\n', 'ab*c', [0, 1, 2]],
    ['may lack what is counted', 'ac\nabc\nabbc\n', 'ab{0,1}c', [0, 1]],
    ['is found in text that is no UTF-8', 'é\nx\n', 'É|é', [0]],
  ])('%s', (_, text, source, matches) => {
    expect(matchesOf(text, source)).toEqual(matches);
    // Where few lines may match, others are not even decoded.
    expect(matchesOf('zzz\n'.repeat(100) + text, source)).toEqual(matches.map((id) => id + 100));
  });

  test('may be cut by a style where no line before was', () => {
    const others = 'zzz\n'.repeat(10);
    const buffer = bufferOf(`step 1\n${others}`);
    const search = new Search(buffer, compilePattern('step 1'));
    while (!search.step(1000));
    buffer.append(Buffer.from(`step \x1b[1m1\n${others}`));
    while (!search.step(1000));
    expect([...search.matches]).toEqual([0, 11]);
  });

  test('beyond the first 64 KiB of a line is not found', () => {
    const line = (at: number) => `${'x'.repeat(at)}needle\n`;
    expect(matchesOf(line(60_000) + line(70_000) + line(10), 'needle')).toEqual([0, 2]);
    expect(matchesOf(line(60_000) + line(70_000) + line(10), 'Needle|needle')).toEqual([0, 2]);
  });
});

describe('places', () => {
  const search = new Search(bufferOf('a\nb\na\nb\na\n'), compilePattern('a'));
  search.step(1000);

  test('rank, next and previous', () => {
    expect(search.count).toBe(3);
    expect([0, 1, 2, 3, 4].map((id) => search.rankOf(id))).toEqual([1, undefined, 2, undefined, 3]);
    expect([-1, 0, 1, 2, 3, 4].map((id) => search.nextAfter(id))).toEqual([0, 2, 2, 4, 4, undefined]);
    expect([5, 4, 3, 2, 1, 0].map((id) => search.previousBefore(id))).toEqual([4, 2, 2, 0, 0, undefined]);
  });
});

describe('while the buffer changes', () => {
  test('the open line is tested again when it grows', () => {
    const buffer = bufferOf('a\nax');
    const search = new Search(buffer, compilePattern('x$'));
    expect([search.step(100), [...search.matches], search.countExactUpTo]).toEqual([true, [1], 2]);
    buffer.append(Buffer.from('y'));
    expect(search.countExactUpTo).toBe(1);
    search.step(100);
    expect([...search.matches]).toEqual([]);
    buffer.append(Buffer.from('x\nx\n'));
    search.step(100);
    expect([...search.matches]).toEqual([1, 2]);
  });

  test('matches are dropped with their lines, without a step', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1000});
    buffer.append(Buffer.from('a\n'.repeat(50)));
    const search = new Search(buffer, compilePattern('a'));
    search.step(1000);
    expect(search.count).toBe(50);
    buffer.append(Buffer.from('b\n'.repeat(500)));
    expect(search.count).toBe(0);
    expect(search.nextAfter(-1)).toBeUndefined();
    expect(search.step(10_000)).toBe(true);
    expect(search.count).toBe(0);
  });
});

describe('a pattern with a time limit', () => {
  /** Ends the tasks that find more than `most` lines. */
  class Ending {
    readonly holds: number[] = [];
    constructor(readonly most: number) {}

    readonly timeLimit = <T>(milliseconds: number, task: () => T): {readonly value: T} | undefined => {
      this.holds.push(milliseconds);
      const value = task();
      return Array.isArray(value) && value.length > this.most ? undefined : {value};
    };
  }

  test('that is too slow ends the search, and what was found stays', () => {
    const pattern = compilePattern('(a+)+b', {timeLimit: runWithTimeout});
    const buffer = bufferOf(`ab\n`);
    const search = new Search(buffer, pattern);
    // A stall of the machine may end a step.
    while (!search.step(1000));
    expect([...search.matches]).toEqual([0]);
    buffer.append(Buffer.from(`${'a'.repeat(60)}c b\nab\n`));
    while (!search.step(1000));
    expect([pattern.isStopped, [...search.matches], search.step(1000)]).toEqual([true, [0], true]);
  });

  test('is abandoned in short holds, one a step, that take 100 ms in all', () => {
    const ending = new Ending(-1);
    const pattern = compilePattern('(a+)+b', ending);
    const search = new Search(bufferOf('ab\n'.repeat(1000)), pattern);
    let steps = 1;
    while (!search.step(1 << 20)) steps += 1;
    expect(Math.max(...ending.holds)).toBeLessThanOrEqual(8);
    expect(ending.holds.length).toBe(steps);
    const inAll = ending.holds.reduce((sum, hold) => sum + hold);
    expect([inAll >= 100, inAll < 110, pattern.isStopped, search.count]).toEqual([true, true, true, 0]);
  });

  test('finds everything, in smaller parts, when so many lines at once are too many', () => {
    const ending = new Ending(500);
    const pattern = compilePattern('(a+)+b', ending);
    const search = new Search(bufferOf('ab\nb\n'.repeat(60_000)), pattern);
    while (!search.step(1 << 20));
    expect([pattern.isStopped, search.count]).toEqual([false, 60_000]);
    expect(ending.holds.length).toBeLessThan(500);
  });

  test('has none where its candidates are few and short', () => {
    const ending = new Ending(-1);
    const text = Array.from({length: 20_000}, (_, line) => `${line % 100 === 0 ? 'CONNECT, ' : ''}${line} identical\n`);
    const search = new Search(bufferOf(text.join('')), compilePattern('CONNECT, [0-9]+ identical', ending));
    while (!search.step(1 << 20));
    expect([search.count, ending.holds]).toEqual([200, []]);
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
const colours = /\x1b\[[0-9:;]*m/;

/** The matches by the plainest means. */
function naiveMatches(buffer: WritableLogBuffer, source: string): number[] {
  const pattern = compilePattern(source);
  const flags = pattern.caseSensitive ? 'u' : 'iu';
  const regExp = new RegExp(pattern.literal ? source.replace(/[([]/, '\\$&') : source, flags);
  const decoder = new TextDecoder('utf-8', {ignoreBOM: true});
  const matches: number[] = [];
  for (let id = buffer.firstId; id < buffer.endId; id++) {
    const bytes = buffer.lineAt(id)?.subarray(0, 65_536);
    const text = bytes && decoder.decode(bytes).split(colours).join('').replace(/\r$/, '');
    if (text !== undefined && regExp.test(text)) matches.push(id);
  }
  return matches;
}

const sources = [
  'a',
  'A',
  'ab',
  'AB',
  'a.b',
  'é',
  '日',
  '🚀',
  '.',
  '^',
  '$',
  '^$',
  '^a',
  'b$',
  '\\s+',
  '[^a]',
  '[^a]+b',
]
  .concat([
    'a(?!b)',
    '(?<!a)b',
    'b\\n?a',
    '\\bab\\b',
    '\\ufffd',
    '31m',
    '[31',
    'a(',
    '\\r',
    ' ',
    '\\W$',
    '(a|b)\\1',
    '\\p{L}',
  ])
  .concat(['a|^b', 'm', '\\x1b', 'a +b', 'b a', 'B a', '1ma', 'k', 'as', 'a.*s$']);
const byteUnits = [
  'a',
  'b',
  'A',
  'B',
  ' ',
  '\n',
  '\n',
  '\r',
  '\r\n',
  '\x1b[31m',
  '\x1b[0m',
  '\x1b',
  '[31m',
  'é',
  '日',
  '🚀',
  'ſ',
  '\u212a',
]
  .map((text) => Buffer.from(text))
  .concat([Buffer.of(0xff), Buffer.of(0xe6, 0x97), Buffer.of(0xef, 0xbb, 0xbf), Buffer.of(0xe2, 0x80, 0xa8)]);
const bytes = fc.array(fc.constantFrom(...byteUnits), {maxLength: 25}).map((units) => Buffer.concat(units));
const operations = fc.oneof(
  {weight: 5, arbitrary: bytes.map((chunk) => ({do: 'append' as const, chunk}))},
  {weight: 4, arbitrary: fc.integer({min: 1, max: 60}).map((maxBytes) => ({do: 'step' as const, maxBytes}))},
  {weight: 1, arbitrary: fc.constant({do: 'close' as const})},
  {weight: 1, arbitrary: fc.constant({do: 'mark' as const})},
);
const options = fc.record({maxBytes: fc.integer({min: 50, max: 2000}), segmentBytes: fc.integer({min: 20, max: 300})});

test('finds what a line by line model finds, whatever the steps between appends and drops', () => {
  fc.assert(
    fc.property(
      options,
      fc.constantFrom(...sources),
      fc.array(operations, {maxLength: 40}),
      (sizes, source, script) => {
        const buffer = new WritableLogBuffer(sizes);
        const search = new Search(buffer, compilePattern(source));
        for (const operation of script) {
          if (operation.do === 'append') buffer.append(operation.chunk);
          else if (operation.do === 'close') buffer.closeLine();
          else if (operation.do === 'mark') buffer.addMarker({kind: 'renamed', from: 'a', to: 'b', at: 0});
          else if (search.step(operation.maxBytes)) expect([...search.matches]).toEqual(naiveMatches(buffer, source));
          expect([...search.matches].every((id) => id >= buffer.firstId)).toBe(true);
        }
        while (!search.step(50));
        expect([...search.matches]).toEqual(naiveMatches(buffer, source));
      },
    ),
    {numRuns: runs},
  );
});

test.each(['refused', 'Refused', 'ref.*used$'])(
  'finds what the model finds in blocks of large segments: %s',
  (source) => {
    const buffer = new WritableLogBuffer({maxBytes: 1 << 22, segmentBytes: 1 << 20});
    for (let line = 0; line < 12_000; line++) {
      const word = line % 7 === 0 ? 'refused' : line % 11 === 0 ? 'Refused' : 'accepted';
      const colour = line % 3_000 < 1_000 ? '\x1b[31m' : '';
      const tail = line % 2_500 === 0 ? 'x'.repeat(100_000) : '';
      buffer.append(Buffer.from(`${colour}line ${line} é ${word}${tail}${word}\n`));
      if (line % 100 === 0) buffer.addMarker({kind: 'renamed', from: 'a', to: 'b', at: 0});
    }
    const search = new Search(buffer, compilePattern(source));
    while (!search.step(300_000));
    expect(search.count).toBeGreaterThan(100);
    expect([...search.matches]).toEqual(naiveMatches(buffer, source));
  },
);

/** A scope that a test writes. */
class Shown {
  readonly #ids = new Set<number>();
  #changedFrom = Number.POSITIVE_INFINITY;

  set(id: number, isShown: boolean): void {
    if (isShown) this.#ids.add(id);
    else this.#ids.delete(id);
    this.#changedFrom = Math.min(this.#changedFrom, id);
  }

  includes(id: number): boolean {
    return this.#ids.has(id);
  }

  drainChangedFrom(): number {
    const changedFrom = this.#changedFrom;
    this.#changedFrom = Number.POSITIVE_INFINITY;
    return changedFrom;
  }
}

describe('a scope', () => {
  test('leaves out the lines that filters hide, whenever they do', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1 << 20});
    buffer.append(Buffer.from('hit 0\nhit 1\nmiss\nhit 3\nhit 4'));
    const shown = new Shown();
    for (const id of [0, 2, 4]) shown.set(id, true);
    const search = new Search(buffer, compilePattern('hit'), shown);
    expect([search.step(1000), [...search.matches], search.countExactUpTo]).toEqual([true, [0, 4], 5]);
    shown.set(1, true);
    shown.set(3, true);
    expect([search.count, search.rankOf(3), search.nextAfter(0)]).toEqual([4, 3, 1]);
    shown.set(0, false);
    shown.set(4, false);
    expect([...search.matches]).toEqual([1, 3]);
    buffer.append(Buffer.from(' is no more\nhit 5'));
    shown.set(5, true);
    expect([search.step(1000), [...search.matches]]).toEqual([true, [1, 3, 5]]);
  });

  test('finds what a model finds, whatever the steps between changes of the scope and of the buffer', () => {
    const change = fc.record({
      do: fc.constant('show' as const),
      back: fc.nat({max: 12}),
      isShown: fc.boolean(),
    });
    const script = fc.array(fc.oneof(operations, {weight: 5, arbitrary: change}), {maxLength: 60});
    fc.assert(
      fc.property(options, script, (sizes, operations) => {
        const buffer = new WritableLogBuffer(sizes);
        const shown = new Shown();
        const search = new Search(buffer, compilePattern('a|b$'), shown);
        const expected = () => naiveMatches(buffer, 'a|b$').filter((id) => shown.includes(id));
        for (const operation of operations) {
          if (operation.do === 'append') buffer.append(operation.chunk);
          else if (operation.do === 'close') buffer.closeLine();
          else if (operation.do === 'mark') buffer.addMarker({kind: 'renamed', from: 'a', to: 'b', at: 0});
          else if (operation.do === 'show') shown.set(buffer.endId - operation.back, operation.isShown);
          else if (search.step(operation.maxBytes)) expect([...search.matches]).toEqual(expected());
        }
        while (!search.step(50));
        expect([...search.matches]).toEqual(expected());
      }),
      {numRuns: runs},
    );
  });
});

const joints = (facts: StyleJoints) => {
  const letters = ['a', 'b', ' ', '\n', 'x'].map((letter) => letter.charCodeAt(0));
  return letters.flatMap((before) =>
    letters.filter((after) => facts.isJoint(before, after)).map((after) => [before, after]),
  );
};

it('knows where styles may be of all lines that have ended, in whatever steps a search read them', () => {
  const line = fc.constantFrom('a\u001B[1mb', 'ab', '\u001B[2mx\u001B[0m a', 'b\u001B[0;31m\u001B[1m ', '');
  fc.assert(
    fc.property(fc.array(line, {maxLength: 40}), fc.integer({min: 1, max: 60}), fc.boolean(), (lines, bytes, open) => {
      const buffer = new WritableLogBuffer({maxBytes: 10_000, segmentBytes: 64});
      const search = new Search(buffer, compilePattern('y'));
      for (const each of lines) {
        buffer.append(Buffer.from(`${each}\n`));
        search.step(bytes);
      }
      if (open) buffer.append(Buffer.from('x\u001B[1mx'));
      while (!search.step(bytes)) {
        // Goes on.
      }
      for (let id = buffer.firstId; id < buffer.endId; ) {
        const segment = buffer.segmentAt(id);
        if (!segment) break;
        const found = joints(segment.styleJoints);
        const ended = segment.open ? (segment.starts.at(-1) ?? 0) : segment.bytes.length;
        const fresh = new StyleJoints();
        fresh.update(segment.bytes, ended);
        expect(found).toEqual(joints(fresh));
        id = segment.endId;
      }
    }),
  );
});
