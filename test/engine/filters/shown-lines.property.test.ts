import fc from 'fast-check';
import {expect, test} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {Search} from '../../../source/engine/buffer/search.ts';
import type {Filter, FilterEntry} from '../../../source/engine/filters/filter.ts';
import {ShownLines} from '../../../source/engine/filters/shown-lines.ts';
import {fingerprintOf} from '../../../source/engine/records/fingerprint.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {change, type LogOperation, logOperations} from './log-script.ts';
import {modelOf} from './model.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 300);

const filter: fc.Arbitrary<Filter> = fc.oneof(
  fc
    .record({
      source: fc.constantFrom('refused', 'Refused', '^$', 'used$', 'step [12]', 'done|refused'),
      out: fc.boolean(),
    })
    .map(({source, out}) => ({kind: 'text' as const, pattern: compilePattern(source), out})),
  fc
    .record({least: fc.constantFrom('DEBUG' as const, 'WARN' as const, 'ERROR' as const), out: fc.boolean()})
    .map((level) => ({kind: 'level' as const, ...level})),
  fc
    .record({text: fc.constantFrom('kafka', 'a::', 'runner', 'zz'), out: fc.boolean()})
    .map((target) => ({kind: 'target' as const, ...target})),
  fc
    .constantFrom('plain', '', '[p] 2026-11-25T09:08:47.372844Z  INFO a::kafka:  step 2 done')
    .map((text) => ({kind: 'fingerprint' as const, fingerprint: fingerprintOf(Buffer.from(text)), text})),
  fc
    .record({from: fc.nat({max: 60}), to: fc.option(fc.nat({max: 90}), {nil: undefined})})
    .map((range) => ({kind: 'between' as const, ...range})),
);

const entries: fc.Arbitrary<FilterEntry[]> = fc
  .array(fc.record({filter, on: fc.constantFrom(true, true, true, false)}), {maxLength: 3, size: 'max'})
  .map((list) => list.map((entry, id) => ({id, ...entry})));

const settings = fc.record({
  sizes: fc.record({maxBytes: fc.integer({min: 200, max: 4000}), segmentBytes: fc.integer({min: 60, max: 700})}),
  filters: entries,
  around: fc.constantFrom(0, 0, 1, 2),
  fold: fc.boolean(),
  script: fc.array(logOperations, {maxLength: 40, size: 'max'}),
});

type Log = {readonly buffer: WritableLogBuffer; readonly index: RecordIndex};
type View = {readonly filters: readonly FilterEntry[]; readonly around: number; readonly fold: boolean};

function idsOf(shown: ShownLines): number[] {
  const ids: number[] = [];
  for (let id = shown.atOrAfter(0); id !== undefined; id = shown.atOrAfter(id + 1)) ids.push(id);
  return ids;
}

/** Compares all that shown lines return with the model. */
function expectAsModel(shown: ShownLines, {buffer, index}: Log, view: View): void {
  const ids = idsOf(shown);
  const isOrphan = (id: number) => index.headOf(id) < buffer.firstId;
  const model = modelOf(buffer, index, {...view, opened: shown.opened, showsOrphan: (id) => ids.includes(id)});
  expect(ids.filter((id) => !isOrphan(id))).toEqual(model.rows);
  for (const [id, count] of model.refused) expect([id, shown.hiddenBy(id)]).toEqual([id, count]);
  for (const id of model.around) expect([id, shown.isAround(id)]).toEqual([id, true]);
  for (const id of model.matches) expect([id, shown.isAround(id)]).toEqual([id, false]);
  if (view.fold) for (const [head, count] of model.folded) expect([head, shown.foldedAt(head)]).toEqual([head, count]);
  for (let id = buffer.firstId - 1; id <= buffer.endId; id++) {
    expect(shown.atOrBefore(id)).toBe(ids.findLast((each) => each <= id));
    expect(shown.countFrom(id)).toBe(ids.filter((each) => each >= id).length);
  }
}

