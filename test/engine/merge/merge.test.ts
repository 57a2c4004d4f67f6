import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type LogBuffer, WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {Merge} from '../../../source/engine/merge/merge.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {entriesOf} from '../buffer/entries-of.ts';
import {lineAt, pastOf} from '../logs/merge-sources.ts';

const {PIPETAIL_RUNS} = process.env;
const numRuns = Number(PIPETAIL_RUNS ?? 200);
const window = 250;
const all = 1 << 30;
const times = {window, quiet: 1500, now: 0};

function source(...lines: string[]): WritableLogBuffer {
  const buffer = new WritableLogBuffer({maxBytes: 1 << 20});
  for (const line of lines) buffer.append(Buffer.from(`${line}\n`));
  return buffer;
}

const sinkOf = (maxBytes: number) => new LogSink({buffer: {maxBytes}, clock: {wall: () => 7}});

function mergeOf(...sources: WritableLogBuffer[]) {
  const sink = sinkOf(1 << 20);
  return {buffer: sink.buffer, merge: new Merge({sink, sources, ...times, reach: all, wall: () => 7})};
}

const a = (at: number, text = `a${at}`) => lineAt('a', at, text);
const b = (at: number, text = `b${at}`) => lineAt('b', at, text);

describe('what is held at the start', () => {
  test('is ordered by time, in any number of steps', () => {
    const {buffer, merge} = mergeOf(source(a(1), a(4), a(5)), source(b(2), b(3), b(6)), source());
    let steps = 1;
    while (!merge.step(1, 0)) steps += 1;
    expect(entriesOf(buffer)).toEqual([a(1), b(2), b(3), a(4), a(5), b(6)]);
    expect([0, 1, 2, 3, 4, 5].map((id) => merge.originAt(id))).toEqual([0, 1, 1, 0, 0, 1]);
    expect(steps).toBeGreaterThan(5);
  });

  test('of equal times stays with the source that it is at, JSON and text alike', () => {
    const json = '{"timestamp":"2026-11-25T00:00:00.001000Z","level":"INFO","target":"t","fields":{"message":"x"}}';
    const {buffer, merge} = mergeOf(source(json, a(2)), source(b(1), b(2)));
    merge.step(all, 0);
    expect(entriesOf(buffer)).toEqual([json, b(1), b(2), a(2)]);
  });

  test('keeps the lines and markers that follow a record with it', () => {
    const first = source(a(1), 'caused by', '', '  at x');
    first.addMarker({kind: 'line-cut', at: 9_999});
    first.append(Buffer.from(`one more\n${a(5)}\n`));
    const {buffer, merge} = mergeOf(first, source('plain', b(2), 'of b'));
    while (!merge.step(1, 0));
    expect(entriesOf(buffer)).toEqual([
      'plain',
      a(1),
      'caused by',
      '',
      '  at x',
      '<line-cut>',
      'one more',
      b(2),
      'of b',
      a(5),
    ]);
    expect(buffer.markerAt(5)).toEqual({kind: 'line-cut', at: 9_999});
    expect([4, 5, 6, 7].map((id) => merge.originAt(id))).toEqual([0, 0, 0, 1]);
  });

  test('keeps the order of a source whose clock jumps back', () => {
    const {buffer, merge} = mergeOf(source(a(5), a(1), a(6)), source(b(3), b(7)));
    merge.step(all, 0);
    expect(entriesOf(buffer)).toEqual([b(3), a(5), a(1), a(6), b(7)]);
  });
});

