import {randomBytes} from 'node:crypto';
import {utimesSync} from 'node:fs';
import {mkdir, readdir, rm, stat, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {expect, test} from 'vitest';
import {acquireLock} from '../../../source/engine/disk/file-lock.ts';
import {factsFile, lockFile, logFile, packedFile, readRecorded} from '../../../source/engine/recording/facts.ts';
import {type RecordedPiece, readRecording} from '../../../source/engine/recording/read-recording.ts';
import {Recordings} from '../../../source/engine/recording/recordings.ts';
import {RecordingWriter} from '../../../source/engine/recording/writer.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

/** Of each file; nothing makes random bytes smaller. With facts and what compression adds, four files take less than 45 000. */
const fileBytes = 10_000;

const isAlive = () => true;
const processOf = (pid: number, random = Math.random) => ({pid, user: process.geteuid?.(), isAlive, random});

/** A recording with a file for each of these days (of 1970) on which it was last written; only the last is not packed. */
async function record(directory: string, id: string, days: readonly number[]): Promise<string> {
  const folder = path.join(directory, `p--${id}`);
  await mkdir(folder);
  const writer = await RecordingWriter.open(folder, await readRecorded(folder), {name: 'p', id, at: 0});
  for (const file of days.keys()) {
    if (file > 0) await writer.rotate();
    await writer.pack();
    await writer.append([{bytes: Buffer.concat([randomBytes(fileBytes - 1), Buffer.from('\n')]), lines: 1}]);
  }
  await writer.close();
  for (const [index, day] of days.entries()) {
    const isLast = index === days.length - 1;
    await age(isLast ? logFile(folder, index + 1) : packedFile(folder, index + 1), day);
    if (isLast) await age(factsFile(folder), day);
  }
  return folder;
}

async function age(file: string, day: number): Promise<void> {
  await utimes(file, day * 86_400, day * 86_400);
}

async function dayOf(file: string): Promise<number> {
  return (await stat(file)).mtimeMs / 86_400_000;
}

/** A folder as another program has it that writes it. */
async function hold(folder: string): Promise<void> {
  await acquireLock(lockFile(folder), processOf(process.ppid));
}

/** Starts a recording in a directory of at most that many bytes, and ends it. Returns what is left of the others. */
async function makeRoom(directory: string, maxBytes: number): Promise<string[]> {
  const clock = new FakeClock();
  const recordings = new Recordings({directory, maxBytes, clock, processes: processOf(process.pid)});
  const live = await recordings.open('live', 'id');
  await clock.advance(15_000);
  await live.release();
  await recordings.closed();
  return await left(directory);
}

async function left(directory: string): Promise<string[]> {
  const names = await readdir(directory, {recursive: true});
  return names.filter((name) => /^p--.*\.(?:log|zst)$/.test(name)).sort();
}

test('a recording that no program writes is deleted whole when it is the oldest, before newer files of others', async () => {
  await using home = await temporaryDirectory();
  const oldest = await record(home.path, 'a', [1]);
  await hold(await record(home.path, 'b', [2, 3]));
  await record(home.path, 'c', [4]);
  const rest = ['p--b/000001.log.zst', 'p--b/000002.log', 'p--c/000001.log'];
  expect(await makeRoom(home.path, 35_000)).toEqual(rest);
  await expect(stat(oldest)).rejects.toThrow('ENOENT');
});

test('one that another program writes keeps its last file, however old that is', async () => {
  await using home = await temporaryDirectory();
  await hold(await record(home.path, 'a', [1, 2]));
  await record(home.path, 'b', [3]);
  expect(await makeRoom(home.path, 15_000)).toEqual(['p--a/000002.log']);
});

test('the oldest file of one that no program writes is missing then; it is deleted last', async () => {
  await using home = await temporaryDirectory();
  const folder = await record(home.path, 'a', [1, 2, 3]);
  const newer = await record(home.path, 'b', [4]);
  expect(await makeRoom(home.path, 35_000)).toEqual(['p--a/000002.log.zst', 'p--a/000003.log', 'p--b/000001.log']);
  expect((await piecesIn(folder))[0]).toMatchObject({marker: {kind: 'unreadable', bytes: fileBytes}});
  expect(await makeRoom(home.path, 15_000)).toEqual(['p--b/000001.log']);
  expect(await readdir(home.path)).not.toContain('p--a');
  expect(await piecesIn(newer)).toMatchObject([{bytes: expect.any(Buffer)}]);
});

test('files of one folder go in their order, also when the first was compressed late or the clock set back', async () => {
  await using home = await temporaryDirectory();
  await hold(await record(home.path, 'a', [9, 1, 10]));
  expect(await makeRoom(home.path, 25_000)).toEqual(['p--a/000002.log.zst', 'p--a/000003.log']);
});

test('what a death while it is deleted leaves can be read and continued, and is deleted, too', async () => {
  await using home = await temporaryDirectory();
  const folder = await record(home.path, 'a', [1, 2]);
  await makeRoom(home.path, 15_000);
  await rm(logFile(folder, 2));
  const deleted = {marker: {kind: 'unreadable', bytes: fileBytes, because: 'deleted-to-make-room'}};
  expect(await piecesIn(folder)).toMatchObject([{marker: {why: '000002.log is missing'}}, deleted]);
  const writer = await RecordingWriter.open(folder, await readRecorded(folder), {name: 'p', id: 'a', at: 0});
  expect(writer.size).toBe(fileBytes);
  await writer.close();
  for (const file of [logFile(folder, 2), factsFile(folder)]) await age(file, 2);
  // The other facts are smaller.
  await makeRoom(home.path, 200);
  expect(await readdir(home.path)).toEqual(['live--id']);
});

test('other files in a folder are not deleted', async () => {
  await using home = await temporaryDirectory();
  const folder = await record(home.path, 'a', [1]);
  await writeFile(path.join(folder, 'notes.txt'), 'mine');
  await makeRoom(home.path, 5_000);
  expect(await readdir(folder)).toEqual(['notes.txt']);
});

test('two programs that make room at once do not delete more than has to go', async () => {
  await using home = await temporaryDirectory();
  for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) await record(home.path, id, [index + 1]);
  const programs = [process.pid, process.ppid].map((pid) => {
    const clock = new FakeClock();
    const options = {directory: home.path, maxBytes: 35_000, clock, processes: processOf(pid)};
    return {clock, recordings: new Recordings(options)};
  });
  const opened = await Promise.all(programs.map(({recordings}, index) => recordings.open(`live${index}`, 'id')));
  await Promise.all(programs.map(({clock}) => clock.advance(15_000)));
  for (const live of opened) await live.release();
  for (const {recordings} of programs) await recordings.closed();
  expect(await left(home.path)).toEqual(['p--b/000001.log', 'p--c/000001.log', 'p--d/000001.log']);
});

