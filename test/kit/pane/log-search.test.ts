import fc from 'fast-check';
import {expect, test} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {LogSearch} from '../../../source/kit/pane/log-search.ts';

const entry = fc.constantFrom(
  'a match',
  'another line',
  'a line that is longer than the others by far',
  'marker' as const,
);

test('the nearest match is that of all lines, or is not known yet: none is passed over', () => {
  fc.assert(
    fc.property(
      fc.array(entry, {minLength: 1, maxLength: 60}),
      fc.array(entry, {maxLength: 10}),
      fc.record({
        steps: fc.nat({max: 12}),
        from: fc.double({min: 0, max: 1, noNaN: true}),
        direction: fc.constantFrom('next', 'previous'),
      }),
      (entries, later, {steps, from: share, direction}) => {
        const buffer = new WritableLogBuffer({maxBytes: 1 << 20});
        const add = (each: string) => {
          if (each === 'marker') buffer.addMarker({kind: 'renamed', from: 'a', to: 'match', at: 0});
          else buffer.append(Buffer.from(`${each}\n`));
        };
        for (const each of entries) add(each);
        const {endId} = buffer;
        const from = Math.floor(share * (endId - 1));
        const search = new LogSearch(buffer, compilePattern('match'));
        for (let step = 0; step < steps; step++) search.step(60);
        for (const each of later) add(each);
        const nearest = () => search.nearest(direction, from, {endId, isFiltering: false});
        const early = nearest();
        while (!search.step(1 << 20));
        const known = nearest();
        expect(known).not.toBe('unsearched');
        const matches = [...entries, ...later].flatMap((each, id) =>
          each === 'another line' || each.startsWith('a line') ? [] : [id],
        );
        const [near, last] =
          direction === 'next'
            ? [matches.find((id) => id > from), matches[0]]
            : [matches.findLast((id) => id < from), matches.at(-1)];
        const id = near ?? last;
        expect(known).toEqual(id === undefined ? 'none' : {id, isWrapped: near === undefined});
        // Of those that came later, the last one may be another one when it is the first of all in that direction.
        const isSame = early === 'unsearched' || JSON.stringify(early) === JSON.stringify(known);
        const isOfLater = typeof known === 'object' && known.id >= endId;
        expect(isSame || isOfLater).toBe(true);
      },
    ),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 500)},
  );
});

test('lines that filters may leave are not known yet', () => {
  const buffer = new WritableLogBuffer({maxBytes: 1 << 20});
  buffer.append(Buffer.from('a match\nanother match\n'));
  const search = new LogSearch(buffer, compilePattern('match'));
  while (!search.step(1 << 20));
  const before = (id: number, isFiltering: boolean) => search.nearest('previous', id, {endId: 2, isFiltering});
  expect(before(1, true)).toEqual({id: 0, isWrapped: false});
  expect(before(0, true)).toBe('unsearched');
  expect(before(0, false)).toEqual({id: 1, isWrapped: true});
});
