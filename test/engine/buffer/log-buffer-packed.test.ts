import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {ColdBytes, ColdStore, LeavingSegment} from '../../../source/engine/buffer/cold-segments.ts';
import {idsIn, readBlocks} from '../../../source/engine/buffer/copy-lines.ts';
import {allEntries, WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {Search} from '../../../source/engine/buffer/search.ts';
import {parseFilter} from '../../../source/engine/filters/filter.ts';
import {ShownLines} from '../../../source/engine/filters/shown-lines.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {zstdPacker as packer} from '../../../source/kit/system/zstd-packer.ts';
import {entriesOf} from './entries-of.ts';

const kib = 1024;
const marker: Marker = {kind: 'renamed', from: 'a', to: 'b', at: 1};

/** Packs all that is to be packed, a few segments at a time. */
function packAll(buffer: WritableLogBuffer): void {
  while (!buffer.packOlder());
}

/** Any bytes; and segments do not tell markers apart. */
const asSegments = {encoding: 'latin1', wordOf: () => 'marker'} as const;

function segmentsOf(buffer: WritableLogBuffer, from: number): string[] {
  const entries: string[] = [];
  for (let segment = buffer.segmentAt(from); segment; segment = buffer.segmentAt(segment.endId)) {
    const {firstId, endId, starts, bytes} = segment;
    for (let id = Math.max(firstId, from); id < endId; id++) {
      const line = bytes.toString('latin1', starts[id - firstId], starts[id + 1 - firstId] ?? bytes.length);
      entries.push(line === '' ? '<marker>' : line.replace(/\n$/, ''));
    }
  }
  return entries;
}

function matchesOf(buffer: WritableLogBuffer, source: string, from: number): number[] {
  const search = new Search(buffer, compilePattern(source));
  while (!search.step(10_000));
  return [...search.matches].filter((id) => id >= from);
}

function copyOf(buffer: WritableLogBuffer, from: number): string {
  const blocks = readBlocks(buffer, idsIn(allEntries(buffer), from, buffer.endId), {markers: ({kind}) => kind});
  return Buffer.concat([...blocks]).toString('latin1');
}

function recordsOf(buffer: WritableLogBuffer): unknown {
  const index = new RecordIndex(buffer);
  while (!index.step(1000));
  const ids = Array.from({length: buffer.endId}, (_, id) => id);
  const heads = ids.map((id) => [index.headOf(id), index.levelAt(id), index.timeAt(id)]);
  const filters = ['refused', '!step', 'level:warn', 'target:kafka'].map((text) => {
    const parsed = parseFilter(text);
    if (parsed.kind === 'error') throw new Error(parsed.text);
    const shown = new ShownLines({
      ...{buffer, index, around: 1, fold: true},
      filters: [{id: 0, filter: parsed.filter, on: true}],
    });
    while (!shown.step(1000));
    return [...idsIn(shown, 0, buffer.endId)];
  });
  return {heads, filters, runs: index.runs};
}

const level = (name: string, target: string, rest: string) =>
  `[orders] 2026-11-25T09:08:47.372844Z \u001b[3${name.length}m${name}\u001b[0m \u001b[2m${target}\u001b[0m: ${rest}\n`;

const text = fc.oneof(
  fc.integer({min: 0, max: 99}).map((n) => level(' INFO', 'dbsp::controller', `step ${n} finished`)),
  fc.integer({min: 0, max: 9}).map((n) => level(' WARN', 'transport::kafka', `Connection refused (${n})`)),
  fc.constant(level('ERROR', 'dbsp::server', 'parse error\n  at the second line')),
  fc.constant("\nthread 'dbsp-worker-0' (7) panicked at src/main.rs:56:15:\nindex out of bounds\n"),
  fc.constant(level(' INFO', 'dbsp::server', 'x'.repeat(3000))),
  fc.constantFrom('3 \u212a\n', '\u017ftep\n', '\n', 'open ', '\r\n'),
  fc.string({maxLength: 40}),
  fc.uint8Array({maxLength: 20}).map((bytes) => Buffer.from(bytes).toString('latin1')),
);

type Operation = {readonly do: 'append'; readonly text: string} | {readonly do: 'close' | 'mark' | 'read' | 'pack'};

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {weight: 12, arbitrary: fc.array(text, {maxLength: 12}).map((parts) => ({do: 'append', text: parts.join('')}))},
  {weight: 1, arbitrary: fc.constant({do: 'close'})},
  {weight: 1, arbitrary: fc.constant({do: 'mark'})},
  {weight: 1, arbitrary: fc.constant({do: 'read'})},
  {weight: 3, arbitrary: fc.constant({do: 'pack'})},
) as fc.Arbitrary<Operation>;

