import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {ColdStore} from '../../../source/engine/buffer/cold-segments.ts';
import {allEntries, WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import {entriesOf} from './entries-of.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 300);
const lineCut: Marker = {kind: 'line-cut', at: 7};
const renamed = (at: number): Marker => ({kind: 'renamed', from: 'a', to: 'b', at});
const text = (buffer: WritableLogBuffer, id: number) => buffer.lineAt(id)?.toString('latin1');

describe('lines', () => {
  test('are split on \\n only; empty lines and \\r are kept', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1000});
    buffer.append(Buffer.from('a\n\nb\r\nc\rd\n'));
    expect(entriesOf(buffer)).toEqual(['a', '', 'b\r', 'c\rd']);
    expect(buffer).toMatchObject({firstId: 0, endId: 4, lineCount: 4, byteLength: 10, hasOpenLine: false});
  });

  test('a last piece is visible at once and completed under its id', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1000});
    buffer.append(Buffer.from('a\nfi'));
    expect(text(buffer, 1)).toBe('fi');
    expect(buffer.hasOpenLine).toBe(true);
    const before = buffer.version;
    buffer.append(Buffer.from('nished'));
    expect(text(buffer, 1)).toBe('finished');
    expect(buffer.version).not.toBe(before);
    buffer.append(Buffer.from('\n'));
    expect(entriesOf(buffer)).toEqual(['a', 'finished']);
    expect(buffer.hasOpenLine).toBe(false);
  });

  test('closeLine ends the open line as received', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1000});
    buffer.append(Buffer.from('cut'));
    buffer.closeLine();
    buffer.closeLine();
    buffer.append(Buffer.from('next\n'));
    expect(entriesOf(buffer)).toEqual(['cut', 'next']);
  });

  test('appended bytes are copied', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1000});
    const bytes = Buffer.from('abc\n');
    buffer.append(bytes);
    bytes.fill(0);
    expect(text(buffer, 0)).toBe('abc');
  });

  test('ids outside answer undefined', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1000});
    expect(buffer.lineAt(0)).toBeUndefined();
    buffer.append(Buffer.from('a\n'));
    expect([buffer.lineAt(-1), buffer.lineAt(1), buffer.segmentAt(1)]).toEqual([undefined, undefined, undefined]);
  });
});

describe('the bound', () => {
  test('drops whole old segments; ids stay true', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1000, segmentBytes: 100});
    for (let i = 0; i < 1000; i++) buffer.append(Buffer.from(`line ${i}\n`));
    expect(buffer.byteLength).toBeLessThanOrEqual(1000);
    expect(buffer.firstId).toBeGreaterThan(800);
    expect(buffer).toMatchObject({endId: 1000, totalLines: 1000, totalBytes: 8890, droppedLines: buffer.firstId});
    expect(entriesOf(buffer)[0]).toBe(`line ${buffer.firstId}`);
  });

  test('bounds a flood of empty lines too', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1000});
    buffer.append(Buffer.alloc(100_000, '\n'));
    expect(buffer.lineCount).toBeLessThanOrEqual(200);
    expect(buffer.totalLines).toBe(100_000);
  });

  test('keeps a line of 3 MiB whole in a small scrollback, and drops it when lines follow', () => {
    const buffer = new WritableLogBuffer({maxBytes: 100_000});
    const long = Buffer.alloc(3 << 20, 'x');
    buffer.append(Buffer.from('before\n'));
    for (let at = 0; at < long.length; at += 32_768) buffer.append(long.subarray(at, at + 32_768));
    expect(buffer).toMatchObject({firstId: 1, endId: 2});
    expect(buffer.lineAt(1)?.equals(long)).toBe(true);
    buffer.append(Buffer.from('\nafter\n'));
    expect(entriesOf(buffer)).toEqual(['after']);
  });

  test('a bound that is no whole number of bytes breaks an endless line, too', () => {
    const buffer = new WritableLogBuffer({maxBytes: 4096, segmentBytes: 256});
    buffer.limitLines(1000.5);
    buffer.append(Buffer.alloc(3000, 'x'));
    expect(entriesOf(buffer).map((line) => line.length)).toEqual([1000, 1000, 1000]);
  });

  test('an endless line is broken at the bound, its bytes kept', () => {
    const buffer = new WritableLogBuffer({maxBytes: 100, segmentBytes: 8, maxLineBytes: 20});
    buffer.append(Buffer.from('0123456789'.repeat(4)));
    expect(entriesOf(buffer)).toEqual(['0123456789'.repeat(2), '0123456789'.repeat(2)]);
  });

  test('is kept by markers alone', () => {
    const buffer = new WritableLogBuffer({maxBytes: 100_000});
    for (let at = 0; at < 10_000; at++) buffer.addMarker(renamed(at));
    expect(buffer.endId - buffer.firstId).toBeLessThan(2000);
    expect(buffer).toMatchObject({endId: 10_000, totalLines: 0, lineCount: 0});
    expect(buffer.markerAt(9999)).toEqual(renamed(9999));
    expect(buffer.markerAt(0)).toBeUndefined();
  });
});

