import {expect, test} from 'vitest';
import {LogBuffer} from '../../../source/buffer/log-buffer.ts';
import {DueWindow, RecordWalk} from '../../../source/streams/merge/cursor.ts';
import {lineAt} from '../merge-sources.ts';

test('what is there at the start is due at once, what comes later after the window', () => {
  const due = new DueWindow(250, 10);
  expect([due.endId, due.nextAt]).toEqual([10, undefined]);
  due.notice(12, 1_000);
  due.notice(12, 1_100);
  due.notice(15, 1_200);
  expect([due.endId, due.nextAt]).toEqual([10, 1_250]);
  due.advance(1_249);
  expect(due.endId).toBe(10);
  due.advance(1_250);
  expect([due.endId, due.nextAt]).toEqual([12, 1_450]);
  due.advance(9_000);
  expect([due.endId, due.nextAt]).toEqual([15, undefined]);
});

test('at the end nothing waits', () => {
  const due = new DueWindow(250, 0);
  due.notice(5, 0);
  due.finish(7);
  expect([due.endId, due.nextAt]).toEqual([7, undefined]);
});

const midnight = Date.UTC(2026, 10, 25);
const noLimit = {until: Number.POSITIVE_INFINITY, endId: Number.POSITIVE_INFINITY, maxBytes: 1 << 20};

function walkOver(text: string, options: {maxBytes: number; segmentBytes?: number} = {maxBytes: 1 << 20}) {
  const buffer = new LogBuffer(options);
  buffer.append(Buffer.from(text));
  const walk = new RecordWalk(buffer);
  walk.refresh(buffer.endId);
  return {buffer, walk};
}

const texts = {first: `${lineAt('a', 1, '')}\n`, second: `${lineAt('a', 2, '')}\n`, third: `${lineAt('a', 3, '')}\n`};

test('knows the time of each record, and gives it to what follows', () => {
  const {walk} = walkOver(`plain\n${texts.first}rest\n\n${texts.second}`);
  const seen: [number, boolean, string][] = [];
  while (walk.hasNext) {
    const {time, startsRecord} = walk;
    seen.push([time - midnight, startsRecord, walk.takeLines({...noLimit, maxBytes: 1}).bytes.toString()]);
  }
  expect(seen).toEqual([
    [Number.NEGATIVE_INFINITY, false, 'plain\n'],
    [1, true, texts.first],
    [1, false, 'rest\n'],
    [1, false, '\n'],
    [2, true, texts.second],
  ]);
});

test('a run ends at a later time, but never between a record and what follows it', () => {
  const {walk} = walkOver(`${texts.first}rest\n${texts.second}rest\n${texts.third}`);
  const run = walk.takeLines({...noLimit, until: midnight + 2});
  expect([run.bytes.toString(), run.count]).toEqual([`${texts.first}rest\n${texts.second}rest\n`, 4]);
  expect(walk.nextId).toBe(4);
});

test('a run ends at an entry, but never between a record and what follows it', () => {
  const {walk} = walkOver(`${texts.first}${texts.second}rest\n${texts.third}`);
  expect(walk.takeLines({...noLimit, endId: 2}).count).toBe(3);
});

test('a run ends before a marker, which is passed by itself', () => {
  const {buffer, walk} = walkOver(texts.first);
  buffer.addMarker({kind: 'drawn', at: 0});
  buffer.append(Buffer.from('rest\n'));
  walk.refresh(buffer.endId);
  expect(walk.takeMarker()).toBeUndefined();
  expect(walk.takeLines(noLimit).count).toBe(1);
  expect([walk.takeMarker()?.kind, walk.time - midnight]).toEqual(['drawn', 1]);
  expect(walk.takeLines(noLimit).bytes.toString()).toBe('rest\n');
  expect(walk.hasNext).toBe(false);
});

test('what could not be read back cannot be taken, and is passed with the next refresh', () => {
  const buffer = new LogBuffer({maxBytes: 1 << 20});
  buffer.addPast({lines: 1, byteLength: 9, markers: [], bytes: {isKept: () => true, read: () => undefined}});
  buffer.append(Buffer.from(texts.first));
  const walk = new RecordWalk(buffer);
  walk.refresh(buffer.endId);
  expect([walk.hasNext, walk.isReadable]).toEqual([true, false]);
  walk.refresh(buffer.endId);
  expect([walk.nextId, walk.isReadable]).toEqual([1, true]);
  walk.takeLines(noLimit);
  expect(walk.isReadable).toBe(false);
});

test('goes on over the borders of segments, and past what was dropped', () => {
  const {buffer, walk} = walkOver('', {maxBytes: 64, segmentBytes: 16});
  const texts: string[] = [];
  for (let line = 0; line < 100; line++) {
    buffer.append(Buffer.from(`${line}\n`));
    if (line < 50) continue;
    walk.refresh(buffer.endId);
    while (walk.hasNext) texts.push(walk.takeLines(noLimit).bytes.toString());
  }
  const lines = texts.join('').trimEnd().split('\n').map(Number);
  expect(lines.at(-1)).toBe(99);
  expect(lines).toEqual(Array.from({length: lines.length}, (_, index) => 100 - lines.length + index));
  expect(lines.length).toBeGreaterThan(50);
});