test('what the tabs of a start continue is not deleted for the first of them', async () => {
  await using home = await temporaryDirectory();
  for (const [index, id] of ['a', 'b', 'c'].entries()) await record(home.path, id, [index + 1]);
  const clock = new FakeClock();
  const recordings = new Recordings({directory: home.path, maxBytes: 5_000, clock, processes: processOf(process.pid)});
  const opened = [await recordings.open('p', 'c')];
  await clock.advance(13_000);
  for (const id of ['a', 'b']) opened.push(await recordings.open('p', id));
  await clock.advance(15_000);
  expect(opened.map(({past}) => past.size)).toEqual([fileBytes, fileBytes, fileBytes]);
  for (const live of opened) await live.release();
  await recordings.closed();
});

/** A program that does that as soon as it locks a recording to delete it. */
function whenDeleting(act: () => void) {
  let locks = 0;
  return processOf(process.pid, () => {
    locks += 1;
    // Before come that of the recording that is begun, and the one for making room.
    if (locks === 3) act();
    return Math.random();
  });
}

test('one that was written after it was listed stays', async () => {
  await using home = await temporaryDirectory();
  const folder = await record(home.path, 'a', [1]);
  const processes = whenDeleting(() => utimesSync(factsFile(folder), 86_400, 86_401));
  const clock = new FakeClock();
  const recordings = new Recordings({directory: home.path, maxBytes: 5_000, clock, processes});
  const live = await recordings.open('live', 'id');
  await clock.advance(15_000);
  await live.release();
  await recordings.closed();
  expect(await dayOf(factsFile(folder))).toBeGreaterThan(1);
  expect(await left(home.path)).toEqual(['p--a/000001.log']);
});

test('who opens a recording that is just being deleted waits, and begins it anew', async () => {
  await using home = await temporaryDirectory();
  await record(home.path, 'a', [1]);
  const {promise: deleting, resolve} = Promise.withResolvers<void>();
  const processes = whenDeleting(resolve);
  const clock = new FakeClock();
  const recordings = new Recordings({directory: home.path, maxBytes: 5_000, clock, processes});
  const live = await recordings.open('live', 'id');
  await clock.advance(15_000);
  await deleting;
  const again = await recordings.open('p', 'a');
  expect(again).toMatchObject({past: {size: 0}, readOnlyBy: undefined});
  await again.release();
  await live.release();
  await recordings.closed();
});

async function piecesIn(folder: string): Promise<readonly RecordedPiece[]> {
  const pieces: RecordedPiece[] = [];
  for await (const piece of readRecording(folder)) pieces.push(piece);
  return pieces;
}