describe('what is missing of a source', () => {
  const until = (at: number) => Date.UTC(2026, 10, 25) + at;

  test('is known at each entry of others up to its next one, beside the marker', () => {
    const first = new WritableLogBuffer({maxBytes: 1 << 20});
    first.addMarker({kind: 'discarded', entries: 21_238, at: 9});
    first.append(Buffer.from(`${a(4)}\n`));
    const lost = {kind: 'lost', atLeast: 3, atMost: 3, from: 4, to: 7, at: 7} as const;
    first.addMarker(lost);
    first.append(Buffer.from(`${a(7)}\n`));
    const {buffer, merge} = mergeOf(first, source(b(2), b(3), b(5), b(6), b(8)));
    while (!merge.step(1, 0));
    expect(entriesOf(buffer)).toEqual(['<discarded>', b(2), b(3), a(4), '<lost>', b(5), b(6), a(7), b(8)]);
    const missing = Array.from({length: 9}, (_, id) => merge.missingAt(id).map((gap) => gap.marker.kind));
    expect(missing).toEqual([['discarded'], ['discarded'], ['discarded'], [], ['lost'], ['lost'], ['lost'], [], []]);
    expect(merge.missingAt(2)).toEqual([expect.objectContaining({origin: 0, until: until(4)})]);
    expect(merge.missingAt(5)).toEqual([expect.objectContaining({origin: 0, until: until(7), marker: lost})]);
  });

  test('is nothing where only its own entries follow, and goes on while none do', () => {
    const first = source(a(1));
    first.addMarker({kind: 'not-recorded', lines: undefined, at: 9});
    const second = source(a(1));
    second.addMarker({kind: 'line-cut', at: 9});
    const {merge} = mergeOf(first, second, source(b(5), b(6)));
    merge.step(all, 0);
    expect(merge.missingAt(5)).toEqual([expect.objectContaining({origin: 0, until: undefined})]);
    expect(merge.missingAt(0)).toEqual([]);
  });
});

describe('what comes later', () => {
  test('waits for the window and is in order within it', () => {
    const [first, second] = [source(), source()];
    const {buffer, merge} = mergeOf(first, second);
    expect([merge.step(all, 0), merge.dueAt]).toEqual([true, undefined]);
    first.append(Buffer.from(`${a(10)}\n${a(20)}\n`));
    merge.onSourceChange(0, 1_000);
    second.append(Buffer.from(`${b(5)}\n${b(15)}\n${b(25)}\n`));
    merge.onSourceChange(1, 1_100);
    expect([merge.step(all, 1_249), merge.dueAt, buffer.endId]).toEqual([true, 1_250, 0]);
    merge.step(all, 1_250);
    expect(entriesOf(buffer)).toEqual([b(5), a(10), b(15), a(20)]);
    expect(merge.dueAt).toBe(1_350);
    merge.step(all, 1_350);
    expect(entriesOf(buffer).at(-1)).toBe(b(25));
  });

  test('is appended where the log is when it comes too late', () => {
    const [first, second] = [source(a(10)), source()];
    const {buffer, merge} = mergeOf(first, second);
    merge.step(all, 0);
    second.append(Buffer.from(`${b(1)}\n`));
    merge.onSourceChange(1, 0);
    merge.step(all, window);
    expect(entriesOf(buffer)).toEqual([a(10), b(1)]);
  });

  test('is not held up by a source whose clock is ahead', () => {
    const [ahead, right] = [source(), source()];
    const {buffer, merge} = mergeOf(ahead, right);
    ahead.append(Buffer.from(`${a(3_600_000)}\n`));
    merge.onSourceChange(0, 0);
    right.append(Buffer.from(`${b(1)}\n`));
    merge.onSourceChange(1, 100);
    merge.step(all, window);
    expect(entriesOf(buffer)).toEqual([b(1), a(3_600_000)]);
  });

  test('keeps with its record when the rest of it arrives before the window is over', () => {
    const [first, second] = [source(), source()];
    const {buffer, merge} = mergeOf(first, second);
    first.append(Buffer.from(`${a(1)}\n`));
    merge.onSourceChange(0, 0);
    second.append(Buffer.from(`${b(2)}\n`));
    merge.onSourceChange(1, 0);
    first.append(Buffer.from('the rest\n'));
    merge.onSourceChange(0, 200);
    merge.step(all, window);
    expect(entriesOf(buffer)).toEqual([a(1), 'the rest', b(2)]);
  });

  test('is due entry by entry, also from one source alone', () => {
    const first = source();
    const {buffer, merge} = mergeOf(first, source());
    first.append(Buffer.from(`${a(1)}\n`));
    merge.onSourceChange(0, 0);
    first.append(Buffer.from(`${a(2)}\n`));
    merge.onSourceChange(0, 100);
    merge.step(all, window);
    expect(entriesOf(buffer)).toEqual([a(1)]);
    merge.step(all, 100 + window);
    expect(entriesOf(buffer)).toEqual([a(1), a(2)]);
  });

  test('is due at once where that is requested, and nothing waits then', () => {
    const first = source();
    const {merge, buffer} = mergeOf(first, source());
    first.append(Buffer.from(`${a(1)}\n`));
    merge.onSourceChange(0, 0);
    merge.setDue();
    expect(merge.dueAt).toBeUndefined();
    merge.step(all, 0);
    expect(entriesOf(buffer)).toEqual([a(1)]);
  });

  test('is taken when its line has ended', () => {
    const first = source();
    const {buffer, merge} = mergeOf(first, source());
    first.append(Buffer.from(`${a(1)}\nhalf`));
    merge.step(all, 0);
    merge.step(all, window);
    expect(entriesOf(buffer)).toEqual([a(1)]);
    first.append(Buffer.from(' a line\n'));
    merge.step(all, 1_000);
    merge.step(all, 1_000 + window);
    expect(entriesOf(buffer)).toEqual([a(1), 'half a line']);
  });
});

