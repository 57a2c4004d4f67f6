import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import {ErrorLog} from '../../../source/engine/records/error-log.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {withNewlines} from '../../harness/with-newlines.ts';
import {contentOf, head, indexText, json, runner, runnerJson, start, stopped} from './index-lines.ts';
import {sampleFiles, sampleLines} from './sample-lines.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 100);
const thread = "thread 'w' (7) panicked at src/main.rs:1:2:";
const at = (second: number) => `2026-11-25T09:08:${String(second).padStart(2, '0')}.000000Z`;
const ms = (second: number) => Date.parse(at(second));

function readAll(index: RecordIndex, maxBytes = 1 << 20): void {
  while (!index.step(maxBytes));
}

test('the panic at the end of the samples is one error record', () => {
  const lines = sampleLines('samples-text-ansi.log');
  const {index} = indexText(lines.map(({bytes}) => `${bytes.toString('latin1')}\n`).join(''));
  const panic = lines.findIndex(({text}) => text.startsWith('thread '));
  const last = lines.findIndex(({text}) => text.startsWith('note: '));
  expect(index.headOf(last)).toBe(panic - 1);
  expect(index.linesOf(panic - 1)).toEqual(Array.from({length: last - panic + 2}, (_, line) => panic - 1 + line));
  expect(index.table.errorUpTo(last - 1)).toBe(panic - 1);
  expect(index.timeAt(last)).toBe(index.timeAt(panic - 3));
  // Six lines and the panic.
  expect(index.table.errors).toBe(7);
});

describe('while the buffer grows', () => {
  test('the open line is read again when it has grown, and when it has ended', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1 << 20});
    const index = new RecordIndex(buffer);
    const line = head('broken', 'ERROR');
    buffer.append(Buffer.from(`${head('hello')}\n${line.slice(0, 20)}`));
    readAll(index);
    expect([index.headOf(1), index.levelAt(1), index.table.errors, index.indexedTo, index.settledTo]).toEqual([
      0,
      'INFO',
      0,
      2,
      1,
    ]);
    buffer.append(Buffer.from(line.slice(20)));
    expect(index.indexedTo).toBe(1);
    readAll(index);
    expect([index.headOf(1), index.levelAt(1), index.table.errors]).toEqual([1, 'ERROR', 1]);
    buffer.append(Buffer.from('\nmore\n'));
    readAll(index);
    expect([index.headOf(2), index.levelAt(2), index.table.errors, index.settledTo]).toEqual([1, 'ERROR', 1, 3]);
  });

  test('an empty line is settled once the next one has ended', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1 << 20});
    const index = new RecordIndex(buffer);
    buffer.append(Buffer.from(`${head('hello')}\n\n`));
    readAll(index);
    expect([index.headOf(1), index.indexedTo, index.settledTo]).toEqual([0, 2, 1]);
    buffer.append(Buffer.from(thread));
    readAll(index);
    expect([index.headOf(1), index.headOf(2), index.levelAt(2), index.settledTo]).toEqual([0, 2, 'ERROR', 1]);
    buffer.append(Buffer.from('\n'));
    readAll(index);
    expect([index.headOf(1), index.headOf(2), index.levelAt(1), index.settledTo]).toEqual([1, 1, 'ERROR', 3]);
    expect(index.table.errors).toBe(1);
  });

  test('entries that were not read have no record', () => {
    const {buffer, index} = indexText(`${head('hello')}\n`);
    buffer.append(Buffer.from(`more\n${head('broken', 'ERROR')}\n`));
    expect([index.headOf(1), index.levelAt(2), index.timeAt(2), index.table.errorFrom(1)]).toEqual([
      1,
      undefined,
      undefined,
      undefined,
    ]);
    expect([index.linesOf(0), index.indexedTo, index.runAt(2)]).toEqual([[0], 1, undefined]);
  });

  test('a step reads about as many bytes as it may', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1 << 20});
    buffer.append(Buffer.from(`${head('hello')}\n`.repeat(1000)));
    const index = new RecordIndex(buffer);
    expect(index.step(8000)).toBe(false);
    expect(index.indexedTo).toBeGreaterThan(40);
    expect(index.indexedTo).toBeLessThan(120);
  });
});

describe('times', () => {
  const {index} = indexText(
    [
      'stdout',
      head('one', 'INFO', at(1)),
      'its second line',
      json('two', 'INFO', at(2)),
      'stdout',
      thread,
      head('three', 'INFO', at(3)),
      '',
    ].join('\n'),
  );

  test('are the head’s, and a panic’s that of the head before it', () => {
    const times = [0, 1, 2, 3, 4, 5, 6].map((id) => index.timeAt(id));
    expect(times).toEqual([undefined, ms(1), ms(1), ms(2), undefined, ms(2), ms(3)]);
  });

  test('of a panic is that of its report, which is later', () => {
    const report = head('One or more worker threads terminated unexpectedly', 'ERROR', at(4));
    const {index: reported} = indexText([head('one', 'INFO', at(1)), '', thread, 'no space', report, ''].join('\n'));
    expect([1, 2, 3, 4].map((id) => reported.timeAt(id))).toEqual([ms(4), ms(4), ms(4), ms(4)]);
    expect(reported.idAtTime(ms(2))).toBeUndefined();
  });

  test.each([
    [0, 1],
    [1, 1],
    [1.5, 3],
    [2, 3],
    [2.001, 6],
    [3, 6],
    [4, undefined],
  ])('the first head at second %d or later', (second, id) => {
    expect(index.idAtTime(ms(0) + second * 1000)).toBe(id);
  });
});