test('every reader reads the same as without packing', () => {
  fc.assert(
    fc.property(
      fc.array(operation, {maxLength: 60}),
      fc.integer({min: 200, max: 4000}),
      fc.integer({min: 2000, max: 24_000}),
      fc.boolean(),
      (operations, segmentBytes, maxBytes, isViewed) => {
        const whole = new WritableLogBuffer({maxBytes: 1e9, segmentBytes: 1e6});
        const small = new WritableLogBuffer({maxBytes, segmentBytes, packer});
        small.isViewed = isViewed;
        const search = new Search(small, compilePattern('refused'));
        for (const one of operations) {
          if (one.do === 'pack') packAll(small);
          else if (one.do === 'read') {
            search.step(3000);
            small.segmentAt(small.firstId);
          } else {
            for (const buffer of [whole, small]) {
              if (one.do === 'append') buffer.append(Buffer.from(one.text));
              else if (one.do === 'close') buffer.closeLine();
              else buffer.addMarker(marker);
            }
          }
        }
        packAll(small);
        const {firstId} = small;
        expect(small.endId).toBe(whole.endId);
        expect(small.totalLines).toBe(whole.totalLines);
        expect(small.totalBytes).toBe(whole.totalBytes);
        expect(entriesOf(small, {...asSegments, from: firstId})).toEqual(
          entriesOf(whole, {...asSegments, from: firstId}),
        );
        expect(segmentsOf(small, firstId)).toEqual(entriesOf(whole, {...asSegments, from: firstId}));
        expect(copyOf(small, firstId)).toBe(copyOf(whole, firstId));
        for (const source of [
          'refused',
          'Refused',
          'Connection refused \\(',
          'step',
          'k',
          '^$',
          'at the se',
          '\u212a',
        ]) {
          expect(matchesOf(small, source, firstId), source).toEqual(matchesOf(whole, source, firstId));
        }
        if (firstId === 0) expect(recordsOf(small)).toEqual(recordsOf(whole));
      },
    ),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 60)},
  );
});

function logLines(from: number, to: number): Buffer {
  const lines: string[] = [];
  for (let n = from; n < to; n++) lines.push(level(' INFO', 'dbsp::controller', `step ${n} finished in 3 ms`));
  return Buffer.from(lines.join(''));
}

/** Appends lines in pieces, as they come from a socket. */
function pour(buffer: WritableLogBuffer, lines: number): void {
  for (let n = 0; n < lines; n += 500) buffer.append(logLines(n, n + 500));
}

test('the same memory holds several times as much', () => {
  const buffer = new WritableLogBuffer({maxBytes: 2048 * kib, packer});
  pour(buffer, 120_000);
  expect(buffer.memoryBytes).toBeLessThanOrEqual(2048 * kib);
  expect(buffer.byteLength).toBeGreaterThan(8 * 1024 * kib);
  expect(buffer.droppedLines).toBe(0);
  expect(buffer.memoryFirstId).toBe(0);
  expect(buffer.unpackedFirstId).toBeGreaterThan(100_000);
  expect(buffer.lineAt(77)?.toString()).toContain('step 77 finished');
});

test('what was read back is freed with a later change, but for the last few segments', () => {
  const buffer = new WritableLogBuffer({maxBytes: 2048 * kib, packer});
  pour(buffer, 40_000);
  const views = Array.from({length: 8}, (_, index) => buffer.segmentAt(index * 2500));
  const lengths = () => views.map((view) => view?.bytes.length ?? 0);
  const before = lengths();
  expect(Math.min(...before)).toBeGreaterThan(0);
  buffer.append(Buffer.from('more\n'));
  expect(lengths().slice(0, 3)).toEqual([0, 0, 0]);
  expect(lengths().slice(-3)).toEqual(before.slice(-3));
  expect(buffer.lineAt(1)?.toString()).toContain('step 1 finished');
});

test('over the bound the oldest lines are dropped', () => {
  const buffer = new WritableLogBuffer({maxBytes: 256 * kib, packer});
  pour(buffer, 60_000);
  expect(buffer.memoryBytes).toBeLessThanOrEqual(256 * kib);
  expect(buffer.droppedLines).toBe(buffer.firstId);
  expect(buffer.firstId).toBeGreaterThan(0);
  expect(buffer.lineAt(buffer.firstId)?.toString()).toContain(`step ${buffer.firstId} finished`);
});

test('of what comes in one piece nothing is lost that there is room for', () => {
  const buffer = new WritableLogBuffer({maxBytes: 2048 * kib, packer});
  buffer.append(logLines(0, 60_000));
  expect(buffer.droppedLines).toBe(0);
  expect(buffer.memoryBytes).toBeLessThanOrEqual(2048 * kib);
});

