import fc from 'fast-check';
import {expect, it} from 'vitest';
import {FactsAhead} from '../../source/buffer/facts-ahead.ts';
import {LogBuffer} from '../../source/buffer/log-buffer.ts';
import {TextFacts} from '../../source/buffer/text-facts.ts';

const joints = (facts: TextFacts) => {
  const letters = ['a', 'b', ' ', '\n', 'x'].map((letter) => letter.charCodeAt(0));
  return letters.flatMap((before) =>
    letters.filter((after) => facts.isJoint(before, after)).map((after) => [before, after]),
  );
};

it('knows of all lines that have ended what a search would work out, in whatever steps', () => {
  const line = fc.constantFrom('a\u001B[1mb', 'ab', '\u001B[2mx\u001B[0m a', 'b\u001B[0;31m\u001B[1m ', '');
  fc.assert(
    fc.property(fc.array(line, {maxLength: 40}), fc.integer({min: 1, max: 60}), fc.boolean(), (lines, bytes, open) => {
      const buffer = new LogBuffer({maxBytes: 10_000, segmentBytes: 64});
      const ahead = new FactsAhead(buffer);
      for (const each of lines) {
        buffer.append(Buffer.from(`${each}\n`));
        ahead.step(bytes);
      }
      if (open) buffer.append(Buffer.from('x\u001B[1mx'));
      while (!ahead.step(bytes)) {
        // Goes on.
      }
      for (let id = buffer.firstId; id < buffer.endId; ) {
        const segment = buffer.segmentAt(id);
        if (!segment) break;
        const known = joints(segment.facts);
        const ended = segment.open ? (segment.starts.at(-1) ?? 0) : segment.bytes.length;
        const fresh = new TextFacts();
        fresh.update(segment.bytes, ended);
        expect(known).toEqual(joints(fresh));
        id = segment.endId;
      }
    }),
  );
});

it('a step is about as long as it may be', () => {
  const buffer = new LogBuffer({maxBytes: 1_000_000});
  for (let line = 0; line < 1000; line++) buffer.append(Buffer.from(`${'y'.repeat(99)}\n`));
  const ahead = new FactsAhead(buffer);
  let steps = 1;
  while (!ahead.step(10_000)) steps += 1;
  expect(steps).toBe(10);
});