function runScript(log: Log, view: View, script: readonly LogOperation[]): void {
  let now = view;
  let shown = new ShownLines({...log, ...now});
  for (const operation of script) {
    change(log.buffer, operation);
    if (operation.do === 'step') {
      if (shown.step(operation.maxBytes)) expectAsModel(shown, log, now);
    } else if (operation.do === 'toggle') {
      const at = shown.atOrAfter(log.buffer.firstId + operation.at);
      const head = at === undefined ? undefined : shown.foldOf(at)?.head;
      if (head !== undefined) shown.setOpen(head, !shown.opened.has(head));
      if (shown.caughtUp) expectAsModel(shown, log, now);
    } else if (operation.do === 'refilter') {
      now = {...now, filters: now.filters.map((entry, place) => ({...entry, on: operation.kept[place] ?? false}))};
      shown = new ShownLines({...log, ...now, opened: shown.opened, earlier: shown});
    }
    expect(idsOf(shown).every((id) => id >= log.buffer.firstId)).toBe(true);
  }
  while (!shown.step(500));
  expectAsModel(shown, log, now);
}

test('shows what a model shows, whatever the steps between appends, drops and other filters', () => {
  fc.assert(
    fc.property(settings, ({sizes, script, ...view}) => {
      const buffer = new WritableLogBuffer(sizes);
      runScript({buffer, index: new RecordIndex(buffer)}, view, script);
    }),
    {numRuns: runs},
  );
});

test('a record whose head is dropped stays shown or hidden as a whole', () => {
  fc.assert(
    fc.property(settings, ({sizes, script, filters, around}) => {
      const buffer = new WritableLogBuffer(sizes);
      const index = new RecordIndex(buffer);
      const shown = new ShownLines({buffer, index, filters, around, fold: false});
      for (const operation of script) {
        change(buffer, operation);
        while (!shown.step(100));
      }
      const ids = new Set(idsOf(shown));
      for (let id = buffer.firstId; id < buffer.endId; id++) {
        const lines = index.linesOf(index.headOf(id)).filter((line) => !buffer.markerAt(line));
        expect(new Set(lines.map((line) => ids.has(line))).size).toBeLessThan(2);
      }
    }),
    {numRuns: runs},
  );
});

test('a search in shown lines finds their matches, whatever is shown or hidden later', () => {
  fc.assert(
    fc.property(settings, ({sizes, script, ...view}) => {
      const buffer = new WritableLogBuffer(sizes);
      const shown = new ShownLines({buffer, index: new RecordIndex(buffer), ...view});
      const search = new Search(buffer, compilePattern('e'), shown);
      const expectFound = () => {
        const found: number[] = [];
        for (let id = buffer.firstId; id < buffer.endId; id++) {
          if (shown.includes(id) && buffer.lineAt(id)?.toString().toLowerCase().includes('e')) found.push(id);
        }
        expect([...search.matches]).toEqual(found);
      };
      for (const operation of script) {
        change(buffer, operation);
        if (operation.do !== 'step') continue;
        shown.step(operation.maxBytes);
        if (search.step(operation.maxBytes)) expectFound();
      }
      while (!shown.step(500) || !search.step(500));
      expectFound();
    }),
    {numRuns: runs},
  );
});

test('filters commute', () => {
  fc.assert(
    fc.property(settings, ({sizes, script, filters, ...view}) => {
      const buffer = new WritableLogBuffer(sizes);
      const index = new RecordIndex(buffer);
      for (const operation of script) change(buffer, operation);
      const [one, other] = [filters, filters.toReversed()].map((ordered) => {
        const shown = new ShownLines({buffer, index, filters: ordered, ...view});
        while (!shown.step(300));
        return [idsOf(shown), filters.map(({id}) => shown.hiddenBy(id))];
      });
      expect(one).toEqual(other);
    }),
    {numRuns: runs},
  );
});
