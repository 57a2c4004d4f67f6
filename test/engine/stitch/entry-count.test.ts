import fc from 'fast-check';
import {expect, test} from 'vitest';
import {EntryCount} from '../../../source/engine/stitch/entry-count.ts';

const suffix = ' pipeline-id="1" pipeline-name="p"';

test.each([
  {what: 'nothing', text: '', min: 0, max: 0},
  {what: 'lines of a pipeline', text: '[p] a\n\nb\n', min: 3, max: 3},
  {what: 'an unfinished line', text: 'a\nb', min: 1, max: 1},
  {what: 'an entry of the runner', text: `[manager] a${suffix}\nb\n`, min: 2, max: 2},
  {what: 'one of three lines', text: `a\n[manager] b\nc\nd${suffix}\ne\n`, min: 3, max: 5},
  {what: 'one that is unfinished', text: 'a\n[manager] b\nc\n', min: 1, max: 3},
  {what: 'a suffix alone', text: `a${suffix}\n`, min: 1, max: 1},
  {what: 'a pipeline of a similar name', text: '[manager2] a\n[managers\nb\n', min: 3, max: 3},
  {what: 'an imitation before an entry', text: `[manager] a\n[manager] b${suffix}\n`, min: 1, max: 2},
])('$what, in any chunking', ({text, min, max}) => {
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const count = new EntryCount(100);
      const ends = [...cuts.sort((a, b) => a - b), text.length];
      for (const [index, end] of ends.entries()) count.append(Buffer.from(text.slice(ends[index - 1] ?? 0, end)));
      expect(count.range).toEqual({min: 100 + min, max: 100 + max});
    }),
  );
});

test('an endless line in pieces keeps its two ends only, and is still recognised', () => {
  const count = new EntryCount(0);
  count.append(Buffer.from('[manager] '));
  for (let piece = 0; piece < 1000; piece++) count.append(Buffer.alloc(10_000, 'x'));
  count.append(Buffer.from(`${suffix}\n`));
  expect(count.range).toEqual({min: 1, max: 1});
});
