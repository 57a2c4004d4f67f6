import {mkdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {LogSink} from '../../source/logs/log-sink.ts';
import {RecordedSource, recordedPieces} from '../../source/logs/recorded-source.ts';
import {findRecordings} from '../../source/storage/recording/reader.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {type Recorded, writeRecording} from '../storage/recording/recording-files.ts';
import {shownOf} from './recorded-life.ts';

/** A source of two recordings, whose folders `damage` may change once they were found. */
async function open(
  directory: string,
  options: {pieces: readonly Recorded[]; roomBytes?: number; damage?: (first: string, second: string) => void},
) {
  const first = writeRecording(directory, {id: 'id-1', at: 1, pieces: options.pieces});
  const second = writeRecording(directory, {id: 'id-2', at: 2, pieces: ['the next\n']});
  const recordings = await findRecordings(directory, 'p');
  options.damage?.(first, second);
  const sink = new LogSink({buffer: {maxBytes: 1e6}, clock: {wall: () => 0}});
  return {
    buffer: sink.buffer,
    source: new RecordedSource({
      sink,
      pieces: recordedPieces(recordings),
      roomBytes: options.roomBytes ?? 1e6,
    }),
  };
}

test('reads on while there is room, and a piece where there is none', async () => {
  await using home = await temporaryDirectory();
  const {buffer, source} = await open(home.path, {pieces: ['one\n', 'two\n', 'three\n'], roomBytes: 8});
  expect(await source.read()).toBe(true);
  expect(shownOf(buffer)).toEqual(['one', 'two']);
  expect(await source.read()).toBe(true);
  expect(shownOf(buffer)).toEqual(['one', 'two', 'three']);
});

test('a piece that is larger than the room comes in parts', async () => {
  const sink = new LogSink({buffer: {maxBytes: 100}, clock: {wall: () => 0}});
  const {buffer} = sink;
  const pieces = [{bytes: Buffer.from('a line\n'.repeat(100))}][Symbol.iterator]();
  const source = new RecordedSource({sink, pieces, roomBytes: 20});
  for (let lines = 0, more = true; more; ) {
    more = await source.read();
    expect(buffer.byteLength).toBeLessThanOrEqual(40);
    lines += buffer.lineCount;
    if (!more) expect(lines).toBeGreaterThanOrEqual(100);
    buffer.dropBefore(buffer.endId);
  }
  expect(buffer.totalBytes).toBe(700);
});

test('a line that has not ended ends where the next recording begins', async () => {
  await using home = await temporaryDirectory();
  const {buffer, source} = await open(home.path, {pieces: ['one\n', 'open']});
  expect(await source.read()).toBe(false);
  expect(shownOf(buffer)).toEqual(['one', 'open', '<new-life>', 'the next']);
  expect(buffer.markerAt(2)).toEqual({kind: 'new-life', because: 'created-again', folder: 'p--id-2', at: 2});
});

test('a recording that was deleted meanwhile is a marker, and so is a file of one', async () => {
  await using home = await temporaryDirectory();
  const {buffer, source} = await open(home.path, {
    pieces: ['one\n', 'next file', 'two\n'],
    damage(first, second) {
      rmSync(path.join(first, '000001.log.gz'));
      rmSync(second, {recursive: true});
    },
  });
  expect(await source.read()).toBe(false);
  expect([...buffer.markers()].map(([, marker]) => marker)).toEqual([
    {kind: 'unreadable', bytes: 4, because: 'deleted-or-damaged', at: 1},
    {kind: 'new-life', because: 'created-again', folder: 'p--id-2', at: 2},
    {kind: 'unreadable', bytes: undefined, because: 'deleted-to-make-room', at: 0},
  ]);
});

test('an error of the file system is thrown once; what was read before stays, whole', async () => {
  await using home = await temporaryDirectory();
  const {buffer, source} = await open(home.path, {
    pieces: ['one\n', 'open'],
    damage(_, second) {
      rmSync(path.join(second, 'index.jsonl'));
      mkdirSync(path.join(second, 'index.jsonl'));
    },
  });
  await expect(source.read()).rejects.toThrow('EISDIR');
  expect(await source.read()).toBe(false);
  expect(shownOf(buffer)).toEqual(['one', 'open', '<new-life>']);
  expect(buffer.hasOpenLine).toBe(false);
});
