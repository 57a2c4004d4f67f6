import fc from 'fast-check';
import {expect, test} from 'vitest';
import {RingTail} from '../../source/stitch/ring-tail.ts';

test('keeps the end of what was appended, whatever the chunks', () => {
  const chunks = fc.array(fc.string({maxLength: 40_000, unit: 'binary-ascii'}), {maxLength: 30});
  fc.assert(
    fc.property(chunks, fc.integer({min: 1, max: 60_000}), (texts, bytes) => {
      const tail = new RingTail({bytes, entries: 10});
      let all = '\n';
      for (const text of texts) {
        tail.append(Buffer.from(text));
        all += text;
        expect(Buffer.from(tail.bytes).equals(Buffer.from(all.slice(-(bytes + 11))))).toBe(true);
      }
    }),
    {numRuns: 30},
  );
});

test('it keeps the end, too, when an unfinished line is dropped now and then and nothing is read meanwhile', () => {
  const step = fc.oneof(
    fc.constant('drop' as const),
    fc.string({maxLength: 30, unit: fc.constantFrom('a', 'b', '\n')}),
  );
  fc.assert(
    fc.property(fc.array(step, {maxLength: 60}), fc.integer({min: 1, max: 60}), (steps, bytes) => {
      const tail = new RingTail({bytes, entries: 1});
      const limit = bytes + 2;
      let all = '\n';
      for (const each of steps) {
        if (each === 'drop') {
          const kept = all.slice(-limit);
          all = kept.slice(0, kept.lastIndexOf('\n') + 1) || '\n';
          tail.dropPartialLine();
        } else {
          all += each;
          tail.append(Buffer.from(each));
        }
      }
      expect(tail.isWithinLine).toBe(!all.endsWith('\n'));
      expect(Buffer.from(tail.bytes).toString()).toBe(all.slice(-limit));
    }),
  );
});

test('drops an unfinished line', () => {
  const tail = new RingTail({bytes: 10, entries: 1});
  tail.append(Buffer.from('a\nbc'));
  tail.dropPartialLine();
  tail.append(Buffer.from('d'));
  expect(Buffer.from(tail.bytes).toString()).toBe('\na\nd');
  tail.append(Buffer.from('x'.repeat(100)));
  tail.dropPartialLine();
  expect(Buffer.from(tail.bytes).toString()).toBe('\n');
});
