import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {ColdBytes, ColdStore, LeavingSegment} from '../../../source/engine/buffer/cold-segments.ts';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {Search} from '../../../source/engine/buffer/search.ts';
import {entriesOf} from './entries-of.ts';

/** Has every byte that the buffer ever got, as a recording does. */
class WholeLog implements ColdStore {
  storedTo = Number.POSITIVE_INFINITY;
  bytes = Buffer.alloc(0);
  /** Bytes below are deleted. */
  from = 0;
  /** Deleted without a word. */
  lostTo = 0;
  refuses = false;
  reads = 0;

  keep({byteOffset, byteLength}: LeavingSegment): ColdBytes | undefined {
    if (this.refuses) return undefined;
    return {
      isStored: () => byteOffset >= this.from,
      read: () => {
        this.reads += 1;
        return byteOffset < this.lostTo
          ? undefined
          : Buffer.from(this.bytes.subarray(byteOffset, byteOffset + byteLength));
      },
    };
  }
}

type Operation = {readonly do: 'append'; readonly text: string} | {readonly do: 'close'} | {readonly do: 'mark'};

const marker: Marker = {kind: 'renamed', from: 'a', to: 'b', at: 1};

function play(buffer: WritableLogBuffer, log: WholeLog | undefined, operation: Operation): void {
  const keep = (text: string) => {
    if (log) log.bytes = Buffer.concat([log.bytes, Buffer.from(text)]);
  };
  switch (operation.do) {
    case 'append':
      keep(operation.text);
      buffer.append(Buffer.from(operation.text));
      return;
    case 'close':
      if (buffer.hasOpenLine) keep('\n');
      buffer.closeLine();
      return;
    case 'mark':
      buffer.addMarker(marker);
      return;
  }
}

/** Segments do not tell markers apart. */
const wordOf = () => 'marker';

/** The same through segments, as search and indexes read. */
function segmentsOf(buffer: WritableLogBuffer): string[] {
  const entries: string[] = [];
  for (let segment = buffer.segmentAt(buffer.firstId); segment; segment = buffer.segmentAt(segment.endId)) {
    const {firstId, endId, starts, bytes} = segment;
    expect(firstId).toBe(buffer.firstId + entries.length);
    for (let id = firstId; id < endId; id++) {
      const line = bytes.toString('utf8', starts[id - firstId], starts[id + 1 - firstId] ?? bytes.length);
      entries.push(line === '' ? '<marker>' : line.replace(/\n$/, ''));
    }
  }
  return entries;
}

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(fc.oneof(fc.constant('\n'), fc.string({maxLength: 30})), {maxLength: 8})
      .map((parts) => ({do: 'append' as const, text: parts.join('')})),
  },
  {weight: 1, arbitrary: fc.constant({do: 'close' as const})},
  {weight: 2, arbitrary: fc.constant({do: 'mark' as const})},
);

test('with a cold store a small buffer answers as one that holds everything', () => {
  fc.assert(
    fc.property(fc.array(operation, {maxLength: 60}), (operations) => {
      const whole = new WritableLogBuffer({maxBytes: 1e9});
      const small = new WritableLogBuffer({maxBytes: 120});
      const log = new WholeLog();
      small.coldStore = log;
      for (const one of operations) {
        play(whole, undefined, one);
        play(small, log, one);
      }
      expect(entriesOf(small, {wordOf})).toEqual(entriesOf(whole, {wordOf}));
      expect(segmentsOf(small)).toEqual(entriesOf(whole, {wordOf}));
      const counts = ({
        lineCount,
        byteLength,
        droppedLines,
        totalLines,
        totalBytes,
        firstId,
        endId,
      }: WritableLogBuffer) => {
        return {lineCount, byteLength, droppedLines, totalLines, totalBytes, firstId, endId};
      };
      expect(counts(small)).toEqual(counts(whole));
    }),
  );
});

function filled(maxBytes = 200): {buffer: WritableLogBuffer; log: WholeLog} {
  const buffer = new WritableLogBuffer({maxBytes});
  const log = new WholeLog();
  buffer.coldStore = log;
  for (let n = 0; n < 100; n++) play(buffer, log, {do: 'append', text: `line ${n}\n`});
  return {buffer, log};
}

test('a search reads it', () => {
  const {buffer} = filled();
  expect(buffer.memoryFirstId).toBeGreaterThan(50);
  const search = new Search(buffer, compilePattern('line .7'));
  while (!search.step(50)) {}
  expect([...search.matches]).toEqual([17, 27, 37, 47, 57, 67, 77, 87, 97]);
});

