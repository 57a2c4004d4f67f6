import fc from 'fast-check';
import {expect, test} from 'vitest';
import {idsIn, newTally, readBlocks, readLines} from '../../../source/engine/buffer/copy-lines.ts';
import {allEntries, WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {copyBytes} from '../../harness/copy-bytes.ts';

const numRuns = Number(process.env.PIPETAIL_RUNS ?? 200);

function bufferOf(text: string, options: {segmentBytes?: number; maxBytes?: number} = {}): WritableLogBuffer {
  const buffer = new WritableLogBuffer({maxBytes: 64 * 1024 * 1024, ...options});
  buffer.append(Buffer.from(text));
  return buffer;
}

test('bytes exactly as the log has them: colours, CR, invalid UTF-8, blank lines', () => {
  const bytes = Buffer.from('\u001B[31mred\u001B[0m\r\n\n\u0000\u00FF\n  last\n', 'latin1');
  const buffer = new WritableLogBuffer({maxBytes: 1000});
  buffer.append(bytes);
  expect(copyBytes(buffer, [0, 1, 2, 3])).toEqual(bytes);
  expect(copyBytes(buffer, [1, 3]).toString()).toBe('\n  last\n');
  expect([...readLines(buffer, [0, 1])].map(String)).toEqual(['\u001B[31mred\u001B[0m\r', '']);
});

test('markers are left out without an option, and never counted as lines', () => {
  const buffer = bufferOf('one\n');
  buffer.addMarker({kind: 'line-cut', at: 0});
  buffer.append(Buffer.from('two\n'));
  expect(copyBytes(buffer, [0, 1, 2]).toString()).toBe('one\ntwo\n');
  const tally = newTally();
  const taken = copyBytes(buffer, [0, 1, 2], {markers: (marker) => `«${marker.kind}»`, tally});
  expect(taken.toString()).toBe('one\n── «line-cut» ──\ntwo\n');
  expect(tally).toEqual({lines: 2, missing: 0});
});

test('the open line is taken as far as it has come, with an end of its own', () => {
  expect(copyBytes(bufferOf('one\ntw'), [0, 1]).toString()).toBe('one\ntw\n');
});

test('what was trimmed before its turn is counted, not passed over in silence', () => {
  const buffer = bufferOf('', {maxBytes: 3_000_000, segmentBytes: 500_000});
  const line = `${'x'.repeat(99_999)}\n`;
  buffer.append(Buffer.from(line.repeat(25)));
  const tally = newTally();
  const blocks = readBlocks(buffer, idsIn(allEntries(buffer), 0, buffer.endId), {tally});
  const first = blocks.next();
  buffer.append(Buffer.from(line.repeat(25)));
  const rest = [...blocks];
  expect(tally.missing).toBeGreaterThan(0);
  expect(tally.lines + tally.missing).toBe(25);
  expect(Buffer.concat([first.value ?? Buffer.of(), ...rest]).toString()).toBe(line.repeat(tally.lines));
});

test('blocks are bounded, and copies: what they hold stays when the buffer grows', () => {
  const text = `${'a'.repeat(2_500_000)}\n${'short\n'.repeat(500_000)}`;
  const buffer = bufferOf(text);
  const blocks: Buffer[] = [];
  for (const block of readBlocks(buffer, idsIn(allEntries(buffer), 0, buffer.endId))) {
    blocks.push(block);
    buffer.append(Buffer.from('later\n'));
  }
  expect(Math.max(...blocks.map((block) => block.length))).toBeLessThanOrEqual(1024 * 1024);
  expect(Buffer.concat(blocks).equals(Buffer.from(text))).toBe(true);
});

test('what costs time without bytes is cut up too', () => {
  const buffer = bufferOf('\n'.repeat(100_000));
  expect([...readBlocks(buffer, idsIn(allEntries(buffer), 0, 100_000))].map(String)).toEqual([
    ...Array.from({length: 6}, () => '\n'.repeat(16_384)),
    '\n'.repeat(100_000 - 6 * 16_384),
  ]);
  const gone = Array.from({length: 20_000}, (_, index) => 200_000 + index);
  expect([...readBlocks(buffer, gone)].map(String)).toEqual(['', '']);
});

test('any choice of any lines, in segments of any size, equals the chosen lines', () => {
  const line = fc.string({maxLength: 12}).map((text) => text.replaceAll('\n', ''));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(line, fc.boolean(), fc.boolean()), {maxLength: 60}),
      fc.integer({min: 1, max: 40}),
      fc.boolean(),
      (entries, segmentBytes, open) => {
        const buffer = new WritableLogBuffer({maxBytes: 1_000_000, segmentBytes});
        const ids: number[] = [];
        let expected = '';
        entries.forEach(([text, isMarker, isChosen], index) => {
          if (isChosen) ids.push(index);
          if (isMarker) buffer.addMarker({kind: 'renamed', from: 'a', to: 'b', at: index});
          else buffer.append(Buffer.from(`${text}\n`));
          if (isChosen && !isMarker) expected += `${text}\n`;
        });
        if (open) {
          buffer.append(Buffer.from('open'));
          ids.push(entries.length);
          expected += 'open\n';
        }
        expect(copyBytes(buffer, ids).toString()).toBe(expected);
      },
    ),
    {numRuns},
  );
});

test('ids of a view: from its first entry up to an end', () => {
  expect([...idsIn(allEntries({firstId: 3, endId: 8}), 0, 6)]).toEqual([3, 4, 5]);
  expect([...idsIn(allEntries({firstId: 3, endId: 3}), 0, 6)]).toEqual([]);
});
