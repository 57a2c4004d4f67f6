import {appendFile, readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {mapOf} from '../../source/storage/recorded-bytes.ts';
import type {Fact} from '../../source/storage/recording-facts.ts';
import type {RecordingMap} from '../../source/storage/recording-map.ts';
import {indexFile} from '../../source/storage/recording-names.ts';
import {RecordingWriter} from '../../source/storage/recording-writer.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

async function openIn(directory: string): Promise<RecordingWriter> {
  return await RecordingWriter.open(path.join(directory, 'p--1'), {name: 'p', id: '1', clock: new FakeClock()});
}

/** What the index on disk says, to whoever reads it next. */
async function mapOnDisk({folder}: RecordingWriter): Promise<RecordingMap> {
  return mapOf(await readFile(indexFile(folder), 'utf8'));
}

const state = (offset: number, name: string): Fact => ({kind: 'state', offset, fresh: true, state: name});

/** A recording whose program died after it had noted a state, and before the bytes that the state speaks of. */
async function dead(directory: string): Promise<void> {
  const writer = await openIn(directory);
  await writer.append([state(0, 'first')], [Buffer.from('12345678\n')]);
  await writer.append([state(18, 'void')], []);
  await writer.close();
}

test('a fact without its bytes stays void when the log has grown past it', async () => {
  await using home = await temporaryDirectory();
  await dead(home.path);
  const writer = await openIn(home.path);
  expect(writer.map.state?.state).toBe('first');
  await writer.append([], [Buffer.from('another line\nand one more\n')]);
  await writer.close();
  expect(writer.size).toBe(35);
  expect((await mapOnDisk(writer)).state).toMatchObject({offset: 0, state: 'first'});
});

test('after a line of the index that was torn, what is noted next is not lost with it', async () => {
  await using home = await temporaryDirectory();
  await dead(home.path);
  const torn = '{"kind":"state","offset":27,"fre';
  await appendFile(indexFile(path.join(home.path, 'p--1')), torn);
  const writer = await openIn(home.path);
  await writer.append([], [Buffer.from('another line\nand one more\n')]);
  await writer.close();
  const lines = (await readFile(indexFile(writer.folder), 'utf8')).split('\n');
  expect(lines.at(lines.indexOf(torn) + 1)).toMatch(/^\{"kind":"end","offset":9,/);
  expect((await mapOnDisk(writer)).state).toMatchObject({offset: 0, state: 'first'});
});
