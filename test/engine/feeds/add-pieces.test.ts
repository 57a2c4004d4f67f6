import {mkdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {addPieces} from '../../../source/engine/feeds/opened-log.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {findRecordings, type RecordedPiece, recordedPieces} from '../../../source/engine/recording/read-recording.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {shownOf} from '../logs/recorded-life.ts';
import {type Recorded, writeRecording} from '../recording/recording-files.ts';

function sinkOf(maxBytes: number) {
  const sink = new LogSink({buffer: {maxBytes}, clock: {wall: () => 0}});
  const add = (pieces: AsyncIterable<RecordedPiece>, mostBytes: number, onPiece: (bytes: number) => void) => {
    const options = {sink, signal: new AbortController().signal, clock: {wall: () => 0}, isRecorded: true};
    return addPieces(pieces, {...options, mostBytes, onPiece: (bytes) => Promise.resolve(onPiece(bytes))});
  };
  return {buffer: sink.buffer, add};
}

/** Reads two recordings, whose folders `damage` may change once they were found. */
async function read(
  directory: string,
  pieces: readonly Recorded[],
  damage: (first: string, second: string) => void = () => {},
) {
  const first = writeRecording(directory, {id: 'id-1', at: 1, pieces});
  const second = writeRecording(directory, {id: 'id-2', at: 2, pieces: ['the next\n']});
  const recordings = await findRecordings(directory, 'p');
  damage(first, second);
  const {buffer, add} = sinkOf(1e6);
  return {buffer, end: await add(recordedPieces(recordings), 1e6, () => {}).catch((error: unknown) => error)};
}

test('a piece that is larger than its reader takes comes in parts', async () => {
  const {buffer, add} = sinkOf(100);
  const pieces = async function* () {
    yield {bytes: Buffer.from('a line\n'.repeat(100))};
  };
  const parts: number[] = [];
  await add(pieces(), 20, (bytes) => {
    parts.push(bytes);
    buffer.dropBefore(buffer.endedTo);
    expect(buffer.byteLength).toBeLessThanOrEqual(40);
  });
  expect(parts).toEqual(Array.from({length: 35}, () => 20));
  expect(buffer.totalBytes).toBe(700);
});

test('a line that has not ended ends where the next recording begins', async () => {
  await using home = await temporaryDirectory();
  const {buffer, end} = await read(home.path, ['one\n', 'open']);
  expect(end).toBeUndefined();
  expect(shownOf(buffer)).toEqual(['one', 'open', '<new-life>', 'the next']);
  expect(buffer.markerAt(2)).toEqual({kind: 'new-life', because: 'created-again', folder: 'p--id-2', at: 2});
});

test('a recording that was deleted meanwhile is a marker, and so is a file of one', async () => {
  await using home = await temporaryDirectory();
  const {buffer, end} = await read(home.path, ['one\n', 'next file', 'two\n', 'next file', 'x\n'], (first, second) => {
    rmSync(path.join(first, '000002.log.zst'));
    rmSync(second, {recursive: true});
  });
  expect(end).toBeUndefined();
  expect([...buffer.markers()].map(([, marker]) => marker)).toEqual([
    {kind: 'unreadable', bytes: 4, because: 'deleted-or-damaged', at: 1},
    {kind: 'new-life', because: 'created-again', folder: 'p--id-2', at: 2},
    {kind: 'unreadable', bytes: undefined, because: 'deleted-to-make-room', at: 0},
  ]);
});

test('what was read before an error of the file system stays, whole', async () => {
  await using home = await temporaryDirectory();
  const {buffer, end} = await read(home.path, ['one\n', 'open'], (_, second) => {
    rmSync(second, {recursive: true});
    mkdirSync(path.join(second, 'facts.jsonl'), {recursive: true});
  });
  expect(String(end)).toContain('EISDIR');
  expect(shownOf(buffer)).toEqual(['one', 'open', '<new-life>']);
  expect(buffer.hasOpenLine).toBe(false);
});
