import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Level} from '../../../source/engine/records/level.ts';
import {panicCode, plainCode, RecordTable, recordCode} from '../../../source/engine/records/record-table.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 60);
type Head = {readonly code: number; readonly level: Level | undefined; readonly hasTime: boolean};

const plain: Head = {code: plainCode, level: undefined, hasTime: false};
const heads: readonly Head[] = [
  plain,
  {code: recordCode('INFO', true), level: 'INFO', hasTime: true},
  {code: recordCode('WARN', false), level: 'WARN', hasTime: true},
  {code: recordCode('ERROR', true), level: 'ERROR', hasTime: true},
  {code: panicCode, level: 'ERROR', hasTime: false},
];

type Step =
  | {readonly kind: 'heads'; readonly head: Head; readonly times: number}
  /** Lines of the record that began `back` entries before, or of the entry that is oldest. */
  | {readonly kind: 'members'; readonly back: number; readonly times: number}
  | {readonly kind: 'remove'}
  | {readonly kind: 'drop'; readonly share: number};

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('heads' as const),
    head: fc.constantFrom(...heads),
    times: fc.oneof(fc.integer({min: 1, max: 5}), fc.integer({min: 1, max: 5000})),
  }),
  fc.record({
    kind: fc.constant('members' as const),
    back: fc.oneof(fc.nat(5), fc.nat(9000)),
    times: fc.integer({min: 1, max: 3000}),
  }),
  fc.record({kind: fc.constant('remove' as const)}),
  fc.record({kind: fc.constant('drop' as const), share: fc.double({min: 0, max: 1, noNaN: true})}),
);

/** The same in a plain array: of each entry its head, and what the head is. */
class Model {
  readonly heads: number[] = [];
  readonly kinds: (Head | undefined)[] = [];
  firstId = 0;

  isError(id: number): boolean {
    return id >= this.firstId && this.kinds[id]?.level === 'ERROR';
  }
}

function apply(table: RecordTable, model: Model, action: Step): void {
  if (action.kind === 'drop') {
    model.firstId += Math.floor((model.heads.length - model.firstId) * action.share);
    table.dropBefore(model.firstId);
  } else if (action.kind === 'remove') {
    if (model.heads.length === model.firstId) return;
    table.removeLast();
    model.heads.pop();
    model.kinds.pop();
  } else {
    for (let time = 0; time < action.times; time++) {
      const id = model.heads.length;
      const head = action.kind === 'members' ? model.heads[Math.max(id - 1 - action.back, model.firstId)] : undefined;
      if (action.kind === 'heads' || head === undefined) {
        const begun = action.kind === 'heads' ? action.head : plain;
        table.addHead(begun.code);
        model.heads.push(id);
        model.kinds.push(begun);
      } else {
        table.addMember(head);
        model.heads.push(head);
        model.kinds.push(undefined);
      }
    }
  }
}

test('the record of each entry held, its code, and the errors', () => {
  fc.assert(
    fc.property(
      fc.array(step, {maxLength: 30}),
      fc.array(fc.double({min: 0, max: 1, noNaN: true})),
      (steps, places) => {
        const table = new RecordTable(0);
        const model = new Model();
        for (const action of steps) apply(table, model, action);
        const ids = model.heads.map((_, id) => id).slice(model.firstId);
        const errors = ids.filter((id) => model.isError(id));
        expect(table.endId).toBe(model.heads.length);
        expect(ids.map((id) => table.headOf(id))).toEqual(model.heads.slice(model.firstId));
        const kinds = ids.map((id) => model.kinds[model.heads[id] ?? 0]);
        expect(ids.map((id) => table.levelAt(id))).toEqual(kinds.map((kind) => kind?.level));
        expect(ids.map((id) => table.hasTimeAt(id))).toEqual(ids.map((id) => model.kinds[id]?.hasTime === true));
        expect(ids.map((id) => table.isPanic(id))).toEqual(ids.map((id) => model.kinds[id]?.code === panicCode));
        expect(table.errors).toBe(errors.length);
        const timed = ids.filter((id) => model.kinds[id]?.hasTime);
        for (const place of places) {
          const id = Math.round(place * model.heads.length);
          expect(table.errorFrom(id)).toBe(errors.find((error) => error >= id));
          expect(table.timedFrom(id, table.endId)).toBe(timed.find((each) => each >= id));
          expect(table.errorUpTo(id)).toBe(errors.findLast((error) => error <= id));
          const head = model.heads[id] ?? id;
          if (head < id) expect(table.linesOf(head, true)).toEqual(ids.filter((each) => model.heads[each] === head));
        }
      },
    ),
    {numRuns: runs},
  );
});

test('entries that were never added are skipped', () => {
  const table = new RecordTable(5);
  table.addHead(panicCode);
  table.dropBefore(100_000);
  expect([table.endId, table.errors, table.errorFrom(0)]).toEqual([100_000, 0, undefined]);
  table.addHead(panicCode);
  expect([table.errors, table.errorFrom(0), table.isPanic(100_000)]).toEqual([1, 100_000, true]);
});
