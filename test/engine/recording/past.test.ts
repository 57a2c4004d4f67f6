import {appendFile, mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import {factsFile, readFacts, readRecorded} from '../../../source/engine/recording/facts.ts';
import {RecordedPast} from '../../../source/engine/recording/past.ts';
import {RecordingReader} from '../../../source/engine/recording/read-recording.ts';
import {type Item, RecordingWriter} from '../../../source/engine/recording/writer.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {entriesOf} from '../buffer/entries-of.ts';
import {writeRecording} from './recording-files.ts';
import {restored} from './restored.ts';

async function openIn(directory: string): Promise<RecordingWriter> {
  const folder = path.join(directory, 'p--1');
  await mkdir(folder, {recursive: true});
  return await RecordingWriter.open(folder, await readRecorded(folder), {name: 'p', id: '1', at: 0});
}

function pastOf(writer: RecordingWriter): RecordedPast {
  return new RecordedPast(writer.bytes, writer.size);
}

const renamed = {kind: 'renamed', from: 'a', to: 'b'} as const;
const cut: Marker = {kind: 'line-cut', at: 1};

/** Text, with the number of its newlines. */
function text(bytes: string): Item {
  return {bytes: Buffer.from(bytes), lines: bytes.split('\n').length - 1};
}

const state = (its: unknown, isEpochStart = false): Item => ({state: its, isEpochStart});

test('the reference for what comes is the end from where the log is fresh, without lines that were cut', async () => {
  await using home = await temporaryDirectory();
  const writer = await openIn(home.path);
  await writer.append([state(1, true), text('old life\n')]);
  await writer.append([state({n: 2}, true), text('new\n'), state({n: 3}), text('cut\n'), {marker: cut}]);
  await writer.append([text('more\nope')]);
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
  const pieces = [renamed, 'a\nb\n', {kind: 'line-cut'} as const, 'c\n', renamed, 'd\n', renamed, 'e'];
  writeRecording(home.path, {id: '1', at: 1, pieces});
  const writer = await openIn(home.path);
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
  expect(start).toMatchObject({id: 8, within: 1, lines: 4, offset: 9, gap: 'none'});
  expect(start.span).toEqual({firstId: 7, delta: 0});
  await writer.close();
});

test('what is said of bytes that are not there is void, and stays so when the log has grown past it', async () => {
  await using home = await temporaryDirectory();
  const first = await openIn(home.path);
  const marker = {marker: {...renamed, at: 1}};
  await first.append([state('first'), text('a\n'), marker, text('b\n')]);
  await first.close();
  const lost = [
    {kind: 'place', offset: 6, line: 3},
    {kind: 'state', offset: 6, since: 0, state: 'void'},
    {kind: 'marker', number: 1, offset: 6, line: 3, ...marker},
  ];
  const half = '{"kind":"state","offset":4,"si';
  await appendFile(factsFile(first.folder), `${lost.map((fact) => JSON.stringify(fact)).join('\n')}\n${half}`);
  const second = await openIn(home.path);
  await second.append([text('another line\n')]);
  await second.close();
  const facts = await readFacts(first.folder);
  expect(facts?.state).toMatchObject({offset: 0, state: 'first'});
  expect(facts?.markers).toHaveLength(1);
  expect(facts?.places).toEqual([{offset: 0, line: 0}]);
  const third = await openIn(home.path);
  expect(pastOf(third).reference(100).tail.toString()).toBe('a\nb\nanother line\n');
  await third.close();
});

test('a recording of a later version is left alone', async () => {
  await using home = await temporaryDirectory();
  const folder = path.join(home.path, 'p--1');
  await mkdir(folder);
  const begin = '{"kind":"begin","version":3,"name":"p","id":"1","at":1}\n';
  await writeFile(factsFile(folder), begin);
  await expect(openIn(home.path)).rejects.toThrow('by a later version of pipetail');
  expect(await readdir(folder)).toEqual(['facts.jsonl']);
});

test('a file whose compression was interrupted is compressed again', async () => {
  await using home = await temporaryDirectory();
  const first = await openIn(home.path);
  await first.append([text('a\nb\nc\n')]);
  await first.rotate();
  await first.append([text('d\n')]);
  await first.close();
  await writeFile(path.join(first.folder, '000001.log.zst.new'), 'half');
  await writeFile(path.join(first.folder, '000001.log.zst'), 'half');
  const second = await openIn(home.path);
  expect(pastOf(second).reference(100).tail.toString()).toBe('a\nb\nc\nd\n');
  await second.pack();
  expect(pastOf(second).reference(100).tail.toString()).toBe('a\nb\nc\nd\n');
  expect((await readdir(second.folder)).sort()).toEqual(['000001.log.zst', '000002.log', 'facts.jsonl']);
  await second.close();
});

test('a file is full: what is no longer needed of the facts is left out', async () => {
  await using home = await temporaryDirectory();
  const writer = await openIn(home.path);
  for (let at = 0; at < 10; at++) await writer.append([state(`${at}`), text('x\n')]);
  await writer.rotate();
  await writer.append([text(`${'x'.repeat(300_000)}\n`), text('y\n')]);
  await writer.rotate();
  const {places} = writer.facts;
  expect(places.map(({line}) => line)).toEqual([0, 10, 11, 12]);
  await writer.close();
  expect((await readFacts(writer.folder))?.places).toEqual(places);
  const facts = (await readFile(factsFile(writer.folder), 'utf8')).trimEnd().split('\n');
  expect(facts.map((line) => JSON.parse(line).kind)).toEqual(['begin', 'file', 'file', 'place', 'state', 'file']);
});

test('markers keep their numbers when all before were deleted: who reads on misses none of the next writer', async () => {
  await using home = await temporaryDirectory();
  const first = await openIn(home.path);
  await first.append([text('a\n'), {marker: {...renamed, at: 1}}, {marker: cut}, text('b\n')]);
  await first.rotate();
  await first.append([text('c\n')]);
  const reader = await RecordingReader.open(first.folder);
  const read = async () => {
    const kinds: string[] = [];
    for await (const piece of reader.pieces()) if ('marker' in piece) kinds.push(piece.marker.kind);
    return kinds;
  };
  expect(await read()).toEqual(['renamed', 'line-cut']);
  first.facts.beginWith(2);
  await first.rotate();
  await first.close();
  const second = await openIn(home.path);
  await second.append([{marker: {kind: 'unread', stream: 'stderr', why: 'x', at: 2}}, text('d\n')]);
  expect(await read()).toEqual(['unread']);
  await reader.close();
  await second.close();
});