describe('an open line', () => {
  test('is due in its place once nothing was added to it for a while, and what comes then is joined to it', () => {
    const first = source(a(1));
    const {buffer, merge} = mergeOf(first, source(b(2)));
    first.append(Buffer.from(a(3)));
    merge.step(all, 100);
    expect([entriesOf(buffer), merge.dueAt]).toEqual([[a(1), b(2)], 1600]);
    merge.step(all, 1600);
    expect([entriesOf(buffer), merge.dueAt]).toEqual([[a(1), b(2), a(3)], undefined]);
    first.append(Buffer.from(' and'));
    merge.step(all, 1700);
    first.append(Buffer.from(' more\n'));
    merge.step(all, 1800);
    expect(entriesOf(buffer)).toEqual([a(1), b(2), `${a(3)} and more`]);
  });

  test('that others follow already is not changed: its rest comes after a marker that says so', () => {
    const first = source();
    first.append(Buffer.from(a(1)));
    const second = source(b(2));
    second.append(Buffer.from(b(3)));
    const {buffer, merge} = mergeOf(first, second);
    while (!merge.step(1, 1500));
    expect(entriesOf(buffer)).toEqual([a(1), b(2), b(3)]);
    first.append(Buffer.from(' and more\n'));
    second.append(Buffer.from(' and b'));
    merge.leave(1);
    merge.step(all, 1600);
    expect(entriesOf(buffer)).toEqual([
      a(1),
      b(2),
      b(3),
      '<line-continued>',
      ' and more',
      '<line-continued>',
      ' and b',
    ]);
    expect([3, 4, 5, 6].map((id) => merge.originAt(id))).toEqual([0, 0, 1, 1]);
    const index = new RecordIndex(buffer);
    while (!index.step(all));
    expect([4, 6].map((id) => index.headOf(id))).toEqual([4, 6]);
  });
});

test('a marker that its source corrects or folds is one marker here too', () => {
  const reconnected = {kind: 'reconnected', cause: 'asked', downMs: 1, since: 1, at: 1} as const;
  const first = source(a(1));
  const id = first.addMarker({...reconnected, times: 1}) ?? -1;
  const {buffer, merge} = mergeOf(first, source(b(2)));
  merge.step(all, 0);
  first.replaceMarker(id, {...reconnected, times: 2});
  first.addMarker({kind: 'line-cut', at: 2});
  merge.step(all, 1);
  merge.step(all, 1 + window);
  expect(entriesOf(buffer)).toEqual([a(1), '<reconnected>', b(2), '<line-cut>']);
  expect(buffer.markerAt(1)).toEqual({...reconnected, times: 2});
});

test('a source that is left gives what it holds at once, and nothing after that', () => {
  const first = source();
  const {buffer, merge} = mergeOf(first, source());
  first.append(Buffer.from(`${a(1)}\nunfinished`));
  merge.leave(0);
  first.append(Buffer.from(` line\n${a(2)}\n`));
  merge.step(all, 0);
  expect(entriesOf(buffer)).toEqual([a(1), 'unfinished line']);
  first.append(Buffer.from(`${a(3)}\n`));
  merge.onSourceChange(0, 10);
  merge.step(all, 10_000);
  expect([buffer.endId, merge.dueAt]).toEqual([2, undefined]);
});