describe('markers', () => {
  test('are between lines and are no lines', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1000});
    buffer.append(Buffer.from('a\n'));
    expect(buffer.addMarker(renamed(1))).toBe(1);
    buffer.append(Buffer.from('\n'));
    expect(entriesOf(buffer)).toEqual(['a', '<renamed>', '']);
    expect(buffer.markerAt(1)).toEqual(renamed(1));
    expect(buffer).toMatchObject({lineCount: 2, totalLines: 2, byteLength: 3});
    buffer.replaceMarker(1, renamed(2));
    expect(buffer.lastMarker()).toEqual({id: 1, marker: renamed(2)});
  });

  test('wait for the open line, under the ids that they will have', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1000});
    buffer.append(Buffer.from('op'));
    expect(buffer.addMarker(renamed(1))).toBeUndefined();
    expect(buffer.addMarker(renamed(2))).toBeUndefined();
    expect(buffer.endId).toBe(1);
    expect(buffer.lastMarker()).toEqual({id: 2, marker: renamed(2)});
    buffer.replaceMarker(2, renamed(3));
    buffer.append(Buffer.from('en\nnext'));
    expect(entriesOf(buffer)).toEqual(['open', '<renamed>', '<renamed>', 'next']);
    expect([buffer.markerAt(1), buffer.markerAt(2)]).toEqual([renamed(1), renamed(3)]);
  });

  test('of a cut line comes before those that wait', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1000});
    buffer.append(Buffer.from('op'));
    buffer.addMarker(renamed(1));
    buffer.closeLine({cut: lineCut});
    buffer.closeLine({cut: lineCut});
    expect([...buffer.markers()]).toEqual([
      [1, lineCut],
      [2, renamed(1)],
    ]);
  });

  test('the last one is forgotten with its segment', () => {
    const buffer = new WritableLogBuffer({maxBytes: 100, segmentBytes: 10});
    buffer.addMarker(renamed(1));
    buffer.append(Buffer.from('x\n'.repeat(100)));
    expect(buffer.lastMarker()).toBeUndefined();
    expect(buffer.memoryBytes).toBeLessThanOrEqual(100);
    expect(buffer.lineCount).toBeGreaterThan(10);
  });
});

type Entry = {line: string} | {marker: Marker};