test('a log that is not viewed is packed but for its last lines', () => {
  const buffer = new WritableLogBuffer({maxBytes: 32 * 1024 * kib, packer});
  pour(buffer, 20_000);
  expect(buffer.unpackedFirstId).toBe(0);
  buffer.isViewed = false;
  packAll(buffer);
  expect(buffer.memoryBytes).toBeLessThan(512 * kib);
  expect(entriesOf(buffer, {...asSegments, from: 0})).toEqual(
    logLines(0, 20_000).toString('latin1').split('\n').slice(0, -1),
  );
});

test('within a budget more is packed first, and then the oldest lines go', () => {
  const buffer = new WritableLogBuffer({maxBytes: 4096 * kib, packer});
  pour(buffer, 120_000);
  const {memoryBytes, unpackedFirstId} = buffer;
  expect(buffer.shrinkTo(memoryBytes - 100 * kib, 64 * kib)).toBe(false);
  expect(buffer.memoryBytes).toBeLessThanOrEqual(memoryBytes - 100 * kib);
  expect(buffer.firstId).toBe(0);
  expect(buffer.unpackedFirstId).toBeGreaterThan(unpackedFirstId);
  expect(buffer.shrinkTo(memoryBytes / 4, 64 * kib)).toBe(true);
  expect(buffer.memoryBytes).toBeLessThanOrEqual(memoryBytes / 4);
  expect(buffer.firstId).toBeGreaterThan(0);
  expect(buffer.unpackedFirstId).toBeGreaterThan(buffer.firstId);
  expect(buffer.endId).toBe(120_000);
});

test('a search finds what is compressed, with styles within its words and signs of another case', () => {
  const buffer = new WritableLogBuffer({maxBytes: 4096 * kib, packer});
  const rare = (text: string) => buffer.append(Buffer.from(level('ERROR', 'dbsp::server', text)));
  pour(buffer, 20_000);
  rare('the \u001b[1mdisk\u001b[0m of node 7 is full');
  pour(buffer, 40_000);
  rare('3 \u212aelvin');
  pour(buffer, 40_000);
  expect(buffer.unpackedFirstId).toBeGreaterThan(60_001);
  for (const source of ['of node 7 is', 'is full$', 'disk of']) expect(matchesOf(buffer, source, 0)).toEqual([20_000]);
  for (const source of ['Of node', 'no(de 8 is)', 'quota \\w+']) expect(matchesOf(buffer, source, 0)).toEqual([]);
  expect(matchesOf(buffer, 'kelvin', 0)).toEqual([60_001]);
});

/** Keeps what is below `storedTo`, as a recording does. */
class Recorded implements ColdStore {
  storedTo = 0;
  readonly #log: Buffer;

  constructor(log: Buffer) {
    this.#log = log;
  }

  keep({endId, byteOffset, byteLength}: LeavingSegment): ColdBytes | undefined {
    const bytes = this.#log.subarray(byteOffset, byteOffset + byteLength);
    return endId <= this.storedTo ? {isStored: () => true, read: () => Buffer.from(bytes)} : undefined;
  }
}

test('a search reads on past a packed segment that has nothing but a marker', () => {
  const buffer = new WritableLogBuffer({maxBytes: 12 * kib, segmentBytes: kib, packer});
  buffer.addMarker(marker);
  buffer.append(Buffer.from(`${'x'.repeat(3000)}\nopen`));
  packAll(buffer);
  expect(buffer.segmentAt(0)?.endId).toBe(1);
  expect(matchesOf(buffer, 'xxx', 0)).toEqual([1]);
  expect(matchesOf(buffer, 'open', 0)).toEqual([2]);
});

test('what a recording has is read from there, and takes no memory', () => {
  const log = logLines(0, 60_000);
  const buffer = new WritableLogBuffer({maxBytes: 1024 * kib, packer});
  const store = new Recorded(log);
  buffer.coldStore = store;
  for (let n = 0; n < 60_000; n += 500) {
    buffer.append(logLines(n, n + 500));
    store.storedTo = n;
    buffer.releaseStored();
  }
  expect(buffer.memoryFirstId).toBe(buffer.unpackedFirstId);
  expect(buffer.firstId).toBe(0);
  expect(Buffer.from(copyOf(buffer, 0), 'latin1').equals(log)).toBe(true);
});

