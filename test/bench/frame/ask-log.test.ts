import {expect, test} from 'vitest';
import {areApplied, matchesIn} from '../../../bench/frame/ask-log.ts';

test.for([
  [' /refused   1,880 of 1,880', 1880],
  [' /refused   1,880 lines', 1880],
  [' /refused   1,880 matching lines', 1880],
  [' /refused   1 matching line', 1],
  [' /refused   1 line', 1],
  [' /refused   no match', 0],
  [' /refused   73,448 of 73,448  not a regex: searched as typed', 73_448],
  [' /refused   1,880 lines…', undefined],
  [' /refused   1,880 matching lines…', undefined],
  [' /refused   7 of 1,880…', undefined],
  [' /refused   0 lines…  not a regex: searched as typed', undefined],
  [' /refuse', undefined],
  ['  100,006 lines  16 MB   wrap off  following', undefined],
] as const)('%s', ([row, matches]) => {
  expect(matchesIn(row, 'refused')).toBe(matches);
});

test('filters are applied when each says what it hides', () => {
  const texts = ['!finished in', 'level:warn'];
  expect(areApplied(' &  !finished in (65,913 hidden)  level:warn (92,219 hidden)', texts)).toBe(true);
  expect(areApplied(' &  !finished in -65,913  level:warn -92,219', texts)).toBe(true);
  expect(areApplied(' &  !finished in (65,913 hidden)  level:warn', texts)).toBe(false);
  expect(areApplied(' &  !finished in (65,913 hidden)  level:warn (92,219 hidden)      filtering', texts)).toBe(false);
  expect(areApplied(' &  !finished in (65,913 hidden)', texts)).toBe(false);
});
