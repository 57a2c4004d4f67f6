import {mkdir, open, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {systemClock} from '../../../source/lib/clock.ts';
import {FollowedRecording} from '../../../source/storage/recording/followed-recording.ts';
import {indexFile, indexLines, mostIndexBytes} from '../../../source/storage/recording/index-file.ts';
import {findRecording, readRecording} from '../../../source/storage/recording/reader.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

/* Recordings whose index says anything: numbers cost no more than the files that they are about. */

const home = await temporaryDirectory();
afterAll(() => home[Symbol.asyncDispose]());
let made = 0;

type Fact = Readonly<Record<string, unknown>>;

const head = {kind: 'recording', version: 1, name: 'p', id: 'x', at: 0};

async function recordingOf(
  facts: readonly Fact[],
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  made += 1;
  const folder = path.join(home.path, `p--${made}`);
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  await writeFile(indexFile(folder), [head, ...facts].map((fact) => `${JSON.stringify(fact)}\n`).join(''));
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

/** The same as it is followed. */
async function follow(folder: string): Promise<readonly (string | number)[]> {
  const found: (string | number)[] = [];
  const followed = await FollowedRecording.open(folder, systemClock);
  // Its index is damaged.
  if (!followed) return await read(folder);
  for (const pieces of [followed.past(), followed.added()]) {
    for await (const piece of pieces) {
      if ('bytes' in piece) found.push(piece.bytes.toString());
      else if (piece.marker.kind === 'unreadable') found.push(piece.marker.bytes ?? -1);
    }
  }
  followed.close();
  return found;
}

const file = (number: number, offset: number) => ({kind: 'file', file: number, offset, line: 0, at: 0});
const block = (offset: number, length: number) => ({kind: 'block', offset, length, line: 0, lines: 1, at: 0});
const text = 'a line\n';
const far = 2 ** 52;

describe.each([
  ['read', read],
  ['followed', follow],
] as const)('%s', (_, piecesOf) => {
  test('a gap is one marker, however large', async () => {
    const folder = await recordingOf([file(1, 0), file(2, far)], {'000001.log': text, '000002.log': text});
    expect(await piecesOf(folder)).toEqual([text, far - text.length, text]);
  });

  test('a packed block that claims more than there can be costs nothing', async () => {
    const large = Buffer.alloc(40 * 1024 * 1024, text);
    const packed = gzipSync(large);
    const folder = await recordingOf(
      [
        file(1, 0),
        block(0, large.length),
        {kind: 'compressed', file: 1, members: [packed.length]},
        file(2, large.length),
      ],
      {'000001.log.gz': packed, '000002.log': text},
    );
    expect(await piecesOf(folder)).toEqual([large.length, text]);
  });

  test('a plain file that is shorter than its blocks is read as far as it goes', async () => {
    const folder = await recordingOf([file(1, 0), block(0, 2 ** 40), file(2, 2 ** 40)], {
      '000001.log': text,
      '000002.log': text,
    });
    expect(await piecesOf(folder)).toEqual([text, 2 ** 40 - text.length, text]);
  });

  test('with any numbers it ends, and has no byte that is not in its files', async () => {
    const number = fc.oneof(fc.integer({min: -2, max: 30}), fc.constantFrom(far, far + 1, 2 ** 53 - 1, -far));
    const marker = {kind: 'discarded', entries: 1, at: 0};
    const fact = fc.oneof(
      fc.record({
        kind: fc.constant('file'),
        file: fc.integer({min: 0, max: 3}),
        offset: number,
        line: number,
        at: fc.constant(0),
      }),
      fc.record({
        kind: fc.constant('block'),
        offset: number,
        length: number,
        line: number,
        lines: number,
        at: fc.constant(0),
      }),
      fc.record({
        kind: fc.constant('marker'),
        number: number,
        offset: number,
        line: number,
        marker: fc.constant(marker),
      }),
      fc.record({
        kind: fc.constant('compressed'),
        file: fc.integer({min: 0, max: 3}),
        members: fc.array(number, {maxLength: 4}),
      }),
      fc.record({
        kind: fc.constantFrom('deleted', 'end'),
        file: fc.integer({min: 0, max: 3}),
        offset: number,
        at: fc.constant(0),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fact, {maxLength: 12}), async (facts) => {
        const files = {'000001.log': 'first\n', '000002.log.gz': gzipSync('second\n'), '000003.log': 'third\n'};
        const found = await piecesOf(await recordingOf(facts, files));
        expect(found.length).toBeLessThan(5 * facts.length + 5);
        for (const each of found) if (typeof each === 'string') expect('first\nsecond\nthird\n').toContain(each);
      }),
      {numRuns: 150},
    );
  });
});

describe('an index', () => {
  test('of zeros is not kept in memory, nor read for ever', async () => {
    const folder = await recordingOf([file(1, 0)], {'000001.log': text});
    await truncate(indexFile(folder), 10 * mostIndexBytes);
    await using handle = await open(indexFile(folder));
    let bytes = 0;
    const counting = {
      async read(...args: Parameters<typeof handle.read>) {
        const result = await handle.read(...args);
        bytes += result.bytesRead;
        return result;
      },
    };
    const lines: string[] = [];
    for await (const each of indexLines(counting as typeof handle)) lines.push(each.lines);
    expect(lines).toHaveLength(1);
    expect(bytes).toBeLessThan(1.1 * mostIndexBytes);
    expect(await read(folder)).toEqual([text]);
  });

  test('has a line that is too long: those around it count', async () => {
    const folder = await recordingOf([file(1, 0), {kind: 'x', text: 'x'.repeat(3_000_000)}, file(2, far)], {
      '000001.log': text,
      '000002.log': text,
    });
    expect(await read(folder)).toEqual([text, far - text.length, text]);
  });

  test('that is a folder is none', async () => {
    const folder = path.join(home.path, 'p--folder');
    await mkdir(indexFile(folder), {recursive: true});
    expect(await findRecording(folder, 'p--folder')).toBeUndefined();
  });
});
