import fc from 'fast-check';
import {expect, test} from 'vitest';
import {allEntries, type Entries} from '../../../source/engine/buffer/log-buffer.ts';
import {parseFilter} from '../../../source/engine/filters/filter.ts';
import {FoldedRepeats} from '../../../source/engine/filters/folded-repeats.ts';
import {FoldedSuppressed} from '../../../source/engine/filters/folded-suppressed.ts';
import {ShownLines} from '../../../source/engine/filters/shown-lines.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {withNewlines} from '../../harness/with-newlines.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 200);

const timed = (at: number) => `2026-11-25T09:08:${String(at).padStart(2, '0')}.372844Z`;
const text = (at: number, level: string, message: string) =>
  `[orders] ${timed(at)} ${level.padStart(5)} dbsp::server:  ${message}`;
const json = (at: number, message: string) =>
  `{"feldera-service":"pipeline","fields":{"message":"${message}"},"level":"WARN","target":"a","timestamp":"${timed(at)}"}`;

/** What a line says, and how it is written at a second. */
const kinds: Readonly<Record<string, (at: number) => string>> = {
  a: (at) => text(at, 'ERROR', "parse error on input endpoint 'a': missing"),
  b: (at) => text(at, 'ERROR', "parse error on input endpoint 'b': missing"),
  step: (at) => text(at, 'INFO', 'step'),
  json: (at) => json(at, 'late'),
  suppressed: (at) => text(at, 'INFO', `Suppressed ${at + 1} 'a-x_err' errors in the last 6.00s (most recently, 0.00s`),
  more: () => '  at the end',
  printed: () => 'Printed by a library.',
  empty: () => '',
};

function idsOf(entries: Entries): number[] {
  const ids: number[] = [];
  for (let id = entries.atOrAfter(0); id !== undefined; id = entries.atOrAfter(id + 1)) ids.push(id);
  return ids;
}

function logOf(maxBytes = 1 << 24) {
  const sink = new LogSink({buffer: {maxBytes, segmentBytes: 400}, clock: {wall: () => 0}});
  const {buffer, errors} = sink;
  const index = new RecordIndex(buffer, {errorAfter: (id) => errors.suppressed.errorAfter(id)});
  const append = (line: string) => {
    sink.append(...withNewlines(Buffer.from(`${line}\n`)));
    while (!index.step(100));
  };
  return {buffer, errors, index, append};
}

/** The runs of a log of these kinds: ids of the first and the newest record, and how many there are. */
function runsOf(...names: readonly string[]): readonly (readonly number[])[] {
  const {buffer, index, append} = logOf();
  for (const [at, name] of names.entries()) append(kinds[name]?.(at) ?? name);
  const found = new Map<number, readonly number[]>();
  for (let id = 0; id < buffer.endId; id++) {
    const run = index.repeats.runOf(id);
    if (run) found.set(run.head, [run.head, run.last, run.records]);
  }
  return [...found.values()];
}

test('consecutive records of one text are a run, whatever their times', () => {
  expect(runsOf('a', 'a', 'a', 'step', 'a', 'json', 'json')).toEqual([
    [0, 2, 3],
    [5, 6, 2],
  ]);
  expect(runsOf('a', 'b', 'a', 'step')).toEqual([]);
});

test('a record of several lines repeats nothing, nor does an empty line', () => {
  expect(runsOf('a', 'a', 'more', 'a', 'a')).toEqual([[3, 4, 2]]);
  expect(runsOf('empty', 'empty', 'printed', 'step')).toEqual([]);
  expect(runsOf('printed', 'printed')).toEqual([[0, 1, 2]]);
  expect(runsOf('json', 'printed', 'json')).toEqual([]);
});

test('a line of the limiter between two errors belongs to the second', () => {
  expect(runsOf('suppressed', 'a', 'suppressed', 'a', 'a', 'suppressed', 'b')).toEqual([[1, 4, 3]]);
});

test('the rows are those of the first records of closed runs, whatever filters show and the log drops', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...Object.keys(kinds)), {minLength: 1, maxLength: 40}),
      fc.constantFrom(undefined, "'a", 'Suppressed', '!step', 'level:error', '08:0'),
      fc.constantFrom(1 << 24, 2000),
      fc.array(fc.nat(40)),
      (names, typed, maxBytes, toOpen) => {
        const {buffer, errors, index, append} = logOf(maxBytes);
        const parsed = typed === undefined ? undefined : parseFilter(typed);
        const filters = parsed?.kind === 'filter' ? [{id: 0, filter: parsed.filter, on: true}] : [];
        const all = new ShownLines({buffer, index, filters, around: 0, fold: false});
        const shown = filters.length > 0 ? all : undefined;
        const folded = new FoldedRepeats(index);
        for (const [at, name] of names.entries()) append(kinds[name]?.(at) ?? name);
        while (!all.step(100));
        for (const id of toOpen) {
          const run = folded.at(id, shown);
          if (run) folded.setOpen(run, !run.open);
        }
        const base = new FoldedSuppressed(errors.suppressed).entries(shown ?? allEntries(buffer));
        const rows = idsOf(base).filter((id) => {
          const run = index.repeats.heads.has(id) ? index.repeats.runOf(id) : undefined;
          return !run || folded.at(run.head, shown)?.open !== false;
        });
        const entries = folded.entries(base, shown);
        expect(idsOf(entries)).toEqual(rows);
        const recordsIn = (id: number) => {
          const run = folded.at(id, shown);
          return run?.head === id && !run.open ? run.records : 1;
        };
        const records = rows.reduce((sum, id) => sum + recordsIn(id), 0);
        expect(records).toBe(idsOf(base).length);
        for (let at = buffer.firstId - 1; at <= buffer.endId; at++) {
          expect(entries.atOrBefore(at)).toBe(rows.findLast((row) => row <= at));
          expect(entries.countFrom(at)).toBe(rows.filter((row) => row >= at).length);
        }
      },
    ),
    {numRuns: runs},
  );
});

test('what is left of a run whose first records were dropped begins with a record, and stays open', () => {
  const {buffer, index, append} = logOf(2000);
  const folded = new FoldedRepeats(index);
  append(kinds.a?.(0) ?? '');
  append(kinds.a?.(1) ?? '');
  const first = folded.at(1, undefined);
  expect(first).toMatchObject({head: 0, last: 1, records: 2, open: false});
  for (let at = 2; buffer.firstId === 0 && at < 60; at++) append(kinds.a?.(at) ?? '');
  const run = folded.at(buffer.endId - 1, undefined);
  expect(run).toMatchObject({head: buffer.firstId, last: buffer.endId - 1, records: buffer.lineCount});
  if (run) folded.setOpen(run, true);
  for (let at = 0; at < 3; at++) append(kinds.a?.(at) ?? '');
  expect(folded.at(buffer.firstId, undefined)?.open).toBe(true);
});
