import {mkdir, readdir, readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {mapOf} from '../../source/storage/recorded-bytes.ts';
import {beginIndex, rewriteIndex} from '../../source/storage/recording-index.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

const pipeline = {name: 'p', id: 'id-1'};

test('begins with whose recording it is, for nobody else to read', async () => {
  await using home = await temporaryDirectory();
  const folder = path.join(home.path, 'p--id-1');
  const clock = new FakeClock();
  const map = await beginIndex(folder, pipeline, clock);
  expect(map).toMatchObject({version: 1, begunAt: clock.wall(), files: []});
  const file = path.join(folder, 'index.jsonl');
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({kind: 'recording', version: 1, ...pipeline});
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test('log files without an index that can be read are put aside', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  await writeFile(path.join(home.path, 'index.jsonl'), 'damaged\n');
  await writeFile(path.join(home.path, '000001.log'), 'lines\n');
  await writeFile(path.join(home.path, 'lock'), '');
  expect((await beginIndex(home.path, pipeline, clock)).version).toBe(1);
  const aside = `without-index-${clock.wall()}`;
  expect((await readdir(home.path)).sort()).toEqual(['index.jsonl', 'lock', aside]);
  expect(await readFile(path.join(home.path, aside, '000001.log'), 'utf8')).toBe('lines\n');
});

test('written anew, it says the same and has nothing idle', async () => {
  await using home = await temporaryDirectory();
  const folder = path.join(home.path, 'p--id-1');
  await mkdir(folder);
  const map = await beginIndex(folder, pipeline, new FakeClock(5));
  map.apply({kind: 'file', file: 1, offset: 0, line: 0, at: 6});
  for (let n = 0; n < 10; n++) map.apply({kind: 'state', offset: n, fresh: false, state: {n}});
  expect(map.idle).toBeGreaterThan(0);
  await rewriteIndex(folder, pipeline, map);
  expect(map.idle).toBe(0);
  const again = mapOf(await readFile(path.join(folder, 'index.jsonl'), 'utf8'));
  expect(again).toMatchObject({version: 1, begunAt: 5, files: map.files});
  expect(again.state).toEqual(map.state);
  expect(await readdir(folder)).toEqual(['index.jsonl']);
});
