import fc from 'fast-check';
import {expect, it} from 'vitest';
import {WritableLogBuffer} from '../../source/buffer/log-buffer.ts';
import {newlinesIn} from '../../source/buffer/segment.ts';
import {EarlierErrors} from '../../source/records/earlier-errors.ts';
import {ErrorLog} from '../../source/records/error-log.ts';

const wall = () => 0;
const line = fc.oneof(
  fc.constantFrom('', 'text', "thread 'main' panicked at src/x.rs:1:2:", '  at src/x.rs'),
  fc
    .tuple(fc.constantFrom('INFO', 'ERROR'), fc.constantFrom('disk full', 'refused', 'no such host'), fc.nat(59))
    .map(([level, text, second]) => `[p] 2026-01-01T00:00:${String(second).padStart(2, '0')}Z ${level} kafka: ${text}`),
);

/** A panic has the time of a line above. */
const dated = '[p] 2026-01-01T00:00:00Z INFO kafka: dated';

/** Counted as they come. */
function append(buffer: WritableLogBuffer, errors: ErrorLog, text: string): void {
  const bytes = Buffer.from(text);
  buffer.append(bytes);
  errors.append(bytes, newlinesIn(bytes));
}

it('errors of lines that are added before others are counted as if the log had been read from its beginning', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(line, {minLength: 1, maxLength: 6}), {maxLength: 5}),
      fc.array(line),
      (blocks, last) => {
        const textOf = (lines: readonly string[]) => lines.map((each) => `${each}\n`).join('');
        const whole = new WritableLogBuffer({maxBytes: 1e6});
        const wholeErrors = new ErrorLog({buffer: whole, wall});
        append(whole, wholeErrors, textOf([...blocks.flat(), dated, ...last]));
        const buffer = new WritableLogBuffer({maxBytes: 1e6});
        const errors = new ErrorLog({buffer, wall});
        buffer.reserve();
        const to = buffer.endId;
        append(buffer, errors, textOf([dated, ...last]));
        for (const block of blocks.toReversed()) {
          const bytes = Buffer.from(textOf(block));
          const read = () => Buffer.from(bytes);
          buffer.prepend({lines: block.length, byteLength: bytes.length, bytes: {isStored: () => true, read}});
        }
        buffer.endPrepending();
        const earlier = new EarlierErrors({buffer, errors, to, wall});
        while (!earlier.step(40));
        expect(earlier.step(40)).toBe(true);
        const numbered = (log: WritableLogBuffer, counted: ErrorLog) =>
          [...counted.byKey.values()].map(({firstId, lastId, unseenId, ...group}) => ({
            ...group,
            ids: [firstId, lastId, unseenId].map((id) => log.numberOf(id)),
          }));
        expect(numbered(buffer, errors)).toEqual(numbered(whole, wholeErrors));
        expect(errors.unseenCount(new Set())).toBe(wholeErrors.unseenCount(new Set()));
      },
    ),
    {numRuns: 300},
  );
});
