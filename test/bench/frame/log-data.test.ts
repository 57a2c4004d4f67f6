import {readFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {writeLog} from '../../../bench/frame/log-data.ts';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

const lines = 20_000;

test('writes the same lines each time, exactly as many as asked for', async () => {
  await using folder = await temporaryDirectory();
  const files = ['a', 'b'].map((name) => `${folder.path}/${name}`);
  for (const file of files) await writeLog(file, lines);
  const [first, second] = await Promise.all(files.map((file) => readFile(file)));
  expect(first?.equals(second ?? Buffer.of())).toBe(true);
  expect(first?.at(-1)).toBe(0x0a);
  expect(first?.toString().match(/\n/g)).toHaveLength(lines);
});

test('is a log: lines with colours, most of them heads of records, of all levels', async () => {
  await using folder = await temporaryDirectory();
  const file = `${folder.path}/log`;
  await writeLog(file, lines);
  const buffer = new WritableLogBuffer({maxBytes: 2 ** 30});
  buffer.append(await readFile(file));
  const index = new RecordIndex(buffer);
  index.step(Number.POSITIVE_INFINITY);
  const heads = Array.from({length: lines}, (_, id) => id).filter((id) => index.headOf(id) === id);
  expect(heads.length).toBeGreaterThan(lines * 0.95);
  expect(heads.length).toBeLessThan(lines);
  expect(new Set(heads.map((id) => index.levelAt(id)))).toEqual(new Set(['DEBUG', 'INFO', 'WARN', 'ERROR']));
  // 163 MB are 1,000,000 lines.
  expect(buffer.byteLength / lines).toBeCloseTo(163, -1);
});
