import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Packer} from '../../../source/engine/buffer/packed-store.ts';
import {RingTail} from '../../../source/engine/stitch/ring-tail.ts';
import {zstdPacker} from '../../../source/kit/system/zstd-packer.ts';

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

test('it keeps the end, too, when it is compressed or an unfinished line is dropped now and then', () => {
  const step = fc.oneof(
    {weight: 3, arbitrary: fc.string({maxLength: 30, unit: fc.constantFrom('a', 'b', '\n')})},
    {weight: 1, arbitrary: fc.constantFrom('drop' as const, 'pack' as const)},
  );
  fc.assert(
    fc.property(fc.array(step, {maxLength: 60}), fc.integer({min: 1, max: 60}), (steps, ring) => {
      const tail = new RingTail({bytes: ring, entries: 1}, zstdPacker);
      const limit = ring + 2;
      let all = '\n';
      // Since a line was dropped: compressed bytes before it may take its place.
      let least = '\n';
      for (const each of steps) {
        if (each === 'drop') {
          const kept = least.slice(-limit);
          least = kept.slice(0, kept.lastIndexOf('\n') + 1) || '\n';
          const held = Buffer.from(tail.bytes).includes('\n');
          all = held ? all.slice(0, all.lastIndexOf('\n') + 1) : '\n';
          tail.dropPartialLine();
        } else if (each === 'pack') {
          tail.pack();
        } else {
          all += each;
          least += each;
          tail.append(Buffer.from(each));
        }
      }
      const bytes = Buffer.from(tail.bytes).toString();
      expect(tail.isWithinLine).toBe(!all.endsWith('\n'));
      expect(bytes.length).toBeLessThanOrEqual(limit);
      expect(all.endsWith(bytes)).toBe(true);
      expect(bytes.endsWith(least.slice(-limit))).toBe(true);
    }),
    {numRuns: 500},
  );
});

test('what is before a block that cannot be read is no part of the end', () => {
  let packs = 0;
  const packer: Packer = {
    pack: (bytes, keep) => keep(Buffer.from([...bytes, packs++])),
    unpack: (packed) => (packed.at(-1) === 1 ? undefined : Buffer.from(packed.subarray(0, -1))),
  };
  const tail = new RingTail({bytes: 38, entries: 1}, packer);
  tail.append(Buffer.from('first line\nsecond line\nthird line\n'));
  expect(tail.pack()).toBe(false);
  expect(tail.pack()).toBe(true);
  tail.append(Buffer.from('end'));
  expect(Buffer.from(tail.bytes).toString()).toBe('ine\nthird line\nend');
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