test('what a recording cannot keep now is packed, and can be written later', () => {
  const buffer = new WritableLogBuffer({maxBytes: 2048 * kib, packer});
  buffer.coldStore = new Recorded(Buffer.alloc(0));
  pour(buffer, 60_000);
  expect(buffer.droppedLines).toBe(0);
  expect(buffer.memoryFirstId).toBe(0);
  expect(Buffer.from(copyOf(buffer, 0), 'latin1').equals(logLines(0, 60_000))).toBe(true);
});

test('what was packed before the recording had it is read from there when there is no room, and nothing is dropped', () => {
  const log = logLines(0, 60_000);
  const buffer = new WritableLogBuffer({maxBytes: 256 * kib, packer});
  const store = new Recorded(log);
  buffer.coldStore = store;
  for (let n = 0; n < 60_000; n += 500) {
    buffer.append(logLines(n, n + 500));
    // The disk is behind by a third of the log.
    store.storedTo = Math.max(0, n - 20_000);
    buffer.releaseStored();
  }
  expect(buffer.droppedLines).toBe(0);
  expect(Buffer.from(copyOf(buffer, 0), 'latin1').equals(log)).toBe(true);
  store.storedTo = 60_000;
  buffer.releaseStored();
  expect(buffer.memoryBytes).toBeLessThan(512 * kib);
});

test('a store that keeps nothing of a segment is not asked again when that is packed', () => {
  const asked: number[] = [];
  const buffer = new WritableLogBuffer({maxBytes: 2048 * kib, packer});
  buffer.coldStore = {
    storedTo: Number.POSITIVE_INFINITY,
    keep({firstId}) {
      asked.push(firstId);
      return undefined;
    },
  };
  pour(buffer, 60_000);
  expect(asked.length).toBeGreaterThan(10);
  expect(asked).toEqual([...new Set(asked)]);
  expect(buffer.droppedLines).toBe(0);
});

test('a budget that drops what is before recorded lines says that lines have left', () => {
  const buffer = new WritableLogBuffer({maxBytes: 1024 * kib, packer});
  const store = new Recorded(logLines(0, 30_000));
  buffer.coldStore = store;
  buffer.append(logLines(0, 20_000));
  // Then the recording has everything, and what leaves memory now is read from there.
  store.storedTo = 30_000;
  buffer.append(logLines(20_000, 30_000));
  buffer.isViewed = false;
  packAll(buffer);
  const {memoryFirstId, version} = buffer;
  expect(memoryFirstId).toBeGreaterThan(20_000);
  // It ends: there is nothing to read the compressed ones from.
  buffer.coldStore = undefined;
  expect(buffer.shrinkTo(0, 0)).toBe(true);
  expect(buffer.firstId).toBeGreaterThan(0);
  expect(buffer.firstId).toBeLessThan(memoryFirstId);
  expect(buffer.version).toBeGreaterThan(version);
});

test('a recording that ends leaves a past on the disk, and what follows in memory', () => {
  const buffer = new WritableLogBuffer({maxBytes: 2048 * kib, packer});
  const store = new Recorded(logLines(0, 60_000));
  buffer.coldStore = store;
  store.storedTo = 60_000;
  buffer.append(logLines(0, 60_000));
  const onDisk = buffer.memoryFirstId;
  expect(onDisk).toBeGreaterThan(30_000);
  buffer.coldStore = undefined;
  for (let n = 60_000; n < 120_000; n += 500) {
    buffer.append(logLines(n, n + 500));
  }
  expect(buffer.firstId).toBe(0);
  expect(buffer.memoryFirstId).toBe(onDisk);
  const bytes = logLines(0, onDisk).length;
  expect(buffer.segmentStart(onDisk)).toEqual({id: onDisk, lines: onDisk, bytes});
  const {id, ...before} = buffer.segmentStart(buffer.endId - 1);
  expect(before).toEqual({lines: id, bytes: logLines(0, id).length});
  expect(Buffer.from(copyOf(buffer, 0), 'latin1').equals(logLines(0, 120_000))).toBe(true);
});

test('what was closed is freed at once, or when the last one that holds it lets go', () => {
  const buffer = new WritableLogBuffer({maxBytes: 1024 * kib, segmentBytes: 16 * kib, packer});
  const release = [buffer.hold(), buffer.hold()];
  for (let line = 0; line < 2000; line++) buffer.append(Buffer.from(`line ${line} ${'x'.repeat(80)}\n`));
  const entries = entriesOf(buffer);
  buffer.free();
  release[0]?.();
  expect(entriesOf(buffer)).toEqual(entries);
  release[1]?.();
  expect(buffer.memoryBytes).toBeLessThan(32 * kib);
  // The newest segment.
  expect(entriesOf(buffer)).toEqual(entries.slice(buffer.firstId));
});
