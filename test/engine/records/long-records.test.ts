import fc from 'fast-check';
import {expect, test} from 'vitest';
import {LongRecords} from '../../../source/engine/records/long-records.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 200);

type Operation =
  | {readonly do: 'head'}
  /** The line belongs to the `back`-th last head. */
  | {readonly do: 'line'; readonly back: number}
  | {readonly do: 'other'}
  | {readonly do: 'undo'}
  | {readonly do: 'drop'; readonly to: number};

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {weight: 2, arbitrary: fc.constant({do: 'head' as const})},
  {weight: 6, arbitrary: fc.record({do: fc.constant('line' as const), back: fc.nat(2)})},
  {weight: 2, arbitrary: fc.constant({do: 'other' as const})},
  {weight: 2, arbitrary: fc.constant({do: 'undo' as const})},
  {weight: 1, arbitrary: fc.record({do: fc.constant('drop' as const), to: fc.nat(60)})},
);

test('has the lines that were added, and not those that were removed or dropped', () => {
  fc.assert(
    fc.property(fc.array(operation, {maxLength: 60, size: 'max'}), (operations) => {
      const long = new LongRecords();
      /** The head of each entry. */
      const entries: (number | undefined)[] = [];
      let firstId = 0;
      for (const step of operations) {
        const id = entries.length;
        if (step.do === 'head') entries.push(id);
        else if (step.do === 'other') entries.push(undefined);
        else if (step.do === 'undo') {
          if (id <= firstId) continue;
          entries.pop();
          long.removeLast(id - 1);
        } else if (step.do === 'drop') {
          firstId = Math.min(id, Math.max(firstId, step.to));
          long.dropBefore(firstId);
        } else {
          const heads = entries.flatMap((head, at) => (head === at && at >= firstId ? at : []));
          const head = heads.at(-1 - step.back);
          entries.push(head);
          if (head !== undefined) long.add(head, id);
        }
      }
      const linesOf = (head: number) => entries.flatMap((each, id) => (each === head ? id : []));
      for (let id = 0; id <= entries.length; id++) {
        const lines = linesOf(id);
        const isLong = id >= firstId && entries[id] === id && lines.length > 1;
        expect(long.get(id)).toEqual(isLong ? {head: id, lines: lines.length, first: lines.slice(0, 3)} : undefined);
        if (isLong) expect(long.linesOf(id)).toEqual(lines);
        const head = entries[id];
        const isLine = head !== undefined && head !== id && head >= firstId;
        expect(long.rangeAt(id)?.head).toBe(isLine ? head : undefined);
        const ranges = [...long.rangesFrom(id)];
        const covered = ranges.flatMap(({head: its, from, to}) =>
          Array.from({length: to - from}, (_, place) => [from + place, its]),
        );
        const expected = entries.flatMap((its, at) =>
          at >= id && its !== undefined && its !== at && its >= firstId ? [[at, its]] : [],
        );
        expect(covered).toEqual(expected);
      }
    }),
    {numRuns: runs},
  );
});