const markers: readonly Marker[] = [
  {at: 1, kind: 'reconnected', cause: 'asked', downMs: 1, times: 1, since: 1},
  {at: 2, kind: 'new-life', because: 'restarted'},
  {at: 3, kind: 'ended', because: 'stopped'},
  {at: 4, kind: 'lost', atLeast: 1, atMost: 1, from: 1, to: 2},
];
const line = fc.constantFrom(
  head('hello'),
  head('broken', 'ERROR'),
  json('hello'),
  runner('one\ntwo', 'WARN'),
  runner(start),
  runner(stopped),
  runnerJson('Resources error: no memory', 'ERROR'),
  '',
  '',
  thread,
  'stack backtrace:',
  '   0: a',
  '   1: b',
  '             at ./src/main.rs:1:2',
  '  indented',
  'stdout',
  'note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace',
  'Pipeline configuration loaded successfully: {',
  '  "global": {',
  '    "workers": 1',
  '  }',
  '}',
  head('DBSP error: runtime error: One or more worker threads terminated unexpectedly', 'ERROR'),
  json('DBSP error: runtime error: One or more worker threads terminated unexpectedly', 'ERROR'),
  '[manager] half a head',
  '\x00\xff\r',
);
const entries = fc.array(fc.oneof({weight: 12, arbitrary: line}, {weight: 1, arbitrary: fc.constantFrom(...markers)}), {
  maxLength: 120,
});

/** Puts the entries into the buffer, lines cut at the given places, and calls `grown` after every piece. */
function fill(
  buffer: WritableLogBuffer,
  {log, cuts, isOpen}: {log: readonly (string | Marker)[]; cuts: readonly number[]; isOpen: boolean},
  grown: () => void,
): void {
  let cut = 0;
  for (const [place, entry] of log.entries()) {
    if (typeof entry !== 'string') buffer.addMarker(entry);
    else {
      const bytes = Buffer.from(isOpen && place === log.length - 1 ? entry : `${entry}\n`, 'latin1');
      const at = Math.min(cuts[cut++ % cuts.length] ?? bytes.length, bytes.length);
      buffer.append(bytes.subarray(0, at));
      grown();
      buffer.append(bytes.subarray(at));
    }
    grown();
  }
}

test('in any pieces, with drops, it is the same as for everything at once', () => {
  const cuts = fc.array(fc.oneof(fc.nat(120), fc.constant(1000)), {minLength: 1, maxLength: 20});
  const sizes = fc.record({maxBytes: fc.integer({min: 300, max: 20_000}), step: fc.integer({min: 1, max: 5000})});
  fc.assert(
    fc.property(entries, cuts, sizes, fc.boolean(), (log, pieces, {maxBytes, step}, isOpen) => {
      const all = new WritableLogBuffer({maxBytes: 1 << 30});
      fill(all, {log, cuts: [1000], isOpen}, () => {});
      const whole = new RecordIndex(all);
      readAll(whole);

      const buffer = new WritableLogBuffer({maxBytes, segmentBytes: Math.ceil(maxBytes / 8)});
      const index = new RecordIndex(buffer);
      fill(buffer, {log, cuts: pieces, isOpen}, () => readAll(index, step));

      const {firstId} = buffer;
      const ids = Array.from({length: buffer.endId - firstId}, (_, place) => firstId + place);
      expect(buffer.endId).toBe(all.endId);
      // The empty line before a panic belongs to it only if that is still held.
      const firstHeld = (panic: number) =>
        panic < firstId && all.lineAt(panic)?.length === 0 && whole.levelAt(panic) === 'ERROR' ? panic + 1 : panic;
      const heads = ids.map((id) => firstHeld(whole.headOf(id)));
      expect(ids.map((id) => firstHeld(index.headOf(id)))).toEqual(heads);
      expect(ids.map((id) => index.levelAt(id))).toEqual(ids.map((id) => whole.levelAt(id)));
      expect(ids.map((id) => index.linesOf(index.headOf(id)))).toEqual(
        ids.map((id) => whole.linesOf(whole.headOf(id)).filter((held) => held >= firstId)),
      );
      const errors = ids.filter((id) => index.headOf(id) === id && index.levelAt(id) === 'ERROR');
      expect(index.table.errors).toBe(errors.length);
      expect(ids.map((id) => index.table.errorFrom(id + 1))).toEqual(
        ids.map((id) => errors.find((error) => error > id)),
      );
      expect(ids.map((id) => index.table.errorUpTo(id - 1))).toEqual(ids.map((id) => errors.findLast((e) => e < id)));
      expect(index.runs).toEqual(whole.runs.filter(({endId}) => endId === undefined || endId > firstId));
    }),
    {numRuns: runs},
  );
});

