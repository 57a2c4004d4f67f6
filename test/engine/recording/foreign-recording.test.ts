import {mkdir, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {zstdCompressSync} from 'node:zlib';
import fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {factsFile, mostFactsBytes, readFacts} from '../../../source/engine/recording/facts.ts';
import {RecordedPast} from '../../../source/engine/recording/past.ts';
import {findRecording, readRecording} from '../../../source/engine/recording/read-recording.ts';
import {RecordedBytes} from '../../../source/engine/recording/recorded-bytes.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

/* Recordings whose facts say anything: numbers cost no more than the files that they are about. */

const home = await temporaryDirectory();
afterAll(() => home[Symbol.asyncDispose]());
let made = 0;

type Fact = Readonly<Record<string, unknown>>;

const head = {kind: 'begin', version: 2, name: 'p', id: 'x', at: 0};

async function recordingOf(
  facts: readonly Fact[],
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  made += 1;
  const folder = path.join(home.path, `p--${made}`);
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  await writeFile(factsFile(folder), [head, ...facts].map((fact) => `${JSON.stringify(fact)}\n`).join(''));
  return folder;
}

/** Text, or bytes that are said to be missing. */
async function read(folder: string): Promise<readonly (string | number)[]> {
  const found: (string | number)[] = [];
  for await (const piece of readRecording(folder)) {
    if ('bytes' in piece) found.push(piece.bytes.toString());
    else if (piece.marker.kind === 'unreadable') found.push(piece.marker.bytes ?? -1);
  }
  return found;
}

const file = (number: number, offset: number) => ({kind: 'file', file: number, offset, line: 0, at: 0});
const text = 'a line\n';
const far = 2 ** 52;

test('a gap is one marker, however large', async () => {
  const folder = await recordingOf([file(1, 0), file(2, far)], {'000001.log': text, '000002.log': text});
  expect(await read(folder)).toEqual([text, far - text.length, text]);
});

test('a packed file that claims more than there can be costs nothing; of one that is damaged it is said how much it has', async () => {
  const packed = zstdCompressSync(Buffer.alloc(300_000, text));
  const files = {
    '000001.log.zst': zstdCompressSync(Buffer.alloc(2 ** 28, 0)),
    '000002.log.zst': packed.subarray(0, -9),
    '000003.log': text,
  };
  const folder = await recordingOf([file(1, 0), file(2, far), file(3, far + 300_000)], files);
  expect(await read(folder)).toEqual([far + 300_000, text]);
});

test('with any numbers it ends, and has no byte that is not in its files', async () => {
  const number = fc.oneof(fc.integer({min: -2, max: 30}), fc.constantFrom(far, far + 1, 2 ** 53 - 1, -far));
  const fact = fc.record({
    kind: fc.constantFrom('file', 'place', 'marker', 'state'),
    file: fc.integer({min: 0, max: 3}),
    offset: number,
    line: number,
    number,
    since: number,
    at: fc.constant(0),
    marker: fc.constant({kind: 'discarded', entries: 1, at: 0}),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fact, {maxLength: 12}), async (facts) => {
      const files = {'000001.log': 'first\n', '000002.log.zst': zstdCompressSync('second\n'), '000003.log': 'third\n'};
      const folder = await recordingOf(facts, files);
      const found = await read(folder);
      expect(found.length).toBeLessThan(5 * facts.length + 5);
      for (const each of found) if (typeof each === 'string') expect('first\nsecond\nthird\n').toContain(each);
      const known = await readFacts(folder);
      if (!known) throw new Error('there are no facts');
      for (const piece of new RecordedPast(new RecordedBytes(folder, known), 20).pieces()) {
        if ('block' in piece)
          expect(piece.block.bytes.read()?.length ?? piece.block.byteLength).toBe(piece.block.byteLength);
      }
    }),
    {numRuns: 150},
  );
});

describe('facts', () => {
  test('of zeros are not kept in memory, nor read for ever', async () => {
    const folder = await recordingOf([file(1, 0)], {'000001.log': text});
    await truncate(factsFile(folder), 10 * mostFactsBytes);
    expect(await read(folder)).toEqual([text]);
  });

  test('that are a folder are none', async () => {
    const folder = path.join(home.path, 'p--folder');
    await mkdir(factsFile(folder), {recursive: true});
    expect(await findRecording(folder)).toBeUndefined();
  });
});
