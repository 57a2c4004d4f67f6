import {expect, test} from 'vitest';
import {planChaos} from './plan.ts';
import {clearsRing} from './protocol.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

test('the same seed plans the same faults, another seed others', () => {
  const options = {names, cuts: 300};
  expect(planChaos({...options, seed: 5})).toEqual(planChaos({...options, seed: 5}));
  expect(planChaos({...options, seed: 6})).not.toEqual(planChaos({...options, seed: 5}));
});

test.each([{cuts: 300}, {cuts: 24}, {cuts: 7}])(
  '$cuts cuts, those of the whole server once for each pipeline',
  ({cuts}) => {
    const {intact, clearing} = planChaos({seed: 1, names, cuts});
    const count = [...intact.lanes, ...clearing.lanes].flat().map(({fault}) => ('name' in fault ? 1 : names.length));
    expect(count.reduce((sum, one) => sum + one, 0)).toBe(cuts);
    expect(intact.cuts + clearing.cuts).toBe(cuts);
  },
);

test('the first phase leaves every ring whole, the second has every kind that does not', () => {
  const {intact, clearing} = planChaos({seed: 1, names, cuts: 300});
  const kinds = (lanes: typeof intact.lanes) => new Set(lanes.flat().map(({fault}) => fault.kind));
  expect([...kinds(intact.lanes)].filter(clearsRing)).toEqual([]);
  expect([...kinds(intact.lanes)].sort()).toEqual([
    'api-killed',
    'api-reset',
    'api-restarted',
    'cut-again',
    'frozen',
    'refused',
    'runner-connection-lost',
  ]);
  expect([...kinds(clearing.lanes)].filter(clearsRing).sort()).toEqual([
    'api-outage',
    'created-again',
    'outage',
    'oversized-line',
    'runner-killed',
    'runner-stopped',
  ]);
});
