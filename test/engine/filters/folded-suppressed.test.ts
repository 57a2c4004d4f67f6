import fc from 'fast-check';
import {expect, test} from 'vitest';
import {allEntries, type BufferOptions, type Entries} from '../../../source/engine/buffer/log-buffer.ts';
import {parseFilter} from '../../../source/engine/filters/filter.ts';
import {FoldedSuppressed} from '../../../source/engine/filters/folded-suppressed.ts';
import {ShownLines} from '../../../source/engine/filters/shown-lines.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {endpointIn, suppressedIn} from '../../../source/engine/records/suppressed.ts';
import {recording} from '../../demo/recording.ts';
import {withNewlines} from '../../harness/with-newlines.ts';

const line = (level: string, message: string) =>
  `[orders] 2026-11-25T09:08:47.372844Z ${level.padStart(5)} dbsp::server:  ${message}`;
const error = (connector: string) => line('ERROR', `parse error on input endpoint '${connector}': missing field`);
const suppressed = (count: number, connector: string) =>
  line('INFO', `Suppressed ${count} '${connector}-x_err' errors in the last 6.00s (most recently, 0.00s ago) due to`);

function idsOf(entries: Entries): number[] {
  const ids: number[] = [];
  for (let id = entries.atOrAfter(0); id !== undefined; id = entries.atOrAfter(id + 1)) ids.push(id);
  return ids;
}

function logOf(buffer: BufferOptions) {
  const sink = new LogSink({buffer, clock: {wall: () => 0}});
  const append = (text: string) => sink.append(...withNewlines(Buffer.from(`${text}\n`)));
  return {buffer: sink.buffer, errors: sink.errors, append};
}

function foldedOf(...lines: readonly string[]) {
  const {buffer, errors, append} = logOf({maxBytes: 1 << 24});
  for (const each of lines) append(each);
  return {buffer, folded: new FoldedSuppressed(errors.suppressed), all: allEntries(buffer)};
}

test('a line of the limiter is in the row of the next error of its connector, with its number', () => {
  const {folded, all} = foldedOf(
    ...[suppressed(3, 'a'), suppressed(40, 'b'), error('a'), error('b'), error('a'), suppressed(5, 'a')],
  );
  expect(idsOf(folded.entries(all))).toEqual([2, 3, 4, 5]);
  expect([2, 3, 4, 5].map((id) => folded.countAt(id))).toEqual([3, 40, 0, 0]);
  expect([0, 1, 2, 5].map((id) => folded.rowOf(id, all))).toEqual([2, 3, 2, 5]);
  folded.setOpen(3, true);
  expect(idsOf(folded.entries(all))).toEqual([1, 2, 3, 4, 5]);
  expect(folded.countAt(3)).toBe(0);
});

test('an error far away is not the one that it was written with', () => {
  const {folded, all} = foldedOf(suppressed(3, 'a'), ...Array.from({length: 101}, () => line('INFO', 'x')), error('a'));
  expect(idsOf(folded.entries(all))).toHaveLength(103);
});

test('all of a recorded log are folded, each into the error right below', () => {
  const text = recording('27-logs-real-pipeline.raw').body.toString();
  const lines = text.split('\n');
  const {folded, all} = foldedOf(...lines);
  const rows = new Set(idsOf(folded.entries(all)));
  const limited = [...lines.keys()].filter((id) => suppressedIn(Buffer.from(lines[id] ?? '')));
  expect(limited.length).toBeGreaterThan(20);
  for (const id of limited) {
    expect(rows.has(id)).toBe(false);
    expect(endpointIn(Buffer.from(lines[id + 1] ?? ''))).toBeDefined();
    expect(folded.countAt(id + 1)).toBe(suppressedIn(Buffer.from(lines[id] ?? ''))?.count);
  }
});

test('whatever filters show, also while the log grows and drops lines', () => {
  const kinds = fc.oneof(
    fc.constantFrom('a', 'b').map(error),
    fc.tuple(fc.integer({min: 1, max: 9}), fc.constantFrom('a', 'b')).map(([count, name]) => suppressed(count, name)),
    fc.constant(line('INFO', 'step')),
  );
  fc.assert(
    fc.property(
      fc.array(kinds, {minLength: 1, maxLength: 40}),
      fc.constantFrom(undefined, "'a", 'Suppressed', '!Suppressed', 'level:error'),
      fc.array(fc.nat(40)),
      (lines, typed, toOpen) => {
        const {buffer, errors, append} = logOf({maxBytes: 2000, segmentBytes: 400});
        const index = new RecordIndex(buffer);
        const {suppressed} = errors;
        const folded = new FoldedSuppressed(suppressed);
        const parsed = typed === undefined ? undefined : parseFilter(typed);
        const filters = parsed?.kind === 'filter' ? [{id: 0, filter: parsed.filter, on: true}] : [];
        const shown = new ShownLines({buffer, index, filters, around: 0, fold: false, suppressed});
        for (const id of toOpen) folded.setOpen(id, true);
        const errorOf = new Map<number, number>();
        const open = new Map<string, number[]>();
        for (const [id, each] of lines.entries()) {
          append(each);
          while (!shown.step(100));
          const bytes = Buffer.from(each);
          const name = suppressedIn(bytes)?.name.slice(0, -'-x_err'.length);
          if (name !== undefined) open.set(name, [...(open.get(name) ?? []), id]);
          const connector = endpointIn(bytes);
          for (const before of open.get(connector ?? '') ?? []) errorOf.set(before, id);
          open.delete(connector ?? '');
          const unfolded = filters.length > 0 ? shown : allEntries(buffer);
          const all = idsOf(unfolded);
          const rows = all.filter((row) => {
            const its = errorOf.get(row);
            return its === undefined || toOpen.includes(its) || !all.includes(its);
          });
          const entries = folded.entries(unfolded);
          expect(idsOf(entries)).toEqual(rows);
          for (let at = buffer.firstId - 1; at <= buffer.endId; at++) {
            expect(entries.atOrBefore(at)).toBe(rows.findLast((row) => row <= at));
            expect(entries.countFrom(at)).toBe(rows.filter((row) => row >= at).length);
          }
        }
      },
    ),
    {numRuns: 200},
  );
});
