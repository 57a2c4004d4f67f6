import {mkdir, readdir, readFile, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import type {Marker} from '../../../source/buffer/markers.ts';
import type {IndexFact} from '../../../source/storage/recording/index-file.ts';
import {RecordedPast} from '../../../source/storage/recording/past.ts';
import {RecordedBytes} from '../../../source/storage/recording/reader.ts';
import {RecordingWriter} from '../../../source/storage/recording/writer.ts';
import {entriesOf} from '../../buffer/entries-of.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {restored} from './restored.ts';

async function openIn(directory: string): Promise<RecordingWriter> {
  return await RecordingWriter.open(path.join(directory, 'p--1'), {name: 'p', id: '1', clock: new FakeClock()});
}

function pastOf(writer: RecordingWriter): RecordedPast {
  return new RecordedPast(new RecordedBytes(writer.folder, writer.map), writer.map, writer.size);
}

const renamed: Marker = {kind: 'renamed', from: 'a', to: 'b', at: 1};
const cut: Marker = {kind: 'line-cut', at: 1};
const marker = (number: number, offset: number, line: number, its: Marker): IndexFact => {
  return {kind: 'marker', number, offset, line, marker: its};
};

test('the reference for what comes is the end from where the log is fresh, without lines that were cut', async () => {
  await using home = await temporaryDirectory();
  const writer = await openIn(home.path);
  await writer.append([{kind: 'state', offset: 0, fresh: true, state: 1}], [Buffer.from('old life\n')]);
  await writer.append(
    [
      {kind: 'state', offset: 9, fresh: true, state: {n: 2}},
      {kind: 'state', offset: 13, fresh: false, state: {n: 3}},
      marker(0, 17, 3, cut),
    ],
    [Buffer.from('new\ncut\nmore\nope')],
  );
  const past = pastOf(writer);
  expect(past.reference(1000)).toEqual({
    state: {n: 3},
    since: Buffer.from('more\nope'),
    tail: Buffer.from('new\nmore\nope'),
  });
  // It begins a line.
  expect(past.reference(14).tail.toString()).toBe('more\nope');
  await writer.close();
});

test('everything is put into a buffer: blocks, the rest, markers in their places, an open line', async () => {
  await using home = await temporaryDirectory();
  const writer = await openIn(home.path);
  await writer.append(
    [
      marker(0, 0, 0, renamed),
      marker(1, 4, 2, cut),
      {kind: 'block', offset: 0, length: 6, line: 0, lines: 3, at: 1},
      marker(2, 6, 3, renamed),
      marker(3, 8, 4, renamed),
    ],
    [Buffer.from('a\nb\nc\nd\ne')],
  );
  const {buffer, start} = restored(pastOf(writer), {maxBytes: 1000});
  expect(entriesOf(buffer, {from: 0})).toEqual([
    '<renamed>',
    'a',
    'b',
    '<line-cut>',
    'c',
    '<renamed>',
    'd',
    '<renamed>',
    'e',
  ]);
  expect(buffer.hasOpenLine).toBe(true);
  expect(start).toMatchObject({id: 8, within: 1, lines: 4, bytes: 9, offset: 9, line: 4, nextMarker: 4});
  expect(start.span).toEqual({firstId: 5, delta: 0});
  await writer.close();
});

test('a log without its bytes is repaired at the next start, with a marker', async () => {
  await using home = await temporaryDirectory();
  const first = await openIn(home.path);
  const block: IndexFact = {kind: 'block', offset: 0, length: 6, line: 0, lines: 3, at: 1};
  await first.append([block, marker(0, 6, 3, renamed)], [Buffer.from('a\nb\nc\n')]);
  await first.close();
  await truncate(path.join(first.folder, '000001.log'), 3);
  const second = await openIn(home.path);
  expect(second.size).toBe(3);
  expect(second.map.blocks).toEqual([]);
  await second.append([], [Buffer.from('\nc\n')]);
  await second.close();
  const third = await openIn(home.path);
  expect(third.map.blocks).toEqual([]);
  expect(third.map.markers).toEqual([]);
  expect(pastOf(third).reference(100).tail.toString()).toBe('a\nb\nc\n');
  await third.close();
});

test('logs beside an index that is gone are put aside, not written over', async () => {
  await using home = await temporaryDirectory();
  const folder = path.join(home.path, 'p--1');
  await mkdir(folder);
  await writeFile(path.join(folder, '000001.log'), 'of another\n');
  const writer = await openIn(home.path);
  expect(writer.size).toBe(0);
  await writer.close();
});

test('a recording of a later version is left alone', async () => {
  await using home = await temporaryDirectory();
  const folder = path.join(home.path, 'p--1');
  await mkdir(folder);
  await writeFile(path.join(folder, 'index.jsonl'), '{"kind":"recording","version":2,"name":"p","id":"1","at":1}\n');
  await expect(openIn(home.path)).rejects.toThrow('was written by a later version of pipetail');
});

test('a file that was compressed without a word of it in the index is not lost', async () => {
  await using home = await temporaryDirectory();
  const first = await openIn(home.path);
  const block: IndexFact = {kind: 'block', offset: 0, length: 6, line: 0, lines: 3, at: 1};
  await first.append([block], [Buffer.from('a\nb\nc\n')]);
  await first.rotate(3);
  await first.pack(1);
  await first.append([], [Buffer.from('d\n')]);
  await first.close();
  const index = path.join(first.folder, 'index.jsonl');
  const facts = (await readFile(index, 'utf8')).split('\n').filter((line) => !line.includes('compressed'));
  await writeFile(index, facts.join('\n'));
  const second = await openIn(home.path);
  expect(pastOf(second).reference(100).tail.toString()).toBe('a\nb\nc\nd\n');
  expect((await readdir(second.folder)).sort()).toEqual(['000001.log.gz', '000002.log', 'index.jsonl']);
  await second.close();
});
