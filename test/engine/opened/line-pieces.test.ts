import fc from 'fast-check';
import {expect, test} from 'vitest';
import {newlinesIn} from '../../../source/engine/buffer/segment.ts';
import {LinePieces, longestLine} from '../../../source/engine/opened/line-pieces.ts';

/** The lengths of the lines that are made of these bytes, with their newlines; the last one may be open. */
function lengthsOf(pieces: readonly Uint8Array[]): number[] {
  const lines = new LinePieces();
  const lengths: number[] = [];
  let open = 0;
  for (const bytes of pieces) {
    let at = 0;
    for (const piece of lines.of(bytes)) {
      expect(piece.offset).toBe(at);
      expect([...piece.newlines]).toEqual([...newlinesIn(piece.bytes)]);
      at += piece.bytes.length;
      let start = 0;
      for (const newline of piece.newlines) {
        lengths.push(open + newline + 1 - start);
        [start, open] = [newline + 1, 0];
      }
      open += piece.bytes.length - start;
      if (!piece.isBroken) continue;
      lengths.push(open + 1);
      open = 0;
    }
    expect(at).toBe(bytes.length);
  }
  return open > 0 ? [...lengths, open] : lengths;
}

const lineOf = (length: number) => Buffer.concat([Buffer.alloc(length - 1, 'x'), Buffer.from('\n')]);

test('a line is broken only where it is too long, however its bytes come', () => {
  const content = Buffer.concat([lineOf(9), lineOf(longestLine), lineOf(2 * longestLine + 5), lineOf(7)]);
  const lengths = [9, longestLine, longestLine, longestLine, 7, 7];
  expect(lengthsOf([content])).toEqual(lengths);
  fc.assert(
    fc.property(fc.array(fc.integer({min: 1, max: content.length}), {maxLength: 6}), (cuts) => {
      const ends = [...cuts.toSorted((a, b) => a - b), content.length];
      expect(lengthsOf(ends.map((end, index) => content.subarray(ends[index - 1] ?? 0, end)))).toEqual(lengths);
    }),
    {numRuns: 20},
  );
});

test('a line that was ended begins anew', () => {
  const lines = new LinePieces();
  const half = Buffer.alloc(longestLine / 2 + 1, 'x');
  expect([...lines.of(half)].map(({isBroken}) => isBroken)).toEqual([false]);
  lines.endLine();
  expect([...lines.of(half)].map(({isBroken}) => isBroken)).toEqual([false]);
  expect([...lines.of(half)].map(({isBroken}) => isBroken)).toEqual([true, false]);
});
