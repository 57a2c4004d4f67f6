import fc from 'fast-check';
import {expect, it} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {StepwiseReader} from '../../../source/engine/logs/lost-streams.ts';

it('reads exactly the lines of its range that have ended, however they lie in segments', () => {
  const entry = fc.constantFrom('', 'a', 'some line', 'marker');
  fc.assert(
    fc.property(fc.array(entry), fc.nat(20), fc.nat(20), (entries, from, skipped) => {
      const buffer = new WritableLogBuffer({maxBytes: 1e6, segmentBytes: 16});
      for (const each of entries) {
        if (each === 'marker') buffer.addMarker({kind: 'renamed', from: 'a', to: 'b', at: 1});
        else buffer.append(Buffer.from(`${each}\n`));
      }
      buffer.append(Buffer.from('open'));
      const to = Math.max(0, buffer.endedTo - skipped);
      const read: string[] = [];
      const onRead = (bytes: Uint8Array, newlines: Uint32Array) => {
        let start = 0;
        for (const end of newlines) {
          read.push(Buffer.from(bytes.subarray(start, end)).toString());
          start = end + 1;
        }
        expect(start).toBe(bytes.length);
      };
      const reader = new StepwiseReader({buffer, from, to, onRead});
      while (!reader.step(1));
      expect(read).toEqual(entries.slice(from, Math.max(from, to)).filter((each) => each !== 'marker'));
    }),
  );
});
