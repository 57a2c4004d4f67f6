import {truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setImmediate} from 'node:timers/promises';
import fc from 'fast-check';
import {expect, test, vi} from 'vitest';
import {WritableLogBuffer} from '../../../source/buffer/log-buffer.ts';
import {compilePattern} from '../../../source/buffer/pattern.ts';
import {Search} from '../../../source/buffer/search.ts';
import {RecordIndex} from '../../../source/records/record-index.ts';
import {type EarlierSizes, earlierLines} from '../../../source/storage/opened/earlier-lines.ts';
import {FilePart} from '../../../source/storage/opened/file-part.ts';
import {entriesOf} from '../../buffer/entries-of.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

/** So small that a few lines need several reads and blocks. */
const small: EarlierSizes = {window: 48, block: 24, longestLine: 96};

/** A buffer with the lines of a file from `from` on, and then those before. */
async function readBackwards(
  part: FilePart,
  text: Buffer,
  from: number,
  sizes: EarlierSizes,
): Promise<WritableLogBuffer> {
  const buffer = new WritableLogBuffer({maxBytes: 1e6});
  if (from > 0) buffer.reserve();
  buffer.append(text.subarray(from));
  for await (const {blocks} of earlierLines(part, from, sizes)) for (const block of blocks) buffer.prepend(block);
  buffer.endPrepending();
  return buffer;
}

/** Numbers of the matches, and of the errors. */
function foundIn(buffer: WritableLogBuffer): readonly (readonly (number | undefined)[])[] {
  const search = new Search(buffer, compilePattern('b'));
  while (!search.step(16));
  const index = new RecordIndex(buffer);
  while (!index.step(16));
  const errors: number[] = [];
  for (let id = index.nextError(-1); id !== undefined; id = index.nextError(id)) errors.push(id);
  const heads = Array.from({length: buffer.endId - buffer.firstId}, (_, at) => index.headOf(buffer.firstId + at));
  return [[...search.matches], errors, heads].map((ids) => ids.map((id) => buffer.numberOf(id)));
}

const line = fc.oneof(
  fc.constantFrom('', 'a', 'bb', '  indented', "thread 'main' panicked at x:1:2:", 'ERROR b'),
  fc.string({unit: fc.constantFrom('a', 'b', 'é'), maxLength: 40}),
  fc.constant('[p] 2026-01-01T00:00:00.000001Z ERROR kafka: no b'),
);

test('lines that are added before others are those of the file: with the same numbers, matches and records', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'x.log');
  await fc.assert(
    fc.asyncProperty(fc.array(line, {maxLength: 30}), fc.nat(30), fc.boolean(), async (lines, shown, isEnded) => {
      const text = Buffer.from(lines.join('\n') + (isEnded && lines.length > 0 ? '\n' : ''));
      await writeFile(file, text);
      const part = await FilePart.open(file);
      const from = Buffer.byteLength(
        lines
          .slice(0, shown)
          .map((each) => `${each}\n`)
          .join(''),
      );
      const buffer = await readBackwards(part, text, Math.min(from, text.lastIndexOf('\n') + 1), small);
      const whole = new WritableLogBuffer({maxBytes: 1e6});
      whole.append(text);
      expect(entriesOf(buffer)).toEqual(entriesOf(whole));
      expect(foundIn(buffer)).toEqual(foundIn(whole));
      expect([buffer.totalLines, buffer.totalBytes, buffer.lineCount]).toEqual([
        whole.totalLines,
        whole.totalBytes,
        whole.lineCount,
      ]);
      await part.close();
    }),
    {numRuns: 300},
  );
});

test('a line that is too long is broken, and no byte of it is missing', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'x.log');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(400), {minLength: 1, maxLength: 6}), fc.nat(500), async (lengths, end) => {
      const text = Buffer.from(
        lengths.map((length, at) => `${String.fromCharCode(97 + at).repeat(length)}\n`).join(''),
      );
      await writeFile(file, text);
      const part = await FilePart.open(file);
      const buffer = await readBackwards(part, text, Math.min(end, text.length - 1), small);
      expect(entriesOf(buffer).join('')).toBe(text.toString().replaceAll('\n', ''));
      expect(buffer.numberOf(buffer.firstId)).toBe(1);
      await part.close();
    }),
    {numRuns: 200},
  );
});

test('lines whose file is truncated meanwhile are not added, and what was read back of it is gone', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'x.log');
  const text = Buffer.from('line\n'.repeat(100));
  await writeFile(file, text);
  const part = await FilePart.open(file);
  const buffer = new WritableLogBuffer({maxBytes: 1e6});
  buffer.reserve();
  buffer.append(text.subarray(400));
  for await (const {blocks} of earlierLines(part, 400, small)) {
    for (const block of blocks) buffer.prepend(block);
    if (buffer.lineCount > 50) await truncate(file, 10);
  }
  buffer.endPrepending();
  expect(buffer.lineCount).toBeLessThan(90);
  // A block that cannot be read back is gone, with all before it.
  entriesOf(buffer);
  expect(entriesOf(buffer)).toEqual(Array.from({length: 20}, () => 'line'));
  await part.close();
});

test('more lines than are held are counted', async () => {
  const buffer = new WritableLogBuffer({maxBytes: 1e6});
  buffer.reserve();
  buffer.append(Buffer.from('last\n'));
  const bytes = {isStored: () => true, read: () => Buffer.from('line\n')};
  const last = buffer.firstId;
  expect([buffer.numberOf(last), buffer.idOf(1)]).toEqual([undefined, undefined]);
  buffer.prepend({lines: 1, byteLength: 5, bytes});
  buffer.prepend({lines: 3, byteLength: 15, bytes}, {isHeld: false});
  buffer.prepend({lines: 1, byteLength: 5, bytes});
  buffer.endPrepending();
  expect([buffer.droppedLines, buffer.lineCount, buffer.totalLines]).toEqual([4, 2, 6]);
  expect([buffer.numberOf(last), buffer.idOf(5)]).toEqual([6, buffer.firstId]);
});

test('a disk that fails while nobody waits for more is no fault of the program', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'x.log');
  const text = 'a line\n'.repeat(100);
  await writeFile(file, text);
  const part = await FilePart.open(file);
  const read = part.read.bind(part);
  using spy = vi
    .spyOn(part, 'read')
    .mockImplementationOnce(read)
    .mockRejectedValue(Object.assign(new Error('EIO: i/o error, read'), {code: 'EIO'}));
  const unhandled: unknown[] = [];
  const hear = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', hear);
  try {
    for await (const {blocks} of earlierLines(part, text.length, small)) {
      expect(blocks.length).toBeGreaterThan(0);
      break;
    }
    await setImmediate();
    expect(spy).toHaveBeenCalledTimes(2);
    expect(unhandled).toEqual([]);
    // Whoever does wait is told.
    const rest = async () => {
      for await (const _ of earlierLines(part, text.length, small));
    };
    await expect(rest()).rejects.toThrow('EIO');
  } finally {
    process.off('unhandledRejection', hear);
    await part.close();
  }
});
