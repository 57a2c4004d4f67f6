import {appendFile, readdir, readFile, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {type IndexFact, indexFile, RecordingMap} from '../../../source/storage/recording/index-file.ts';
import {mapOf} from '../../../source/storage/recording/reader.ts';
import {RecordingWriter, tidyFolder} from '../../../source/storage/recording/writer.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

async function openIn(directory: string): Promise<RecordingWriter> {
  return await RecordingWriter.open(path.join(directory, 'p--1'), {name: 'p', id: '1', clock: new FakeClock()});
}

/** The index on disk, as its next reader reads it. */
async function mapOnDisk({folder}: RecordingWriter): Promise<RecordingMap> {
  return mapOf(await readFile(indexFile(folder), 'utf8'));
}

const state = (offset: number, name: string): IndexFact => ({kind: 'state', offset, fresh: true, state: name});

/** A recording whose program died after the fact of a state, and before the bytes that it describes. */
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

test('after a line of the index that was torn, the next fact is not lost with it', async () => {
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

const file = (number: number): IndexFact => ({kind: 'file', file: number, offset: number * 10, line: number, at: 1});
const compressed = (number: number): IndexFact => ({kind: 'compressed', file: number, members: [1]});

/** What is left of these files, by name, and which files the index has as deleted. */
async function tidied(
  files: Readonly<Record<string, string | Buffer>>,
  facts: readonly IndexFact[],
  old: string[] = [],
) {
  await using home = await temporaryDirectory();
  const map = new RecordingMap();
  for (const fact of facts) map.apply(fact);
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(home.path, name), content);
  for (const name of old) await utimes(path.join(home.path, name), 1, 1);
  const deleted: number[] = [];
  await tidyFolder(home.path, {
    map,
    wall: Date.now,
    onDeleted: async (number) => {
      deleted.push(number);
      map.apply({kind: 'deleted', file: number, at: 1});
    },
  });
  const names = (await readdir(home.path)).sort();
  const left = await Promise.all(
    names.map(async (name) => [name, await readFile(path.join(home.path, name), 'latin1')]),
  );
  return {left: Object.fromEntries(left), deleted};
}

test('of a file that was compressed, only that is left; of one that was being compressed, only the file', async () => {
  const facts = [file(1), compressed(1), file(2), file(3)];
  const files = {'000001.log': 'a', '000001.log.gz': 'A', '000002.log': 'b', '000002.log.gz': 'B', '000003.log': 'c'};
  expect(await tidied(files, facts)).toEqual({
    left: {'000001.log.gz': 'A', '000002.log': 'b', '000003.log': 'c'},
    deleted: [],
  });
});

test('one that is compressed, without a fact of it, is unpacked', async () => {
  const {left} = await tidied({'000001.log.gz': gzipSync('lines\n'), '000002.log': ''}, [file(1), file(2)]);
  expect(left).toMatchObject({'000001.log': 'lines\n'});
});

test('a deletion that has a fact is done, and those that were done get a fact', async () => {
  const facts = [file(1), file(2), file(3), file(4), {kind: 'deleted', file: 1, at: 1} as const];
  const files = {'000001.log.gz': 'A', '000004.log': 'd', 'index.jsonl': 'i', lock: 'l'};
  expect(await tidied(files, facts)).toEqual({
    left: {'000004.log': 'd', 'index.jsonl': 'i', lock: 'l'},
    deleted: [2, 3],
  });
});

test('a file in the middle that another program deleted gets no fact: older ones are still there', async () => {
  const {deleted} = await tidied({'000001.log': 'a', '000003.log': 'c'}, [file(1), file(2), file(3)]);
  expect(deleted).toEqual([]);
});

test('old drafts are removed, new ones may be in use', async () => {
  const drafts = {'lock.x': '', 'lock.y': '', 'index.jsonl.new': '', '000001.log.gz.new': '', '000001.log': ''};
  const {left} = await tidied(drafts, [file(1)], ['lock.x', 'index.jsonl.new']);
  expect(Object.keys(left)).toEqual(['000001.log', '000001.log.gz.new', 'lock.y']);
});