/** The buffer without its bound: a plain list, byte by byte. */
class Model {
  readonly entries: Entry[] = [];
  open = false;
  #waiting: Marker[] = [];
  readonly #maxLineBytes: number;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  append(bytes: string): void {
    for (const byte of bytes) {
      const last = this.entries.at(-1);
      if (this.open && last && 'line' in last && last.line.length === this.#maxLineBytes) this.close();
      if (!this.open) this.entries.push({line: ''});
      this.open = true;
      if (byte === '\n') this.close();
      else this.entries[this.entries.length - 1] = {line: this.#openLine() + byte};
    }
  }

  close(first: readonly Marker[] = []): void {
    this.open = false;
    for (const marker of [...first, ...this.#waiting]) this.entries.push({marker});
    this.#waiting = [];
  }

  mark(marker: Marker): void {
    if (this.open) this.#waiting.push(marker);
    else this.entries.push({marker});
  }

  #openLine(): string {
    const last = this.entries.at(-1);
    return last && 'line' in last ? last.line : '';
  }
}

const pieces = fc.string({unit: fc.constantFrom('a', 'b', '\n', '\r', '\xff', 'x'.repeat(9)), maxLength: 30});
const operations = fc.oneof(
  {weight: 6, arbitrary: pieces.map((bytes) => ({do: 'append' as const, bytes}))},
  {weight: 1, arbitrary: fc.boolean().map((isCut) => ({do: 'close' as const, isCut}))},
  {weight: 1, arbitrary: fc.nat().map((at) => ({do: 'mark' as const, at}))},
);

describe('agrees with a list of lines', () => {
  test('whatever the chunks, markers, segments and bounds', () => {
    const sizes = fc.record({
      maxBytes: fc.integer({min: 1, max: 600}),
      segmentBytes: fc.integer({min: 1, max: 80}),
      maxLineBytes: fc.integer({min: 80, max: 200}),
    });
    fc.assert(
      fc.property(sizes, fc.array(operations, {maxLength: 60}), (options, script) => {
        const buffer = new WritableLogBuffer(options);
        const model = new Model(options.maxLineBytes);
        for (const step of script) {
          const before = buffer.version;
          switch (step.do) {
            case 'append':
              buffer.append(Buffer.from(step.bytes, 'latin1'));
              model.append(step.bytes);
              if (step.bytes !== '') expect(buffer.version).not.toBe(before);
              break;
            case 'close':
              buffer.closeLine(step.isCut ? {cut: lineCut} : {});
              if (model.open) model.close(step.isCut ? [lineCut] : []);
              break;
            case 'mark':
              buffer.addMarker(renamed(step.at));
              model.mark(renamed(step.at));
              break;
          }
          compare(buffer, model, options);
        }
      }),
      {numRuns: runs},
    );
  });
});

function compare(buffer: WritableLogBuffer, model: Model, options: {maxBytes: number}): void {
  const all = model.entries;
  const held = all.slice(buffer.firstId);
  expect(buffer.endId).toBe(all.length);
  expect(buffer.hasOpenLine).toBe(model.open);
  const lines = held.filter((entry) => 'line' in entry);
  const bytes = lines.reduce((sum, entry) => sum + entry.line.length + 1, 0) - (model.open ? 1 : 0);
  const total = all.filter((entry) => 'line' in entry).length;
  expect(buffer).toMatchObject({lineCount: lines.length, byteLength: bytes, totalLines: total});
  expect(buffer.droppedLines).toBe(total - lines.length);
  for (const [index, entry] of held.entries()) {
    const id = buffer.firstId + index;
    expect(text(buffer, id)).toBe('line' in entry ? entry.line : undefined);
    expect(buffer.markerAt(id)).toEqual('line' in entry ? undefined : entry.marker);
  }
  expect(buffer.endedTo).toBe(model.open ? buffer.endId - 1 : buffer.endId);
  if (bytes > options.maxBytes) expect(buffer.segmentAt(buffer.firstId)?.endId).toBe(buffer.endId);
  compareSegments(buffer);
}

/** The segments, one after the other, are the same entries again. */
function compareSegments(buffer: WritableLogBuffer): void {
  let id = buffer.firstId;
  for (let segment = buffer.segmentAt(id); segment; segment = buffer.segmentAt(id)) {
    expect(segment.firstId).toBe(id);
    expect(segment.starts).toHaveLength(segment.endId - id);
    for (const [index, start] of segment.starts.entries()) {
      const bytes = segment.bytes.toString('latin1', start, segment.starts[index + 1]);
      const line = text(buffer, id + index);
      const isOpen = segment.open && id + index === buffer.endId - 1;
      expect(bytes).toBe(line === undefined ? '' : isOpen ? line : `${line}\n`);
    }
    id = segment.endId;
  }
  expect(id).toBe(buffer.endId);
}

test('returns where its last bytes begin, without reading what is not in memory', () => {
  const buffer = new WritableLogBuffer({maxBytes: 1000});
  const never = {isStored: () => true, read: () => undefined};
  for (const lines of [2, 3, 4]) buffer.addPast({lines, byteLength: 10, markers: [], bytes: never});
  buffer.addPast({lines: 2, byteLength: 10, markers: [{line: 1, marker: renamed(1)}], bytes: never});
  buffer.append(Buffer.from('12345\n789\n'));
  const from = (bytes: number) => Object.values(buffer.lastBytes(bytes));
  expect([1, 10].map(from)).toEqual(Array(2).fill([12, 11]));
  expect([11, 20].map(from)).toEqual(Array(2).fill([9, 9]));
  expect(from(21)).toEqual([5, 5]);
  expect(from(40)).toEqual([2, 2]);
  expect([41, 1e9].map(from)).toEqual(Array(2).fill([0, 0]));
  expect(Object.values(new WritableLogBuffer({maxBytes: 1000}).lastBytes(5))).toEqual([0, 0]);
  expect(buffer.version).toBe(5);
});

test('all entries are those that are held', () => {
  const entries = allEntries({firstId: 5, endId: 8});
  expect([4, 5, 7, 8].map(entries.atOrAfter)).toEqual([5, 5, 7, undefined]);
  expect([4, 5, 7, 9].map(entries.atOrBefore)).toEqual([undefined, 5, 7, 7]);
  expect([4, 5, 7, 8].map(entries.countFrom)).toEqual([3, 3, 1, 0]);
});

test('an empty log shows nothing', () => {
  const entries = allEntries({firstId: 5, endId: 5});
  expect([entries.atOrAfter(5), entries.atOrBefore(5), entries.countFrom(0)]).toEqual([undefined, undefined, 0]);
});

/** Ten segments, each a line of six bytes that costs ten. Four are within the bound, two more may wait. */
function filled({storedTo, ...options}: {storedTo?: number; maxBytes?: number; waitingBytes?: number}) {
  const buffer = new WritableLogBuffer({maxBytes: 40, segmentBytes: 6, maxLineBytes: 6, waitingBytes: 20, ...options});
  const store = {
    storedTo: storedTo ?? 0,
    keep: () => ({isStored: () => true, read: () => undefined}),
  } satisfies ColdStore;
  if (storedTo !== undefined) buffer.coldStore = store;
  buffer.append(Buffer.from('line.\n'.repeat(10)));
  return {buffer, store};
}

test('the oldest segments leave until the rest is within the bound', () => {
  const {buffer} = filled({});
  expect(buffer).toMatchObject({memoryFirstId: 6, memoryBytes: 40, droppedLines: 6});
});

test('what the cold store has still to keep waits, but not without end', () => {
  const {buffer, store} = filled({storedTo: 0});
  expect(buffer).toMatchObject({memoryFirstId: 4, memoryBytes: 60});
  store.storedTo = 5;
  buffer.releaseStored();
  expect(buffer.memoryFirstId).toBe(5);
  store.storedTo = 10;
  buffer.releaseStored();
  expect(buffer).toMatchObject({memoryFirstId: 6, droppedLines: 0, lineCount: 10});
});

test('it shrinks below the bound on demand, and leaves the newest bytes', () => {
  const {buffer} = filled({maxBytes: 100});
  const {version} = buffer;
  expect([buffer.shrinkTo(100, 0), buffer.version]).toEqual([false, version]);
  expect([buffer.shrinkTo(70, 0), buffer.memoryBytes]).toEqual([true, 70]);
  expect(buffer.version).not.toBe(version);
  expect([buffer.shrinkTo(0, 35), buffer.memoryBytes]).toEqual([true, 40]);
  expect(buffer.shrinkTo(0, 35)).toBe(false);
  buffer.shrinkTo(0, 0);
  expect(buffer).toMatchObject({firstId: 9, memoryBytes: 10, droppedLines: 9});
});

test('what a reader has done with is dropped, except what is still to be kept', () => {
  const {buffer, store} = filled({storedTo: 2, maxBytes: 1000});
  buffer.dropBefore(5);
  expect(buffer.firstId).toBe(2);
  store.storedTo = 10;
  buffer.dropBefore(5);
  expect(buffer.firstId).toBe(5);
  buffer.dropBefore(100);
  expect(buffer).toMatchObject({firstId: 9, droppedLines: 9});
});

test('the memory of what leaves is used again, and views of before do not see that', () => {
  const {buffer} = filled({});
  const views = [6, 7, 8].map((id) => buffer.lineAt(id));
  buffer.append(Buffer.from('next!\nnext!\n'));
  expect(views.map(String)).toEqual(['', '', 'line.']);
  expect([text(buffer, 8), text(buffer, 11)]).toEqual(['line.', 'next!']);
  const kept = buffer.lineAt(8);
  buffer.shrinkTo(20, 0);
  expect([buffer.firstId, String(kept)]).toEqual([10, '']);
});
