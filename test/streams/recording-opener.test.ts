import {existsSync} from 'node:fs';
import {rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {type OpenRecording, Recordings} from '../../source/storage/recordings.ts';
import {RecordingOpener} from '../../source/streams/recording-opener.ts';
import {eventually} from '../harness/eventually.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

function open(directory: string, pid = 1) {
  const clock = new FakeClock();
  const processes = {pid, isAlive: () => true, random: Math.random};
  const recordings = new Recordings({directory, maxBytes: 1e9, clock, processes});
  let ended = 0;
  const opener = new RecordingOpener({
    ...{name: 'p', recordings, clock},
    onChange: () => {
      ended += 1;
    },
  });
  let retries = 0;
  const openings: Promise<OpenRecording | undefined>[] = [];
  const start = () => {
    const opening = opener.open('id-1', {
      use: (opened) => opened,
      retry: () => {
        retries += 1;
        void start();
      },
    });
    openings.push(opening);
    return opening;
  };
  return {clock, opener, openings, start, retries: () => retries, ended: () => ended};
}

test('an open recording is given to whoever wants it', async () => {
  await using home = await temporaryDirectory();
  const {opener, start, ended} = open(home.path);
  expect(opener.state).toBeUndefined();
  opener.expect();
  expect(opener.state).toEqual({kind: 'opening'});
  const opened = await start();
  expect([opened?.folder, ended()]).toEqual([path.join(home.path, 'p--id-1'), 1]);
  await opened?.release();
  expect(await opener.newestId()).toBe('id-1');
});

test('what cannot be opened is tried again, later each time, and has stopped since the first time', async () => {
  await using home = await temporaryDirectory();
  const directory = path.join(home.path, 'records');
  await writeFile(directory, '');
  const {clock, opener, openings, start, retries} = open(directory);
  expect(await start()).toBeUndefined();
  const since = clock.wall();
  expect(opener.state).toMatchObject({kind: 'stopped', since, missedBytes: 0});
  await clock.advance(999);
  expect(retries()).toBe(0);
  await clock.advance(1);
  expect(await openings[1]).toBeUndefined();
  await clock.advance(1_999);
  expect(retries()).toBe(1);
  expect(opener.state).toMatchObject({kind: 'stopped', since});
  await rm(directory);
  await clock.advance(1);
  const opened = await openings[2];
  expect(opened?.readOnlyBy).toBeUndefined();
  await opened?.release();
});

test('stopped, it gives nothing, frees the folder and tries no more', async () => {
  await using home = await temporaryDirectory();
  const {clock, opener, start} = open(home.path);
  const opening = start();
  opener.reset();
  expect(await opening).toBeUndefined();
  expect(existsSync(path.join(home.path, 'p--id-1', 'index.jsonl'))).toBe(true);
  expect(existsSync(path.join(home.path, 'p--id-1', 'lock'))).toBe(false);
  // Room is made for it once all the same.
  await clock.advance(10_000);
  expect([opener.state, clock.pending]).toEqual([undefined, 0]);
  const asked = opener.newestId();
  opener.stop();
  expect(await asked).toBeUndefined();
});

test('another opening takes the place of the one under way', async () => {
  await using home = await temporaryDirectory();
  const {opener, start} = open(home.path);
  const [first, second] = await Promise.all([start(), start()]);
  expect(first).toBeUndefined();
  expect(second?.readOnlyBy).toBeUndefined();
  expect(opener.state).toEqual({kind: 'opening'});
  await second?.release();
});

test('a recording that another program writes can be read, and is asked for again', async () => {
  await using home = await temporaryDirectory();
  const writer = await open(home.path, process.ppid).start();
  const {clock, opener, openings, start, retries} = open(home.path);
  expect((await start())?.readOnlyBy).toBe(process.ppid);
  expect(opener.state).toEqual({kind: 'read-only', folder: writer?.folder, by: process.ppid});
  await writer?.release();
  await clock.advance(30_000);
  await eventually(
    () => retries() === 1,
    () => 'tried again',
  );
  const opened = await openings[1];
  expect(opened?.readOnlyBy).toBeUndefined();
  await opened?.release();
});
