import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {ColdBytes, ColdStore, LeavingSegment} from '../../../source/engine/buffer/cold-segments.ts';
import {idsIn, readBlocks} from '../../../source/engine/buffer/copy-lines.ts';
import {allEntries, WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {Search} from '../../../source/engine/buffer/search.ts';
import {zstdPacker} from '../../../source/kit/system/zstd-packer.ts';
import {entriesFromBehind, entriesOf} from './entries-of.ts';

/** Has every byte that the buffer ever got, as a recording does. */
class Recording implements ColdStore {
  storedTo = 0;
  bytes = Buffer.alloc(0);
  /** Bytes below are deleted. */
  deletedTo = 0;
  refuses = false;

  keep({byteOffset, byteLength, endId}: LeavingSegment): ColdBytes | undefined {
    if (this.refuses || byteOffset < this.deletedTo) return undefined;
    expect(endId).toBeLessThanOrEqual(this.storedTo);
    return {
      isStored: () => byteOffset >= this.deletedTo,
      read: () =>
        byteOffset < this.deletedTo ? undefined : Buffer.from(this.bytes.subarray(byteOffset, byteOffset + byteLength)),
    };
  }
}

const renamed: Marker = {kind: 'renamed', from: 'a', to: 'b', at: 1};
const cut: Marker = {kind: 'line-cut', at: 2};

const line = fc.oneof(
  fc
    .integer({min: 0, max: 99})
    .map((n) => `[orders] 2026-11-25T09:08:47Z \u001b[32m INFO\u001b[0m dbsp: step ${n} done\n`),
  fc.integer({min: 0, max: 9}).map((n) => `[orders] 2026-11-25T09:08:48Z ERROR dbsp: Connection refused (${n})\n`),
  fc.integer({min: 1, max: 5000}).map((n) => `${'x'.repeat(n)} refused\n`),
  fc.constantFrom('\n', '\r\n', '3 \u212a\n', '\u017ftep\n', 'open ', 'half of a li'),
  fc.string({maxLength: 20}),
);
const share = fc.double({min: 0, max: 1, noNaN: true});

type Step =
  | {readonly do: 'append'; readonly text: string}
  | {readonly do: 'mark'; readonly marker: Marker}
  | {readonly do: 'close'; readonly isCut: boolean}
  | {readonly do: 'view'; readonly isViewed: boolean}
  | {readonly do: 'shrink'; readonly to: number; readonly newest: number}
  | {readonly do: 'read' | 'keep' | 'delete' | 'drop'; readonly at: number}
  | {readonly do: 'search'; readonly which: number; readonly bytes: number}
  | {readonly do: 'pack' | 'segment' | 'free' | 'record' | 'stop' | 'refuse'};

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.array(line, {maxLength: 12}).map((parts) => ({do: 'append' as const, text: parts.join('')})),
  },
  {weight: 2, arbitrary: fc.constant(renamed).map((marker) => ({do: 'mark' as const, marker}))},
  {weight: 1, arbitrary: fc.boolean().map((isCut) => ({do: 'close' as const, isCut}))},
  {weight: 1, arbitrary: fc.boolean().map((isViewed) => ({do: 'view' as const, isViewed}))},
  {
    weight: 1,
    arbitrary: fc.record({do: fc.constant('shrink' as const), to: fc.nat(20_000), newest: fc.nat(6000)}),
  },
  {weight: 5, arbitrary: fc.record({do: fc.constantFrom('read' as const, 'keep' as const), at: share})},
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('delete' as const, 'drop' as const),
      at: fc.double({min: 0, max: 0.4, noNaN: true}),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('search' as const),
      which: fc.nat(2),
      bytes: fc.integer({min: 1, max: 9000}),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom('pack' as const, 'segment' as const, 'free' as const).map((each) => ({do: each})),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('record' as const, 'stop' as const, 'refuse' as const).map((each) => ({do: each})),
  },
);

const searches = ['refused', 'Step \\d', 'k'];

/** A buffer that compresses, and one that holds everything, after the same steps. */
class Pair {
  readonly whole = new WritableLogBuffer({maxBytes: 1e9});
  readonly small: WritableLogBuffer;
  readonly recording = new Recording();
  readonly #searches: readonly Search[];

  constructor(options: {readonly maxBytes: number; readonly segmentBytes: number; readonly waitingBytes: number}) {
    this.small = new WritableLogBuffer({...options, packer: zstdPacker});
    this.#searches = searches.map((source) => new Search(this.small, compilePattern(source)));
  }

