import {appendFile, mkdir, readdir, readFile, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import {type Fact, factsFile, readFacts} from '../../../source/engine/recording/facts.ts';
import {RecordedPast} from '../../../source/engine/recording/past.ts';
import {RecordedBytes} from '../../../source/engine/recording/recorded-bytes.ts';
import {RecordingWriter} from '../../../source/engine/recording/writer.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {entriesOf} from '../buffer/entries-of.ts';
import {restored} from './restored.ts';

async function openIn(directory: string): Promise<RecordingWriter> {
  const folder = path.join(directory, 'p--1');
  await mkdir(folder, {recursive: true});
  return await RecordingWriter.open(folder, {name: 'p', id: '1', clock: new FakeClock()});
}

function pastOf(writer: RecordingWriter): RecordedPast {
  return new RecordedPast(new RecordedBytes(writer.folder, writer.facts), writer.size);
}

const renamed: Marker = {kind: 'renamed', from: 'a', to: 'b', at: 1};
const cut: Marker = {kind: 'line-cut', at: 1};
const marker = (number: number, offset: number, line: number, its: Marker): Fact => {
  return {kind: 'marker', number, offset, line, marker: its};
};

test('the reference for what comes is the end from where the log is fresh, without lines that were cut', async () => {
  await using home = await temporaryDirectory();
  const writer = await openIn(home.path);
  await writer.append([{kind: 'state', offset: 0, since: 0, state: 1}], [Buffer.from('old life\n')]);
  await writer.append(
    [
      {kind: 'state', offset: 9, since: 9, state: {n: 2}},
      {kind: 'state', offset: 13, since: 9, state: {n: 3}},
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
      {kind: 'place', offset: 6, line: 3},
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

const state = (offset: number, name: string): Fact => ({kind: 'state', offset, since: 0, state: name});

test('what is said of bytes that are not there is void, and stays so when the log has grown past it', async () => {
  await using home = await temporaryDirectory();
  const first = await openIn(home.path);
  await first.append([state(0, 'first'), marker(0, 2, 1, renamed)], [Buffer.from('a\nb\n')]);
  await first.append([{kind: 'place', offset: 6, line: 3}, state(6, 'void'), marker(1, 6, 3, renamed)], []);
  await first.close();
  await appendFile(factsFile(first.folder), '{"kind":"state","offset":4,"si');
  const second = await openIn(home.path);
  await second.append([], [Buffer.from('another line\n')]);
  await second.close();
  const facts = await readFacts(first.folder);
  expect(facts?.state).toMatchObject({offset: 0, state: 'first'});
  expect(facts?.markers).toHaveLength(1);
  expect(facts?.places).toEqual([{offset: 0, line: 0}]);
  const third = await openIn(home.path);
  expect(pastOf(third).reference(100).tail.toString()).toBe('a\nb\nanother line\n');
  await third.close();
});

test('logs beside facts that are gone are not written over', async () => {
  await using home = await temporaryDirectory();
  const folder = path.join(home.path, 'p--1');
  await mkdir(folder);
  await writeFile(path.join(folder, '000001.log'), 'of another\n');
  const writer = await openIn(home.path);
  expect(writer.size).toBe(0);
  await writer.append([], [Buffer.from('mine\n')]);
  await writer.close();
  expect(await readFile(path.join(folder, '000001.log'), 'utf8')).toBe('mine\n');
  expect(await readFile(path.join(writer.aside ?? '', '000001.log'), 'utf8')).toBe('of another\n');
});

test.each([
  ['facts.jsonl', '{"kind":"begin","version":3,"name":"p","id":"1","at":1}\n', 'by a later version of pipetail'],
  ['index.jsonl', '', 'in a former form, which is not continued'],
])('a recording of another form is left alone, by its %s', async (name, text, why) => {
  await using home = await temporaryDirectory();
  const folder = path.join(home.path, 'p--1');
  await mkdir(folder);
  await writeFile(path.join(folder, name), text);
  await expect(openIn(home.path)).rejects.toThrow(why);
  expect(await readdir(folder)).toEqual([name]);
});

test('a file whose compression was interrupted is compressed again, and old drafts are removed', async () => {
  await using home = await temporaryDirectory();
  const first = await openIn(home.path);
  await first.append([], [Buffer.from('a\nb\nc\n')]);
  await first.rotate(3);
  await first.append([], [Buffer.from('d\n')]);
  await first.close();
  await writeFile(path.join(first.folder, '000001.log.zst.new'), 'half');
  await writeFile(path.join(first.folder, '000001.log.zst'), 'half');
  await writeFile(path.join(first.folder, 'lock.x.new'), '');
  await utimes(path.join(first.folder, 'lock.x.new'), 1, 1);
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
  for (let at = 0; at < 10; at++) await writer.append([state(2 * at, `${at}`)], [Buffer.from('x\n')]);
  await writer.rotate(10);
  await writer.append([{kind: 'place', offset: 22, line: 11}], [Buffer.from('x\ny\n')]);
  await writer.rotate(12);
  const {places} = writer.facts;
  expect(places.map(({line}) => line)).toEqual([0, 10, 11, 12]);
  await writer.close();
  expect((await readFacts(writer.folder))?.places).toEqual(places);
  const facts = (await readFile(factsFile(writer.folder), 'utf8')).trimEnd().split('\n');
  expect(facts.map((line) => JSON.parse(line).kind)).toEqual(['begin', 'file', 'file', 'place', 'state', 'file']);
});
