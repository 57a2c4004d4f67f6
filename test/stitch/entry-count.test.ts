import fc from 'fast-check';
import {expect, test} from 'vitest';
import {EntryCount} from '../../source/stitch/entry-count.ts';

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
      for (const [index, end] of ends.entries()) count.push(Buffer.from(text.slice(ends[index - 1] ?? 0, end)));
      expect(count.range).toEqual({min: 100 + min, max: 100 + max});
    }),
  );
});

const record = '[p] \x1b[2m2026-01-01T00:00:00.000000Z\x1b[0m  INFO x: a\n';
const failed = '[control-plane] 2026-01-01T00:00:00.000000Z ERROR Resource error: a\n';
const started = '[control-plane] 2026-01-01T00:00:00.000000Z  INFO Status transition: paused -> running\n';

test.each([
  {what: 'lines of a pipeline', text: `${record}\nb\n`, min: 3, max: 3},
  {what: 'an entry that is never longer', text: `${started}a\n`, min: 2, max: 2},
  {what: 'an entry that may go on', text: failed, min: 0, max: 1},
  {what: 'lines that may be of it', text: `${failed}a\nb\n`, min: 0, max: 3},
  {what: 'its end, as the next record shows', text: `${failed}a\nb\n${record}c\n`, min: 3, max: 5},
  {what: 'one after the other', text: `${failed}a\n${failed}b\n${started}`, min: 3, max: 5},
  {what: 'lines of today', text: `[manager] a\nb\n`, min: 2, max: 2},
  {what: 'an unfinished beginning', text: `x\n${failed.slice(0, -1)}`, min: 1, max: 1},
])('$what before 0.207, in any chunking, written down in between', ({text, min, max}) => {
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      let count = new EntryCount(100, 'control-plane');
      const ends = [...cuts.sort((a, b) => a - b), text.length];
      for (const [index, end] of ends.entries()) {
        count.push(Buffer.from(text.slice(ends[index - 1] ?? 0, end)));
        count = EntryCount.from(JSON.parse(JSON.stringify(count.state)));
      }
      expect(count.range).toEqual({min: 100 + min, max: 100 + max});
      expect(count.form).toBe('control-plane');
    }),
  );
});

test('an endless line in pieces keeps its two ends only, and is still known', () => {
  const count = new EntryCount(0);
  count.push(Buffer.from('[manager] '));
  for (let piece = 0; piece < 1000; piece++) count.push(Buffer.alloc(10_000, 'x'));
  count.push(Buffer.from(`${suffix}\n`));
  expect(count.range).toEqual({min: 1, max: 1});
});
