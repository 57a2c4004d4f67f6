import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type OverviewInput, overviewRows, paintOverview} from '../../source/viewport/overview.ts';

const nextIn = (ids: readonly number[]) => (id: number) => ids.find((each) => each > id);

function overview(change: Partial<OverviewInput> & {hits?: readonly number[]; errors?: readonly number[]}): string {
  const rows = overviewRows({
    firstId: 0,
    endId: 1000,
    height: 10,
    shown: undefined,
    hitAfter: nextIn(change.hits ?? []),
    errorAfter: nextIn(change.errors ?? []),
    ...change,
  });
  return rows
    .map(({hit, error, inView}) => `${hit ? 'h' : ''}${error ? 'e' : ''}${inView ? 'v' : ''}` || '.')
    .join(' ');
}

describe('the overview', () => {
  it('shows where hits, errors and the screen are', () => {
    expect(overview({hits: [0, 99, 100, 999], errors: [550], shown: [960, 999]})).toBe('h h . . . e . . . hv');
    expect(overview({shown: [199, 200]})).toBe('. v v . . . . . . .');
  });

  it('gives each entry one row where there are more rows than entries', () => {
    expect(overview({endId: 3, hits: [0, 1, 2], shown: [0, 1]})).toBe('hv v v hv . . h . . .');
  });

  it('leaves the screen out when all of the log is on it', () => {
    expect(overview({endId: 3, hits: [1], shown: [0, 2]})).toBe('. . . h . . . . . .');
  });

  it('is empty for an empty log', () => {
    expect(overview({endId: 0, hits: [5], shown: undefined})).toBe('. . . . . . . . . .');
    expect(
      overviewRows({firstId: 0, endId: 9, height: 0, shown: [0, 8], hitAfter: nextIn([]), errorAfter: nextIn([])}),
    ).toEqual([]);
  });

  it('has each hit in exactly the row of its place', () => {
    const numbers = [
      fc.nat({max: 50}),
      fc.integer({min: 2, max: 300}),
      fc.integer({min: 1, max: 60}),
      fc.nat(),
    ] as const;
    fc.assert(
      fc.property(...numbers, (firstId, count, height, any) => {
        const hit = firstId + (any % count);
        const facts = {firstId, endId: firstId + count, height, hits: [hit], shown: [hit, hit] as const};
        const rows = overview(facts).split(' ');
        expect(rows.filter((row) => row !== '.')).toEqual(['hv']);
        expect(rows.indexOf('hv')).toBe(Math.floor(((hit - firstId) * height) / count));
      }),
    );
  });
});

it('is painted in blanks: the screen over a hit over an error', () => {
  const rows = [
    {hit: true, error: true, inView: true},
    {hit: true, error: true, inView: false},
    {hit: false, error: true, inView: false},
    {hit: false, error: false, inView: true},
    {hit: false, error: false, inView: false},
  ];
  const cells = (parameters: readonly string[]) =>
    parameters.map((each) => (each === '' ? ' ' : `\u001B[${each}m \u001B[0m`));
  expect(paintOverview(rows, '16')).toEqual(cells(['7', '7;33', '2;7;31', '7', '']));
  expect(paintOverview(rows, 'none')).toEqual(cells(['7', '1;4', '2;4', '7', '']));
});
