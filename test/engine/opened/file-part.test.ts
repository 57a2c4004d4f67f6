import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {zstdCompressSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {FileBytes, FilePart} from '../../../source/engine/opened/file-part.ts';
import {Facts} from '../../../source/engine/recording/facts.ts';
import {RecordedBytes} from '../../../source/engine/recording/recorded-bytes.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

const blockBytes = 256 * 1024;

/** A file of lines of 1024 bytes, each with its number. */
async function fileOf(lines: number) {
  const folder = await temporaryDirectory();
  const file = path.join(folder.path, 'x.log');
  const text = Array.from({length: lines}, (_, at) => `line ${at} `.padEnd(1023, '.').concat('\n')).join('');
  await writeFile(file, text);
  const part = await FilePart.open(file);
  const dispose = async () => {
    await part.close();
    await folder[Symbol.asyncDispose]();
  };
  return {part, text, [Symbol.asyncDispose]: dispose};
}

test('what was read back of a file is freed, and shows nothing from then on', async () => {
  await using file = await fileOf(20 * 256);
  const buffer = new WritableLogBuffer({maxBytes: 1e6});
  for (let offset = 0; offset < file.text.length; offset += blockBytes) {
    const bytes = new FileBytes([{part: file.part, offset, length: blockBytes, isEnded: false}]);
    buffer.addPast({lines: 256, byteLength: blockBytes, markers: [], bytes});
  }
  const memories = new Set<ArrayBufferLike>();
  const first = buffer.lineAt(buffer.firstId);
  expect(`${first}`).toMatch(/^line 0 /);
  let reads = 0;
  for (let pass = 0; pass < 3; pass++) {
    for (let id = buffer.firstId; id < buffer.endId; reads++) {
      const segment = buffer.segmentAt(id);
      expect(`${segment?.bytes.subarray(0, 20)}`).toContain(`line ${id - buffer.firstId} `);
      if (segment) memories.add(segment.bytes.buffer).add(segment.starts.buffer);
      id = segment?.endId ?? buffer.endId;
      buffer.freeRead();
    }
  }
  expect(reads).toBeGreaterThanOrEqual(60);
  // Who still has it sees nothing, not what was read there next.
  expect(first).toHaveLength(0);
  // All but those that are still held are detached.
  expect([...memories].filter(({byteLength}) => byteLength > 0).length).toBeLessThan(12);
  expect(`${buffer.lineAt(buffer.firstId + 300)}`).toMatch(/^line 300 /);
});

test('bytes of several pieces are joined, whatever memory they were read into', async () => {
  await using file = await fileOf(600);
  const {part, text} = file;
  const pieceOf = (offset: number, length: number, isEnded = false) => ({part, offset, length, isEnded});
  const one = new FileBytes([pieceOf(0, blockBytes)]);
  const joined = new FileBytes([pieceOf(0, blockBytes), pieceOf(blockBytes, 1024, true), pieceOf(0, 10)]);
  for (let again = 0; again < 3; again++) {
    const [bytes, other] = [one.read(), joined.read()];
    expect(`${bytes}`).toBe(text.slice(0, blockBytes));
    expect(`${other}`).toBe(`${text.slice(0, blockBytes + 1024)}\n${text.slice(0, 10)}`);
    for (const each of [bytes, other]) if (each) one.giveBack?.(each);
    expect([bytes?.length, other?.length]).toEqual([0, 0]);
  }
});

test('a file that a recording keeps unpacked is not freed with what was read of it', async () => {
  await using home = await temporaryDirectory();
  const text = 'a line of a recording\n'.repeat(2000);
  await writeFile(path.join(home.path, '000001.log.zst'), zstdCompressSync(text));
  const facts = new Facts();
  facts.add({kind: 'file', file: 1, offset: 0, line: 0});
  facts.add({kind: 'file', file: 2, offset: text.length, line: 2000});
  const part = new RecordedBytes(home.path, facts);
  for (const isEnded of [false, true]) {
    const bytes = new FileBytes([{part, offset: 0, length: text.length, isEnded}]);
    for (let again = 0; again < 2; again++) {
      const read = bytes.read();
      expect(`${read}`).toBe(isEnded ? `${text}\n` : text);
      if (read) bytes.giveBack?.(read);
    }
  }
});