test('an unfinished line of a source that is left stays as it is', () => {
  const first = source();
  const {buffer, merge} = mergeOf(first, source(b(2)));
  first.append(Buffer.from(a(1)));
  merge.leave(0);
  merge.step(all, 0);
  expect(entriesOf(buffer)).toEqual([a(1), b(2)]);
});

describe('lines that left a source before they were taken', () => {
  const small = () => new WritableLogBuffer({maxBytes: 64, segmentBytes: 16});

  test('are counted in their place', () => {
    const first = small();
    const {buffer, merge} = mergeOf(first, source());
    first.append(Buffer.from('1\n'));
    merge.step(all, 0);
    merge.step(all, window);
    for (let line = 2; line <= 50; line++) first.append(Buffer.from(`${line}\n`));
    merge.step(all, 1_000);
    merge.step(all, 1_000 + window);
    const held = entriesOf(first);
    expect(entriesOf(buffer)).toEqual(['1', '<not-merged>', ...held]);
    expect(buffer.markerAt(1)).toEqual({kind: 'not-merged', lines: 49 - held.length, at: 7});
    expect(merge.originAt(1)).toBe(0);
  });

  test('are nothing to speak of before the first was taken', () => {
    const first = small();
    const {buffer, merge} = mergeOf(first, source());
    for (let line = 1; line <= 50; line++) first.append(Buffer.from(`${line}\n`));
    merge.step(all, 0);
    merge.step(all, window);
    expect(entriesOf(buffer)).toEqual(entriesOf(first));
  });
});

test('origins stay right while the merged log drops its oldest entries', () => {
  const sink = sinkOf(1 << 16);
  const {buffer} = sink;
  const first = source(...Array.from({length: 8_000}, (_, index) => a(index * 2)));
  const second = source(...Array.from({length: 8_000}, (_, index) => b(index * 2 + 1)));
  const merge = new Merge({sink, sources: [first, second], ...times, reach: all, wall: () => 0});
  merge.step(all, 0);
  expect(buffer.firstId).toBeGreaterThan(10_000);
  for (let id = buffer.firstId; id < buffer.endId; id++) {
    expect(buffer.lineAt(id)?.toString().slice(0, 3)).toBe(merge.originAt(id) === 0 ? '[a]' : '[b]');
  }
  expect([merge.originAt(buffer.firstId - 1), merge.originAt(buffer.endId)]).toEqual([undefined, undefined]);
});

test('origins stay right over a long run of one source', () => {
  const {buffer, merge} = mergeOf(source(a(1)), source(...Array.from({length: 9_000}, () => 'b')));
  merge.step(all, 0);
  const origins = Array.from({length: buffer.endId}, (_, id) => merge.originAt(id));
  expect(origins).toEqual(Array.from({length: 9_001}, (_, id) => (id < 9_000 ? 1 : 0)));
});

type Action = {
  readonly source: number;
  readonly kind: 'head' | 'rest' | 'part' | 'marker' | 'wait';
  readonly by: number;
};

const actions = fc.array(
  fc.record<Action>({
    source: fc.nat(3),
    kind: fc.constantFrom('head', 'head', 'rest', 'part', 'marker', 'wait'),
    by: fc.integer({min: 0, max: 300}),
  }),
  {maxLength: 60},
);

/** Plays the actions; each source's entries have its number. */
function play(sources: readonly WritableLogBuffer[], list: readonly Action[], onWait: (by: number) => void): void {
  let time = 0;
  list.forEach(({source: index, kind, by}, serial) => {
    const origin = index % sources.length;
    const buffer = sources[origin];
    time += by;
    if (kind === 'head') buffer?.append(Buffer.from(`${lineAt(`s${origin}`, time, `${serial}`)}\n`));
    else if (kind === 'rest') buffer?.append(Buffer.from(`s${origin} rest ${serial}\n`));
    else if (kind === 'part') buffer?.append(Buffer.from(`s${origin} part ${serial}`));
    else if (kind === 'marker') buffer?.addMarker({kind: 'renamed', from: 'a', to: 'b', at: serial});
    else onWait(by);
  });
}

