import {expect, test} from 'vitest';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import {openedLog} from '../../../source/engine/feeds/opened-log.ts';
import {findRecordings} from '../../../source/engine/recording/read-recording.ts';
import type {Recorder} from '../../../source/engine/recording/recorder.ts';
import {Recordings} from '../../../source/engine/recording/recordings.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {eventually} from '../../harness/eventually.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {writable} from '../../harness/writable.ts';
import {entriesOf} from '../buffer/entries-of.ts';
import {restored} from '../recording/restored.ts';

const isAlive = (pid: number) => pid === process.pid;
const processes = {pid: process.pid, user: process.geteuid?.(), isAlive, random: Math.random};

/** What a program that records pipeline `p` does, with files of 2 kB. */
async function startRecording(directory: string, id: string) {
  const recordings = new Recordings({directory, maxBytes: 1e9, clock: systemClock, processes, fileBytes: 2000});
  const opened = await recordings.open('p', id);
  const {buffer, start} = restored(opened.past, {maxBytes: 1e6});
  const before = buffer.totalBytes;
  if (!opened.record) throw new Error('another program writes it');
  const recorder: Recorder = opened.record({buffer, start, state: () => undefined, onChange() {}, onGone() {}});
  return {
    buffer,
    recorder,
    write(text: string) {
      buffer.append(Buffer.from(text));
      recorder.wake();
    },
    /** Waits until all of it is in the recording. */
    async isWritten() {
      const bytes = () => (recorder.state.kind === 'recording' ? recorder.state.bytes : -1);
      const added = () => buffer.totalBytes - before;
      await eventually(
        () => bytes() === added(),
        () => `${bytes()} of ${added()} bytes`,
      );
    },
    mark(marker: Marker) {
      buffer.addMarker(marker);
      recorder.wake();
    },
  };
}

/** Opens what is recorded of `p`. */
async function openRecordings(directory: string, scrollbackBytes = 1e6) {
  const recordings = await findRecordings(directory, 'p');
  const found = {kind: 'recording', name: 'p', path: directory, recordings} as const;
  const log = openedLog(found, {clock: systemClock, fps: 100, scrollbackBytes, processes});
  log.start();
  const file = () => log.snapshot.get().file;
  return {
    log,
    file,
    async shows(...entries: string[]) {
      const shown = () => JSON.stringify(entriesOf(log.buffer));
      await eventually(
        () => shown() === JSON.stringify(entries),
        () => `${shown()} instead of ${JSON.stringify(entries)}`,
      );
    },
    async is(kind: string) {
      await eventually(
        () => file()?.kind === kind,
        () => JSON.stringify(file()),
      );
    },
    [Symbol.asyncDispose]: () => log.close(),
  };
}

const at = 1_795_800_000_000;
const reconnected = (times: number): Marker => ({
  ...{kind: 'reconnected', cause: 'silent', times, since: at, downMs: 5, at},
});

test('a recording that a process writes is followed, byte for byte and marker for marker, until that has ended', async () => {
  await using home = await temporaryDirectory();
  const writer = await startRecording(home.path, 'id-1');
  writer.write('one\ntw');
  await writer.isWritten();
  await using opened = await openRecordings(home.path);
  await opened.shows('one', 'tw');
  await opened.is('followed');
  expect(opened.file()).toMatchObject({hasWriter: true, size: 6, read: 6});
  expect(opened.file()?.grewAt).toBeUndefined();
  writer.write('o\n[p] 2026-01-01T00:00:00.000001Z ERROR kafka: no\n');
  await opened.shows('one', 'two', '[p] 2026-01-01T00:00:00.000001Z ERROR kafka: no');
  expect(opened.file()?.grewAt).toBeDefined();
  expect(opened.log.errors.byKey.size).toBe(1);
  writer.mark(reconnected(1));
  writer.write('three\n');
  await opened.shows('one', 'two', '[p] 2026-01-01T00:00:00.000001Z ERROR kafka: no', '<reconnected>', 'three');
  writable(opened.log.buffer).addMarker({kind: 'renamed', from: 'a', to: 'b', at: 0});
  // The marker stands for the next reconnect, too.
  writer.buffer.replaceMarker(3, reconnected(2));
  writer.recorder.wake();
  await eventually(
    () => JSON.stringify(opened.log.buffer.markerAt(3)) === JSON.stringify(reconnected(2)),
    () => JSON.stringify(opened.log.buffer.markerAt(3)),
  );
  writer.buffer.append(Buffer.from('last'));
  await writer.recorder.finish();
  await opened.is('ended');
  expect(entriesOf(opened.log.buffer).slice(-3)).toEqual(['three', '<renamed>', 'last']);
  expect(opened.log.buffer.hasOpenLine).toBe(false);
});

test('a full file of it is compressed meanwhile, and what left memory is read back from there', async () => {
  await using home = await temporaryDirectory();
  const writer = await startRecording(home.path, 'id-1');
  const lines = (from: number, to: number) =>
    Array.from({length: to - from}, (_, index) => `line ${from + index} ${'x'.repeat(90)}`);
  const write = (from: number, to: number) =>
    writer.write(
      lines(from, to)
        .map((line) => `${line}\n`)
        .join(''),
    );
  write(0, 50);
  await using opened = await openRecordings(home.path, 2000);
  await opened.shows(...lines(0, 50));
  await opened.is('followed');
  for (let from = 50; from < 400; from += 50) write(from, from + 50);
  await opened.shows(...lines(0, 400));
  expect(opened.log.buffer.memoryFirstId).toBeGreaterThan(50);
  await writer.recorder.finish();
  await opened.is('ended');
  await opened.shows(...lines(0, 400));
});

test('a writer that continues a recording later is followed, too, as is one that begins after it was opened', async () => {
  await using home = await temporaryDirectory();
  const first = await startRecording(home.path, 'id-1');
  first.write('one\n');
  await first.isWritten();
  await using opened = await openRecordings(home.path);
  await opened.is('followed');
  await first.recorder.finish();
  await opened.is('ended');
  await using late = await openRecordings(home.path);
  await late.is('ended');
  const second = await startRecording(home.path, 'id-1');
  second.write('two\n');
  await second.isWritten();
  for (const log of [opened, late]) {
    await log.is('followed');
    await log.shows('one', 'two');
    expect(log.file()).toMatchObject({hasWriter: true, size: 8, read: 8});
    expect(log.file()?.grewAt).toBeDefined();
  }
  await second.recorder.finish();
  for (const log of [opened, late]) await log.is('ended');
});

test('a recording before it is read first, and one whose process has ended is not followed', async () => {
  await using home = await temporaryDirectory();
  const first = await startRecording(home.path, 'id-1');
  first.write('old\n');
  await first.recorder.finish();
  await using ended = await openRecordings(home.path);
  await ended.is('ended');
  const second = await startRecording(home.path, 'id-2');
  second.write('new\n');
  await second.isWritten();
  await using opened = await openRecordings(home.path);
  await opened.shows('old', '<new-life>', 'new');
  second.write('newer\n');
  await opened.shows('old', '<new-life>', 'new', 'newer');
  await ended.shows('old');
  await second.recorder.finish();
});
