import fc from 'fast-check';
import {expect, test} from 'vitest';
import {readSession} from '../../../../source/shells/screen/session/session-data.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 300);

const count = fc.nat();
const text = fc.string();
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, {nil: undefined});
const number = fc.double({noNaN: true, noDefaultInfinity: true}).filter((value) => !Object.is(value, -0));
const line = {at: number, hash: text, line: count};
const tab = fc.record({
  name: text,
  merges: maybe(fc.array(text)),
  wrap: text,
  asSent: fc.boolean(),
  time: text,
  search: maybe(text),
  highlights: fc.array(text),
  filters: fc.array(fc.record({text, on: fc.boolean(), shape: maybe(fc.integer())})),
  around: count,
  fold: fc.boolean(),
  usualLevel: fc.boolean(),
  places: fc.record({
    marks: fc.array(fc.record(line), {maxLength: 3}),
    place: maybe(fc.record({...line, above: count, row: count, below: count})),
  }),
});
const session = fc.record({
  tabs: fc.array(tab, {maxLength: 4}),
  active: maybe(text),
  cursor: maybe(text),
  focus: text,
  listHidden: maybe(fc.boolean()),
  histogram: maybe(fc.boolean()),
  savedAt: maybe(count),
});

test('every session is read back as it was written', () => {
  fc.assert(
    fc.property(session, (whole) => {
      expect(readSession(JSON.parse(JSON.stringify(whole)))).toEqual(whole);
    }),
    {numRuns: runs},
  );
});

test('anything else is no session, and never an exception', () => {
  for (const json of [null, [], 'x', 1, {}, {tabs: {}}]) expect(readSession(json)).toBeUndefined();
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      expect(readSession(json)).toBeUndefined();
    }),
    {numRuns: runs},
  );
});