/** What the merged log has of each source, by the origins; what continues a line is joined to it. */
function byOrigin(buffer: LogBuffer, merge: Merge, count: number): string[][] {
  const lists: string[][] = Array.from({length: count}, () => []);
  entriesOf(buffer).forEach((entry, id) => {
    const list = lists[merge.originAt(id) ?? -1] ?? [];
    const isRest = list.at(-1) === '<line-continued>';
    if (isRest) list.pop();
    list.push(isRest ? list.pop() + entry : entry);
  });
  return lists;
}

describe('properties', () => {
  test('whatever is appended when: each source is there in full, in order, once', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 2, max: 4}),
        actions,
        actions,
        fc.integer({min: 1, max: 2_000}),
        (count, held, live, maxBytes) => {
          const sources = Array.from(
            {length: count},
            () => new WritableLogBuffer({maxBytes: 1 << 20, segmentBytes: 256}),
          );
          play(sources, held, () => {});
          const sink = sinkOf(1 << 20);
          const {buffer} = sink;
          const merge = new Merge({sink, sources, ...times, quiet: 300, reach: all, wall: () => 7});
          let now = 0;
          play(sources, live, (by) => {
            now += by;
            merge.step(maxBytes, now);
          });
          for (const origin of sources.keys()) merge.leave(origin);
          while (!merge.step(maxBytes, now));
          expect(byOrigin(buffer, merge, count)).toEqual(sources.map((each) => entriesOf(each)));
        },
      ),
      {numRuns},
    );
  });

  test('what is held at the start ends up in the order of time, records in one piece', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 2, max: 4}),
        fc.array(fc.record({source: fc.nat(3), at: fc.nat(100), rest: fc.nat(3)}), {maxLength: 40}),
        fc.integer({min: 1, max: 2_000}),
        (count, records, maxBytes) => {
          const sorted = records.toSorted((x, y) => x.at - y.at);
          const sources = Array.from(
            {length: count},
            () => new WritableLogBuffer({maxBytes: 1 << 20, segmentBytes: 256}),
          );
          sorted.forEach(({source: index, at, rest}, serial) => {
            const lines = [lineAt('s', at, `${serial}`), ...Array.from({length: rest}, () => `rest of ${serial}`)];
            sources[index % count]?.append(Buffer.from(`${lines.join('\n')}\n`));
          });
          const {buffer, merge} = mergeOf(...sources);
          while (!merge.step(maxBytes, 0));
          const merged = entriesOf(buffer);
          const heads = merged.filter((line) => line.startsWith('['));
          const times = heads.map((line) => line.slice(0, 31));
          expect(times).toEqual(times.toSorted());
          let serial = '';
          for (const line of merged) {
            if (line.startsWith('[')) serial = line.split(' ').at(-1) ?? '';
            else expect(line).toBe(`rest of ${serial}`);
          }
          expect(heads.length).toBe(records.length);
        },
      ),
      {numRuns},
    );
  });
});

