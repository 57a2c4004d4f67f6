import {mkdir, readdir, readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import type {Marker} from '../../../source/buffer/markers.ts';
import {
  type IndexFact,
  indexLine,
  readIndex,
  rewriteIndex,
  startIndex,
} from '../../../source/storage/recording/index-file.ts';
import {mapOf} from '../../../source/storage/recording/reader.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

const pipeline = {name: 'p', id: 'id-1'};

test('begins with the pipeline that it is of, readable by its owner alone', async () => {
  await using home = await temporaryDirectory();
  const folder = path.join(home.path, 'p--id-1');
  const clock = new FakeClock();
  const {map} = await startIndex(folder, pipeline, clock);
  expect(map).toMatchObject({version: 1, startedAt: clock.wall(), files: []});
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
  const aside = `without-index-${clock.wall()}`;
  const started = await startIndex(home.path, pipeline, clock);
  expect(started).toMatchObject({map: {version: 1}, aside: path.join(home.path, aside)});
  expect((await readdir(home.path)).sort()).toEqual(['index.jsonl', 'lock', aside]);
  expect(await readFile(path.join(home.path, aside, '000001.log'), 'utf8')).toBe('lines\n');
  expect(await readFile(path.join(home.path, aside, 'index.jsonl'), 'utf8')).toBe('damaged\n');
});

test('written anew, it has the same facts and no void ones', async () => {
  await using home = await temporaryDirectory();
  const folder = path.join(home.path, 'p--id-1');
  await mkdir(folder);
  const {map} = await startIndex(folder, pipeline, new FakeClock(5));
  map.apply({kind: 'file', file: 1, offset: 0, line: 0, at: 6});
  for (let n = 0; n < 10; n++) map.apply({kind: 'state', offset: n, fresh: false, state: {n}});
  expect(map.voidFacts).toBeGreaterThan(0);
  await rewriteIndex(folder, pipeline, map);
  expect(map.voidFacts).toBe(0);
  const again = mapOf(await readFile(path.join(folder, 'index.jsonl'), 'utf8'));
  expect(again).toMatchObject({version: 1, startedAt: 5, files: map.files});
  expect(again.state).toEqual(map.state);
  expect(await readdir(folder)).toEqual(['index.jsonl']);
});

const renamed: Marker = {kind: 'renamed', from: 'a', to: 'b', at: 1};
const cut: Marker = {kind: 'line-cut', at: 1};
const file = (number: number, offset: number): IndexFact => ({kind: 'file', file: number, offset, line: 0, at: 7});
const block = (offset: number, length: number, line = 0): IndexFact => {
  return {kind: 'block', offset, length, line, lines: 2, at: 7};
};
const marker = (number: number, offset: number, its: Marker = renamed): IndexFact => {
  return {kind: 'marker', number, offset, line: 0, marker: its};
};
const state = (offset: number, value: unknown, fresh = false): IndexFact => ({
  kind: 'state',
  offset,
  fresh,
  state: value,
});
const read = (...facts: IndexFact[]) => mapOf(facts.map(indexLine).join(''));

test('facts are one line of JSON each; torn lines and strangers are left out', () => {
  const facts = [file(1, 0), block(0, 10), marker(0, 10), {kind: 'compressed', file: 1, members: [3]} as const];
  const text = `${facts.map(indexLine).join('')}{"kind":"block","off\n\n{"kind":"later"}\n{"kind":"block","offset":"0"}\n[]\n`;
  expect([...readIndex(text)]).toEqual(facts);
});

const unreadable = {kind: 'unreadable', because: 'damaged-marker'};

test.each<Marker>([
  {kind: 'discarded', entries: 1, at: 5},
  {kind: 'reconnected', cause: 'silent', downMs: 1.5, times: 2, since: 4, at: 5},
  {kind: 'lost', atLeast: 1, atMost: 2, from: 3, to: 4, at: 5},
  {kind: 'new-life', because: 'cleared', cause: 'slept', downMs: 1, folder: 'p--1', at: 5},
  {kind: 'possible-repeat', lines: 1, at: 5},
  {kind: 'line-cut', at: 5},
  {kind: 'ended', because: 'stopped', at: 5},
  {kind: 'state', from: 'a', to: 'b', error: 'c', startFailed: true, at: 5},
  {kind: 'program', from: 'a', to: 'b', at: 5},
  {kind: 'not-recorded', lines: 1, at: 5},
  {kind: 'unreadable', bytes: 0, because: 'damaged-marker', at: 5},
  {kind: 'unread', stream: 'stderr', why: 'a', at: 5},
  {kind: 'not-merged', lines: 1, at: 5},
  {kind: 'renamed', from: 'a', to: 'b', at: 5},
])('a marker with a field of the wrong type is a damaged one in its place: %o', (whole) => {
  const markersOf = (...markers: readonly object[]) =>
    read(file(1, 0), ...markers.map((its, index) => marker(index, index, its as Marker))).markers;
  expect(markersOf(whole)).toEqual([{number: 0, offset: 0, line: 0, marker: whole}]);
  const wrong = Object.keys(whole).flatMap((field) => [
    {...whole, [field]: [1]},
    {...whole, [field]: null},
  ]);
  const damaged = markersOf(...wrong, {...whole, kind: 'toString'}, {...whole, at: 8.7e15});
  expect(damaged.map(({number, marker: its}) => [number, its])).toEqual(
    damaged.map((_, index) => [index, expect.objectContaining(unreadable)]),
  );
  expect(damaged).toHaveLength(wrong.length + 2);
});

test('what speaks of more than there is, is void, and does not come back when the log grows', () => {
  const map = read(
    file(1, 0),
    state(0, 'begin', true),
    block(0, 10),
    marker(0, 10),
    state(10, 'ten'),
    block(10, 30, 2),
    marker(1, 40),
    state(40, 'forty', true),
    {kind: 'end', offset: 20, at: 8},
    marker(1, 20, cut),
  );
  map.endAt(100);
  expect(map.blocks).toEqual([block(0, 10)]);
  expect(map.blocksEnd).toEqual({offset: 10, line: 2});
  expect(map.markers.map(({offset, marker: its}) => [offset, its.kind])).toEqual([
    [10, 'renamed'],
    [20, 'line-cut'],
  ]);
  expect(map.nextMarker).toBe(2);
  expect(map.state).toEqual({offset: 10, state: 'ten', epochStart: 0});
});

test('a marker of the same number corrects the first; a block of the same place replaces it', () => {
  const map = read(file(1, 0), block(0, 10), marker(0, 10), marker(0, 10, cut), block(0, 12));
  expect(map.markers.map(({marker: its}) => its.kind)).toEqual(['line-cut']);
  expect(map.blocks).toEqual([block(0, 12)]);
});

test('behind a gap there is no state until the next one', () => {
  expect(read(file(1, 0), state(0, 'begin', true), {kind: 'gap', offset: 50}).state).toEqual({
    offset: 50,
    state: undefined,
    epochStart: 50,
  });
  expect(read(file(1, 0), {kind: 'gap', offset: 50}, state(60, 'sixty')).state).toEqual({
    offset: 60,
    state: 'sixty',
    epochStart: 50,
  });
});

test('with a deleted file its blocks and markers go', () => {
  const map = read(file(1, 0), block(0, 10), marker(0, 5), file(2, 10), block(10, 10, 2), marker(1, 15), {
    kind: 'deleted',
    file: 1,
    at: 9,
  });
  expect(map.firstOffset).toBe(10);
  expect(map.blocks).toEqual([block(10, 10, 2)]);
  expect(map.markers.map(({number}) => number)).toEqual([1]);
});

test('an index that is written anew has the same map', () => {
  const map = read(
    file(1, 0),
    state(0, 'begin', true),
    block(0, 10),
    {kind: 'compressed', file: 1, members: [4]},
    file(2, 10),
    marker(0, 10),
    block(10, 5, 2),
    {kind: 'gap', offset: 12},
    state(15, {some: 'state'}),
  );
  const again = read(...map.facts());
  expect({...again, voidFacts: 0}).toEqual({...map, voidFacts: 0});
  expect(again.state).toEqual(map.state);
});
