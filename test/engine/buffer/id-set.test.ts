import fc from 'fast-check';
import {expect, test} from 'vitest';
import {IdSet, Journal} from '../../../source/engine/buffer/id-set.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 200);
const start = 4_294_967_200;
/** Ids around the edges of blocks and words, and beyond 32 bits. */
const id = fc.oneof(fc.integer({min: start, max: start + 200}), fc.integer({min: start, max: start + 20_000}));
const operations = fc.oneof(
  {weight: 6, arbitrary: fc.tuple(fc.constant('add'), id, id)},
  {weight: 2, arbitrary: fc.tuple(fc.constant('delete'), id, id)},
  {weight: 2, arbitrary: fc.tuple(fc.constant('fill'), id, id)},
  {weight: 1, arbitrary: fc.tuple(fc.constant('clear'), id, id)},
  {weight: 1, arbitrary: fc.tuple(fc.constant('drop'), id, id)},
);
const script = fc.array(operations, {maxLength: 30});

function run(set: IdSet, model: Set<number>, [kind, a, b]: readonly [string, number, number], floor: number): number {
  const [from, to] = [Math.min(a, b), Math.max(a, b)];
  if (kind === 'add') set.add(a);
  if (kind === 'delete') set.delete(a);
  if (kind === 'fill') set.rewrite(from, to, () => -1);
  if (kind === 'clear') set.rewrite(from, to, () => 0);
  if (kind === 'drop') set.dropBelow(a);
  if (kind === 'add' && a >= floor) model.add(a);
  if (kind === 'delete') model.delete(a);
  for (let each = from; each < to; each++) {
    if (kind === 'fill' && each >= floor) model.add(each);
    if (kind === 'clear') model.delete(each);
  }
  const nextFloor = kind === 'drop' ? Math.max(a, floor) : floor;
  for (const each of model) if (each < nextFloor) model.delete(each);
  return nextFloor;
}

function expectSame(set: IdSet, model: ReadonlySet<number>, probes: readonly number[]): void {
  const sorted = [...model].sort((a, b) => a - b);
  for (const probe of [0, start - 1, ...probes, start + 30_000]) {
    expect(set.has(probe)).toBe(model.has(probe));
    expect(set.nextFrom(probe)).toBe(sorted.find((each) => each >= probe));
    expect(set.previousTo(probe)).toBe(sorted.findLast((each) => each <= probe));
    expect(set.countFrom(probe)).toBe(sorted.filter((each) => each >= probe).length);
    let [after, before] = [probe, probe];
    while (model.has(after)) after += 1;
    while (model.has(before)) before -= 1;
    expect([set.nextOutside(probe), set.previousOutside(probe)]).toEqual([after, before]);
    const even = sorted.filter((each) => each >= probe && each < start + 9000 && each % 2 === 0);
    expect(set.countShared(probe, start + 9000, () => 0x55555555)).toBe(even.length);
  }
}

test('is a set of numbers', () => {
  fc.assert(
    fc.property(script, fc.array(id, {maxLength: 5}), (steps, probes) => {
      const set = new IdSet(start, new Journal());
      const model = new Set<number>();
      let floor = start;
      for (const step of steps) floor = run(set, model, step, floor);
      expectSame(set, model, probes);
      expectSame(set.copy(new Journal()), model, probes);
    }),
    {numRuns: runs},
  );
});

test('the lowest id that was changed since the last call', () => {
  const journal = new Journal();
  const set = new IdSet(start, journal);
  expect(set.drainChangedFrom()).toBe(Number.POSITIVE_INFINITY);
  for (const each of [start + 70, start + 65, start + 200]) set.add(each);
  expect([set.drainChangedFrom(), set.drainChangedFrom()]).toEqual([start + 65, Number.POSITIVE_INFINITY]);
  set.add(start + 65);
  set.delete(start + 66);
  expect(set.drainChangedFrom()).toBe(Number.POSITIVE_INFINITY);
  journal.start();
  set.rewrite(start + 60, start + 80, (word) => ~word);
  expect(set.drainChangedFrom()).toBe(start + 60);
  journal.rollback();
  expect(set.drainChangedFrom()).toBe(start + 60);
});

test('a journal undoes changes, but not drops', () => {
  fc.assert(
    fc.property(script, script, fc.array(id, {maxLength: 5}), (before, after, probes) => {
      const journal = new Journal();
      const set = new IdSet(start, journal);
      const model = new Set<number>();
      let floor = start;
      for (const step of before) floor = run(set, model, step, floor);
      journal.start();
      const lost = new Set<number>();
      for (const step of after) floor = run(set, lost, step, floor);
      const copy = set.copy(new Journal());
      journal.restoreCopy(copy, set);
      journal.rollback();
      const left = new Set([...model].filter((each) => each >= floor));
      expectSame(set, left, probes);
      expectSame(copy, left, probes);
    }),
    {numRuns: runs},
  );
});
