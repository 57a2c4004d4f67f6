import {readdirSync, rmdirSync} from 'node:fs';
import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {folderName, pipelineOfFolder, serverName} from '../../../source/engine/recording/facts.ts';
import {Recordings} from '../../../source/engine/recording/recordings.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

const user = process.geteuid?.();
const [one, another] = [serverName('http://a', undefined), serverName('http://a', 'acme')];

test('the newest recording of a name is never that of another server; one that names none may be ours', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const processes = {pid: 1, user, isAlive: () => true, random: Math.random};
  const recordingsOf = (server?: string) => {
    return new Recordings({
      directory: home.path,
      maxBytes: 1e9,
      clock,
      processes,
      ...(server !== undefined && {server}),
    });
  };
  const begin = async (recordings: Recordings, id: string) => {
    await clock.advance(1);
    await (await recordings.open('p', id)).release();
  };
  const newest = () => Promise.all([one, another, 'http://c', undefined].map((of) => recordingsOf(of).newestId('p')));
  await begin(recordingsOf(one), 'id-1');
  await begin(recordingsOf(another), 'id-2');
  expect(await newest()).toEqual(['id-1', 'id-2', undefined, 'id-2']);
  await begin(recordingsOf(), 'id-3');
  expect(await newest()).toEqual(['id-3', 'id-3', 'id-3', 'id-3']);
});

test.each(['orders', 'заказы', '訂單--2', 'e\u0301t', '𠮷'.repeat(50)])(
  'a folder is named after %s, and read back',
  (name) => {
    const id = '01a211f2-15cc-70e3-b64e-8ab41f6b239d';
    const folder = folderName(name, id);
    expect(folder).toBe(`${name}--${id}`);
    expect(pipelineOfFolder(folder ?? '')).toEqual({name, id});
  },
);

test.each(['../evil', 'a/b', '.', '', 'a b', '𠮷'.repeat(60)])('no folder is named after %j', (name) => {
  expect(folderName(name, '01a211f2-15cc-70e3-b64e-8ab41f6b239d')).toBeUndefined();
});

test('a folder that another program removes, empty, while it is being opened is created again', async () => {
  await using home = await temporaryDirectory();
  let removals = 0;
  const random = () => {
    // Asked for between the folder and its lock.
    if (removals++ < 3) for (const each of readdirSync(home.path)) rmdirSync(path.join(home.path, each));
    return Math.random();
  };
  const processes = {pid: 1, user, isAlive: () => true, random};
  const recordings = new Recordings({directory: home.path, maxBytes: 1e9, clock: new FakeClock(), processes});
  const opened = await recordings.open('p', 'id-1');
  expect(await readdir(opened.folder)).toContain('lock');
  await opened.release();
});

test('the recording of a pipeline that was renamed goes on, and takes the new name once nobody uses it', async () => {
  await using home = await temporaryDirectory();
  const programOf = (pid: number, ...alive: readonly number[]) => {
    const processes = {pid, user, isAlive: (id: number) => alive.includes(id), random: Math.random};
    return new Recordings({directory: home.path, maxBytes: 1e9, clock: new FakeClock(), processes});
  };
  const foldersOf = () => readdir(home.path);
  const first = programOf(process.pid, process.pid);
  const opened = await first.open('orders', 'id-1');
  // Another program writes it: there is one recording, which is read.
  const other = await programOf(2, process.pid).open('billing', 'id-1');
  expect(other).toMatchObject({folder: opened.folder, readOnlyBy: process.pid});
  await opened.release();
  // The same program may read from the folder.
  const again = await first.open('billing', 'id-1');
  expect(again).toMatchObject({folder: opened.folder, readOnlyBy: undefined});
  expect(await first.find('billing')).toEqual([]);
  expect(await first.find('billing', 'id-1')).toMatchObject([{folder: opened.folder}]);
  await again.release();
  expect(await foldersOf()).toEqual(['orders--id-1']);
  const next = await programOf(process.pid, process.pid).open('billing', 'id-1');
  expect(next.readOnlyBy).toBeUndefined();
  await next.release();
  expect(await foldersOf()).toEqual(['billing--id-1']);
  expect(await readdir(next.folder)).toEqual(['000001.log', 'facts.jsonl']);
  // Another pipeline of the old name has a recording of its own.
  await (await first.open('orders', 'id-2')).release();
  expect((await foldersOf()).sort()).toEqual(['billing--id-1', 'orders--id-2']);
});

test.each(['facts.jsonl', 'index.jsonl'])(
  'logs of which no facts tell, beside a damaged %s, are put aside',
  async (name) => {
    await using home = await temporaryDirectory();
    const folder = path.join(home.path, 'p--id-1');
    await mkdir(folder, {mode: 0o700});
    await writeFile(path.join(folder, '000001.log'), 'of another\n');
    await writeFile(path.join(folder, name), 'damaged\n');
    const clock = new FakeClock();
    const processes = {pid: 1, user, isAlive: () => true, random: Math.random};
    const recordings = new Recordings({directory: home.path, maxBytes: 1e9, clock, processes});
    const opened = await recordings.open('p', 'id-1');
    const aside = `${folder}-${clock.wall()}`;
    expect(opened).toMatchObject({folder, aside, past: {size: 0}, readOnlyBy: undefined});
    expect(await readFile(path.join(aside, '000001.log'), 'utf8')).toBe('of another\n');
    expect((await readdir(aside)).sort()).toEqual(['000001.log', name]);
    // As any other, it is deleted once it is the oldest.
    expect(pipelineOfFolder(path.basename(aside))?.name).toBe('p');
    await opened.release();
  },
);
