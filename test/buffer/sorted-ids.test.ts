import fc from 'fast-check';
import {expect, test} from 'vitest';
import {SortedIds} from '../../source/buffer/sorted-ids.ts';

const operation = fc.oneof(
  // Some at once, so that chunks fill: how many, and how far apart.
  fc.record({
    kind: fc.constant('push' as const),
    count: fc.integer({min: 1, max: 6000}),
    step: fc.integer({min: 1, max: 3}),
  }),
  fc.record({
    kind: fc.constantFrom('below' as const, 'from' as const),
    part: fc.double({min: 0, max: 1.1, noNaN: true}),
  }),
);

test('is a sorted array', () => {
  fc.assert(
    fc.property(fc.array(operation, {maxLength: 12}), (operations) => {
      const ids = new SortedIds();
      let array: number[] = [];
      let next = 2 ** 40;
      for (const each of operations) {
        if (each.kind === 'push') {
          for (let count = 0; count < each.count; count++, next += each.step) {
            ids.push(next);
            array.push(next);
          }
        } else {
          const [first = next] = array;
          const id = Math.floor(first + each.part * (next - first));
          if (each.kind === 'below') ids.dropBelow(id);
          else ids.dropFrom(id);
          array = array.filter((one) => (each.kind === 'below' ? one >= id : one < id));
          expect(ids.countBelow(id)).toBe(each.kind === 'below' ? 0 : array.length);
        }
        expect([...ids]).toEqual(array);
        expect([ids.length, ids.at(-1), ids.at(array.length)]).toEqual([array.length, undefined, undefined]);
      }
    }),
  );
});

test('tells how many are below an id, whether it is one of them or not', () => {
  const ids = new SortedIds();
  for (let id = 10; id < 100_000; id += 10) ids.push(id);
  ids.dropBelow(50_005);
  expect([0, 50_010, 50_011, 99_990, 200_000].map((id) => ids.countBelow(id))).toEqual([0, 0, 1, 4998, 4999]);
});
