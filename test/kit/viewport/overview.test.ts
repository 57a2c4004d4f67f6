import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Colors} from '../../../source/kit/terminal/style.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {type OverviewInput, overviewRows, paintOverview} from '../../../source/kit/viewport/overview.ts';

const nextIn = (ids: readonly number[]) => (id: number) => ids.find((each) => each > id);

function overview(change: Partial<OverviewInput> & {matches?: readonly number[]; errors?: readonly number[]}): string {
  const rows = overviewRows({
    firstId: 0,
    endId: 1000,
    height: 10,
    shown: undefined,
    matchAfter: nextIn(change.matches ?? []),
    errorAfter: nextIn(change.errors ?? []),
    ...change,
  });
  return rows
    .map(({match, error, inView}) => `${match ? 'm' : ''}${error ? 'e' : ''}${inView ? 'v' : ''}` || '.')
    .join(' ');
}

describe('the overview', () => {
  it('shows where matches, errors and the screen are', () => {
    expect(overview({matches: [0, 99, 100, 999], errors: [550], shown: [960, 999]})).toBe('m m . . . e . . . mv');
    expect(overview({shown: [199, 200]})).toBe('. v v . . . . . . .');
  });

  it('gives each entry one row where there are more rows than entries', () => {
    expect(overview({endId: 3, matches: [0, 1, 2], shown: [0, 1]})).toBe('mv v v mv . . m . . .');
  });

  it('leaves the screen out when all of the log is on it', () => {
    expect(overview({endId: 3, matches: [1], shown: [0, 2]})).toBe('. . . m . . . . . .');
  });

  it('is empty for an empty log', () => {
    expect(overview({endId: 0, matches: [5], shown: undefined})).toBe('. . . . . . . . . .');
    expect(
      overviewRows({firstId: 0, endId: 9, height: 0, shown: [0, 8], matchAfter: nextIn([]), errorAfter: nextIn([])}),
    ).toEqual([]);
  });

  it('has each match in exactly the row of its place', () => {
    const numbers = [
      fc.nat({max: 50}),
      fc.integer({min: 2, max: 300}),
      fc.integer({min: 1, max: 60}),
      fc.nat(),
    ] as const;
    fc.assert(
      fc.property(...numbers, (firstId, count, height, any) => {
        const match = firstId + (any % count);
        const facts = {firstId, endId: firstId + count, height, matches: [match], shown: [match, match] as const};
        const rows = overview(facts).split(' ');
        expect(rows.filter((row) => row !== '.')).toEqual(['mv']);
        expect(rows.indexOf('mv')).toBe(Math.floor(((match - firstId) * height) / count));
      }),
    );
  });
});

describe('the painted cells', () => {
  const rows = [
    {match: true, error: true, inView: true},
    {match: true, error: true, inView: false},
    {match: false, error: true, inView: false},
    {match: false, error: false, inView: false},
  ];
  const painted = (of: typeof rows, colors: Colors) => paintOverview(of, {colors, symbols: symbolsFor(true)});
  const cell = (parameters: string, text: string) => `\u001B[${parameters}m${text}\u001B[0m`;

  it('are the screen over a match over an error, on a dim track', () => {
    expect(painted(rows, '16')).toEqual([cell('7', ' '), cell('7;33', ' '), cell('2;31', '▕'), cell('2', '▕')]);
    expect(painted(rows, 'none')).toEqual([cell('7', ' '), '▴', cell('2', '✗'), cell('2', '▕')]);
  });

  it('have no track while following', () => {
    expect(painted(rows.slice(2), '16')).toEqual([cell('2;31', '▕'), ' ']);
  });
});
