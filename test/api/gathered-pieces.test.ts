import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {GatheredPieces} from '../../source/api/gathered-pieces.ts';

function gather(): {pieces: GatheredPieces; delivered: string[]} {
  const delivered: string[] = [];
  return {pieces: new GatheredPieces((bytes) => delivered.push(Buffer.from(bytes).toString())), delivered};
}

test('pieces of one turn are delivered together, those of the next on their own', async () => {
  const {pieces, delivered} = gather();
  pieces.push(Buffer.from('a\n'));
  pieces.push(Buffer.from('b'));
  expect(delivered).toEqual([]);
  await turn();
  expect(delivered).toEqual(['a\nb']);
  pieces.push(Buffer.from('c\n'));
  await turn();
  expect(delivered).toEqual(['a\nb', 'c\n']);
});

test('a piece is copied: its memory may be used again', async () => {
  const {pieces, delivered} = gather();
  const piece = Buffer.from('first');
  pieces.push(piece);
  piece.write('other');
  pieces.push(piece);
  await turn();
  expect(delivered).toEqual(['firstother']);
});

test('flush delivers at once, and nothing twice', async () => {
  const {pieces, delivered} = gather();
  pieces.push(Buffer.from('a'));
  pieces.flush();
  pieces.flush();
  expect(delivered).toEqual(['a']);
  await turn();
  expect(delivered).toEqual(['a']);
});

test('any sizes: every byte once, in order', async () => {
  const {pieces, delivered} = gather();
  const sent = [1, 60_000, 5_536, 1, 65_536, 65_537, 200_000, 3, 65_533, 2].map((size, index) =>
    `${index}`.repeat(size),
  );
  for (const text of sent) pieces.push(Buffer.from(text));
  await turn();
  expect(delivered.join('')).toBe(sent.join(''));
});