  play(one: Step): void {
    const {small, whole, recording} = this;
    const {firstId, endId} = small;
    const idAt = (at: number) => Math.floor(firstId + at * (endId - firstId));
    switch (one.do) {
      case 'append':
        this.#write(one.text);
        for (const buffer of [small, whole]) buffer.append(Buffer.from(one.text));
        return;
      case 'mark':
        for (const buffer of [small, whole]) buffer.addMarker(one.marker);
        return;
      case 'close':
        if (small.hasOpenLine) this.#write('\n');
        for (const buffer of [small, whole]) buffer.closeLine(one.isCut ? {cut} : {});
        return;
      case 'view':
        small.isViewed = one.isViewed;
        return;
      case 'shrink':
        small.shrinkTo(one.to, one.newest);
        return;
      case 'read':
        this.#readAround(idAt(one.at));
        return;
      case 'keep':
        recording.storedTo = Math.max(recording.storedTo, Math.min(idAt(one.at), small.endedTo));
        small.releaseStored();
        return;
      case 'delete':
        recording.deletedTo = Math.max(recording.deletedTo, Math.floor(one.at * recording.bytes.length));
        small.forgetDeleted();
        return;
      case 'drop':
        small.dropBefore(idAt(one.at));
        return;
      case 'search':
        this.#searches[one.which]?.step(one.bytes);
        return;
      case 'pack':
        small.packOlder();
        return;
      case 'segment':
        small.startSegment();
        return;
      case 'free':
        small.freeRead();
        return;
      case 'record':
        small.coldStore = recording;
        return;
      case 'stop':
        small.coldStore = undefined;
        return;
      case 'refuse':
        recording.refuses = !recording.refuses;
    }
  }

  /** What every step leaves. */
  check(before: {readonly firstId: number; readonly version: number}): void {
    const {small, whole} = this;
    expect(small.firstId).toBeGreaterThanOrEqual(before.firstId);
    if (small.firstId > before.firstId) expect(small.version).toBeGreaterThan(before.version);
    expect([small.endId, small.endedTo, small.totalLines, small.totalBytes]).toEqual([
      ...[whole.endId, whole.endedTo, whole.totalLines, whole.totalBytes],
    ]);
    expect(small.droppedLines + small.lineCount).toBe(whole.totalLines);
    expect(small.memoryFirstId).toBeGreaterThanOrEqual(small.firstId);
    expect(small.unpackedFirstId).toBeGreaterThanOrEqual(small.memoryFirstId);
    expect(small.segmentStart(small.firstId).lines).toBe(small.droppedLines);
  }

  /** Whatever is held is the same, read in any way. */
  checkAll(): void {
    const {small, whole} = this;
    // What the recording has deleted is found out by reading.
    entriesOf(small);
    const {firstId} = small;
    const from = {from: firstId};
    expect(entriesOf(small, from)).toEqual(entriesOf(whole, from));
    expect(entriesFromBehind(small, from)).toEqual(entriesFromBehind(whole, from));
    expect(copyOf(small, firstId)).toBe(copyOf(whole, firstId));
    expect(small.byteLength).toBe(linesOf(whole, firstId).reduce((sum, bytes) => sum + bytes, 0));
    for (const [place, source] of searches.entries()) {
      const search = this.#searches[place];
      while (search?.step(4000) === false);
      const other = new Search(whole, compilePattern(source));
      while (!other.step(100_000));
      expect([...(search?.matches ?? [])], source).toEqual([...other.matches].filter((id) => id >= firstId));
    }
  }

  /** Once all that is old is dropped, the rest costs what it is. */
  checkMemory(): void {
    const {small} = this;
    small.coldStore = undefined;
    small.shrinkTo(0, 0);
    small.isViewed = false;
    const {unpackedFirstId, endId} = small;
    const markers = [...small.markers()].filter(([id]) => id >= unpackedFirstId).length;
    const bytes = linesOf(small, unpackedFirstId).reduce((sum, each) => sum + each, 0);
    expect(small.memoryBytes).toBe(bytes + (endId - unpackedFirstId) * 4 + markers * 256);
  }

  #write(text: string): void {
    this.recording.bytes = Buffer.concat([this.recording.bytes, Buffer.from(text)]);
  }

  #readAround(id: number): void {
    const {small, whole} = this;
    for (const each of [id, id + 1, id - 1, small.firstId, small.endId - 1]) {
      const text = small.lineAt(each)?.toString();
      // A segment that cannot be read back is gone.
      if (each >= small.firstId && each < small.endId) expect(text).toBe(whole.lineAt(each)?.toString());
    }
  }
}

/** Bytes of each line, newlines included. */
function linesOf(buffer: WritableLogBuffer, firstId: number): number[] {
  const ids = Array.from({length: buffer.endId - firstId}, (_, place) => firstId + place);
  return ids.map((id) => {
    if (buffer.markerAt(id)) return 0;
    return (buffer.lineAt(id)?.length ?? 0) + (id < buffer.endedTo ? 1 : 0);
  });
}

function copyOf(buffer: WritableLogBuffer, from: number): string {
  const blocks = readBlocks(buffer, idsIn(allEntries(buffer), from, buffer.endId), {markers: ({kind}) => kind});
  return Buffer.concat([...blocks]).toString();
}

test('a buffer that compresses, records, forgets and is read meanwhile answers as one that holds everything', () => {
  fc.assert(
    fc.property(
      fc.array(step, {maxLength: 80}),
      fc.record({
        segmentBytes: fc.integer({min: 100, max: 3000}),
        maxBytes: fc.integer({min: 1000, max: 20_000}),
        waitingBytes: fc.nat(8000),
        isRecorded: fc.boolean(),
      }),
      (steps, options) => {
        const pair = new Pair(options);
        if (options.isRecorded) pair.play({do: 'record'});
        for (const one of steps) {
          const {firstId, version} = pair.small;
          pair.play(one);
          pair.check({firstId, version});
        }
        pair.checkAll();
        pair.checkMemory();
      },
    ),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 60)},
  );
});