test('a line never belongs to a record that begins after it, and each record has its lines', () => {
  fc.assert(
    fc.property(entries, fc.boolean(), (log, isOpen) => {
      const buffer = new WritableLogBuffer({maxBytes: 1 << 30});
      fill(buffer, {log, cuts: [1000], isOpen}, () => {});
      const index = new RecordIndex(buffer);
      readAll(index);
      for (let id = 0; id < buffer.endId; id++) {
        const record = index.headOf(id);
        expect(record).toBeLessThanOrEqual(id);
        expect(index.headOf(record)).toBe(record);
        expect(index.linesOf(record)).toContain(id);
        // What an open line begins counts once it has ended. Before the first start there is no run.
        const isStarted = (index.runs[0]?.firstId ?? Number.POSITIVE_INFINITY) <= id;
        if (id < index.settledTo && isStarted) expect(index.runAt(id)).toBeDefined();
      }
    }),
    {numRuns: runs},
  );
});

test('counts the errors that the error log counts', () => {
  fc.assert(
    fc.property(fc.array(line, {maxLength: 100}), (lines) => {
      const text = lines.map((each) => `${each}\n`).join('');
      const {buffer, index} = indexText(text);
      const errors = new ErrorLog({buffer, wall: () => 0});
      const [bytes, newlines] = withNewlines(Buffer.from(text));
      errors.append(bytes, newlines);
      expect(index.table.errors).toBe([...errors.byKey.values()].reduce((sum, {count}) => sum + count, 0));
    }),
    {numRuns: runs},
  );
});

test('an empty line that was dropped is not part of a panic', () => {
  // Two bytes a segment, so that the empty line goes when the next line comes.
  const buffer = new WritableLogBuffer({maxBytes: 1, segmentBytes: 2});
  const index = new RecordIndex(buffer);
  buffer.append(Buffer.from('x\n\n'));
  readAll(index);
  buffer.append(Buffer.from(`${thread}\n`));
  expect(buffer.firstId).toBe(2);
  readAll(index);
  expect([index.headOf(2), index.levelAt(2), index.table.errors]).toEqual([2, 'ERROR', 1]);
});

test('any bytes: no throw, and the same records for any pieces', () => {
  const samples = sampleFiles.flatMap((file) => sampleLines(file).map(({bytes}) => bytes));
  const mutated = fc
    .record({line: fc.constantFrom(...samples), at: fc.nat(300), byte: fc.nat(255)})
    .map(({line: sample, at: place, byte}) => {
      const bytes = Buffer.from(sample);
      if (place < bytes.length) bytes[place] = byte;
      return Buffer.concat([bytes, Buffer.from('\n')]);
    });
  const blocks = fc.array(fc.oneof(fc.uint8Array({maxLength: 200}), mutated), {maxLength: 40});
  fc.assert(
    fc.property(blocks, (pieces) => {
      const buffer = new WritableLogBuffer({maxBytes: 1 << 30});
      const index = new RecordIndex(buffer);
      for (const piece of pieces) {
        buffer.append(piece);
        readAll(index, 100);
      }
      const whole = new RecordIndex(buffer);
      readAll(whole);
      expect(contentOf(buffer, index)).toEqual(contentOf(buffer, whole));
    }),
    {numRuns: runs},
  );
});

test('an index that is behind skips dropped entries', () => {
  const buffer = new WritableLogBuffer({maxBytes: 4000, segmentBytes: 1000});
  const index = new RecordIndex(buffer);
  buffer.append(Buffer.from(`${head('broken', 'ERROR')}\nmore\n`.repeat(10)));
  index.step(200);
  buffer.append(Buffer.from(`more\n${head('hello')}\n`.repeat(200)));
  expect([index.table.errors, index.indexedTo]).toEqual([0, buffer.firstId]);
  readAll(index);
  const again = new RecordIndex(buffer);
  readAll(again);
  expect(contentOf(buffer, index)).toEqual(contentOf(buffer, again));
});

test('a step reads few cold segments back, however small they are', () => {
  const buffer = new WritableLogBuffer({maxBytes: 1 << 20});
  let reads = 0;
  const bytes = Buffer.from(`${head('one')}\n${head('two')}\n`);
  const read = () => {
    reads += 1;
    return bytes;
  };
  const block = {lines: 2, byteLength: bytes.length, markers: [], bytes: {isStored: () => true, read}};
  for (let each = 0; each < 100; each++) buffer.addPast(block);
  const index = new RecordIndex(buffer);
  const readsOfSteps: number[] = [];
  for (let isDone = false; !isDone; ) {
    const before = reads;
    isDone = index.step(256 * 1024);
    readsOfSteps.push(reads - before);
  }
  expect(Math.max(...readsOfSteps)).toBeLessThanOrEqual(4);
  expect(reads).toBe(100);
  expect(index.indexedTo).toBe(200);
});
