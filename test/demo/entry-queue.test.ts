import fc from 'fast-check';
import {expect, it} from 'vitest';
import {EntryQueue} from '../../source/demo/entry-queue.ts';

it('is a queue of at most its limit, through growth and wrapping', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), {maxLength: 600}), fc.integer({min: 1, max: 300}), (pushes, limit) => {
      const queue = new EntryQueue(limit);
      const model: Uint8Array[] = [];
      for (const [index, push] of pushes.entries()) {
        if (push) {
          const entry = Uint8Array.of(index & 255);
          expect(queue.push(entry)).toBe(model.length < limit);
          if (model.length < limit) model.push(entry);
        } else {
          expect(queue.shift()).toBe(model.shift());
        }
        expect(queue.length).toBe(model.length);
      }
    }),
  );
});

it('is empty after clear and goes on', () => {
  const queue = new EntryQueue(10);
  queue.push(Uint8Array.of(1));
  queue.clear();
  expect(queue.shift()).toBeUndefined();
  queue.push(Uint8Array.of(2));
  expect(queue.shift()).toEqual(Uint8Array.of(2));
});