test('a step of a search reads few segments, however small they are', () => {
  const {buffer, log} = filled();
  const search = new Search(buffer, compilePattern('line .7'));
  search.step(256 * 1024);
  expect(log.reads).toBe(4);
});

test('what is read again and again is read once', () => {
  const {buffer, log} = filled();
  for (let round = 0; round < 10; round++) buffer.lineAt(3);
  expect(log.reads).toBe(1);
  // Only the last few segments stay in memory.
  for (let id = 0; id < 50; id++) buffer.lineAt(id);
  const {reads} = log;
  buffer.lineAt(3);
  expect(log.reads).toBe(reads + 1);
});

test('what the store does not keep is gone, and all that is older with it', () => {
  const {buffer, log} = filled();
  log.refuses = true;
  play(buffer, log, {do: 'append', text: `${'x'.repeat(150)}\n`});
  expect(buffer.firstId).toBe(buffer.memoryFirstId);
  expect(buffer.droppedLines).toBe(buffer.firstId);
  expect(buffer.totalLines).toBe(101);
  log.refuses = false;
  for (let n = 0; n < 20; n++) play(buffer, log, {do: 'append', text: `again ${n}\n`});
  expect(buffer.memoryFirstId).toBeGreaterThan(buffer.firstId);
  expect(entriesOf(buffer, {wordOf}).slice(-20)).toEqual(Array.from({length: 20}, (_, n) => `again ${n}`));
  expect(entriesOf(buffer, {wordOf})).not.toContain('?');
});

test('what was deleted is dropped by forgetDeleted', () => {
  const {buffer, log} = filled();
  log.from = 300;
  buffer.forgetDeleted();
  expect(buffer.droppedLines).toBe(buffer.firstId);
  expect(buffer.firstId).toBeGreaterThan(30);
  expect(entriesOf(buffer, {wordOf})).not.toContain('?');
});

test('what cannot be read is dropped, with all that is older', () => {
  const {buffer, log} = filled();
  log.lostTo = 300;
  const {version} = buffer;
  expect(buffer.lineAt(20)).toBeUndefined();
  expect(buffer.firstId).toBeGreaterThan(20);
  expect(buffer.version).toBeGreaterThan(version);
  expect(buffer.lineAt(buffer.endId - 1)?.toString()).toBe('line 99');
});

test('bytes that are not the lines that were there are not shown', () => {
  const {buffer, log} = filled();
  log.bytes.fill('x', 0, 100);
  expect(buffer.lineAt(2)).toBeUndefined();
  expect(buffer.firstId).toBeGreaterThan(2);
});

test('a reader that drops what it has read leaves what is still to be kept', () => {
  const {buffer, log} = filled(1e6);
  buffer.startSegment();
  for (let n = 0; n < 3; n++) play(buffer, log, {do: 'append', text: 'more\n'});
  log.storedTo = 10;
  buffer.dropBefore(buffer.endId);
  expect(buffer.firstId).toBe(0);
  log.storedTo = 100;
  buffer.dropBefore(buffer.endId);
  expect(buffer.firstId).toBe(100);
  expect(buffer.droppedLines).toBe(100);
});

test('a past of an earlier time comes first, with its markers', () => {
  const buffer = new WritableLogBuffer({maxBytes: 1000});
  const bytes = Buffer.from('a\nb\nc\n');
  const markers = [
    {line: 0, marker},
    {line: 2, marker},
    {line: 2, marker},
  ];
  buffer.addPast({lines: 3, byteLength: 6, markers, bytes: {isStored: () => true, read: () => bytes}});
  buffer.append(Buffer.from('d\ne'));
  expect(entriesOf(buffer, {wordOf})).toEqual(['<marker>', 'a', 'b', '<marker>', '<marker>', 'c', 'd', 'e']);
  expect(segmentsOf(buffer)).toEqual(entriesOf(buffer, {wordOf}));
  expect(buffer.memoryFirstId).toBe(6);
  expect(buffer.totalLines).toBe(5);
});

test('markers alone do not fill the memory', () => {
  const {buffer, log} = filled();
  for (let n = 0; n < 30_000; n++) play(buffer, log, {do: 'mark'});
  expect([...buffer.markers()].length).toBeLessThan(12_000);
});