describe('a recorded past', () => {
  const recorded = Array.from({length: 40}, (_, second) => a(second));
  const lineBytes = Buffer.byteLength(`${a(10)}\n`);

  test('is merged as far back as there is room for, and what is older is not read, but counted', () => {
    const {buffer: past, reads} = pastOf(...recorded);
    past.append(Buffer.from(`${a(50)}\n`));
    const sink = sinkOf(1 << 20);
    const {buffer} = sink;
    const merge = new Merge({
      sink,
      sources: [past, source(b(5), b(38))],
      ...times,
      reach: 4 * lineBytes,
      wall: () => 7,
    });
    while (!merge.step(all, 0));
    expect(entriesOf(buffer)).toEqual([b(5), '<not-merged>', a(37), a(38), b(38), a(39), a(50)]);
    expect(buffer.markerAt(1)).toMatchObject({lines: 37});
    expect(reads()).toBe(3);
  });

  test('that is read only after the beginning is merged as far back, too', () => {
    const {buffer: past} = pastOf();
    const sink = sinkOf(1 << 20);
    const {buffer} = sink;
    const merge = new Merge({sink, sources: [past, source(b(50))], ...times, reach: 2 * lineBytes, wall: () => 7});
    past.addPast(readable(...recorded));
    for (const line of recorded.slice(20, 23)) past.addPast(readable(line));
    merge.setDue();
    while (!merge.step(all, 0));
    expect(entriesOf(buffer)).toEqual(['<not-merged>', ...recorded.slice(21, 23), b(50)]);
    expect(buffer.markerAt(0)).toMatchObject({lines: 41});
  });

  test('that was not read is counted once', () => {
    const {buffer: past} = pastOf(...recorded);
    const sink = sinkOf(1 << 20);
    const {buffer} = sink;
    const merge = new Merge({sink, sources: [past, source()], ...times, reach: lineBytes, wall: () => 7});
    while (!merge.step(1, 0));
    past.append(Buffer.from(`${a(60)}\n${'x'.repeat(1 << 19)}\n${'y'.repeat(1 << 20)}\n${a(70)}\n`));
    merge.onSourceChange(0, 10);
    while (!merge.step(all, 10_000));
    expect(entriesOf(buffer).slice(0, 3)).toEqual(['<not-merged>', a(39), '<not-merged>']);
    expect(buffer.markerAt(0)).toMatchObject({lines: 39});
    // The 40 that were recorded left the scrollback too, and 39 of them had not been read.
    expect(past.droppedLines).toBe(43);
    expect(buffer.markerAt(2)).toMatchObject({lines: 3});
  });

  const readable = (...lines: readonly string[]) => {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const {length: byteLength} = bytes;
    return {lines: lines.length, byteLength, markers: [], bytes: {isStored: () => true, read: () => bytes}};
  };

  const unreadable = (lines: number) => ({
    ...{lines, byteLength: lines * lineBytes, markers: []},
    bytes: {isStored: () => true, read: () => undefined},
  });

  test('of which a part cannot be read is merged behind that, and what is missing is counted', () => {
    const {buffer: past} = pastOf(a(10));
    past.addPast(unreadable(3));
    past.append(Buffer.from(`${a(14)}\n`));
    const {buffer, merge} = mergeOf(past, source(b(12), b(15)));
    let steps = 1;
    while (!merge.step(all, 0)) steps += 1;
    expect(entriesOf(buffer)).toEqual([a(10), b(12), '<not-merged>', a(14), b(15)]);
    expect(buffer.markerAt(2)).toMatchObject({lines: 3});
    expect(steps).toBe(2);
  });

  test('that begins with what cannot be read is merged from behind that on', () => {
    const {buffer: past} = pastOf();
    past.addPast(unreadable(1));
    past.addPast(unreadable(2));
    past.append(Buffer.from(`${a(14)}\n`));
    const {buffer, merge} = mergeOf(past, source(b(12)));
    while (!merge.step(all, 0));
    expect(entriesOf(buffer)).toEqual([b(12), a(14)]);
  });

  test('is read back a few segments in a step', () => {
    const {buffer: past, reads} = pastOf(...recorded);
    const {merge} = mergeOf(past, source());
    const readsOfSteps: number[] = [];
    for (let isDone = false; !isDone; ) {
      const before = reads();
      isDone = merge.step(256 * 1024, 0);
      readsOfSteps.push(reads() - before);
    }
    expect(Math.max(...readsOfSteps)).toBeLessThanOrEqual(4);
    expect(reads()).toBe(40);
  });

  test('of many sources is begun a few at a time', () => {
    const pasts = Array.from({length: 30}, (_, second) => pastOf(a(second)));
    const {buffer, merge} = mergeOf(...pasts.map((past) => past.buffer));
    const reads = () => pasts.reduce((sum, past) => sum + past.reads(), 0);
    merge.step(256 * 1024, 0);
    expect(reads()).toBeLessThanOrEqual(4);
    while (!merge.step(256 * 1024, 0));
    expect(entriesOf(buffer)).toEqual(recorded.slice(0, 30));
  });
});
