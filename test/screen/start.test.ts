import {expect, test} from 'vitest';
import {filterText} from '../../source/filters/filter.ts';
import {startOf} from '../../source/screen/start.ts';
import {readSettings} from '../harness/read-settings.ts';

const now = Date.UTC(2026, 10, 25, 12);
const start = (...argv: readonly string[]) => startOf(readSettings(argv, {}), now);

test('a time in the forms of --since, perhaps with the hash of a record', () => {
  expect(start('--at', '10m').place).toEqual({at: now - 600_000, hash: undefined});
  expect(start('open', 'x.log', '--at', '2026-11-25T09:00:00.25Z#0A1b2c3d').place).toEqual({
    ...{at: Date.UTC(2026, 10, 25, 9, 0, 0, 250), hash: '0a1b2c3d'},
  });
  expect(start('orders')).toEqual({place: undefined, filters: undefined});
});

test('filters as they are typed after &', () => {
  const {filters = []} = start('--filter', '!refused', '--filter', 'level:warn', '--filter', 'target:kafka');
  expect(filters.map(filterText)).toEqual(['!refused', 'level:warn', 'target:kafka']);
});

test.each([
  [['--at', 'x'], "--at 'x' is not a time; try 10m, 1h30m, 12:03, 2026-11-25 12:03 or now"],
  [['--at', '10m#xyz'], "--at has no hash of a record after #, but 'xyz' · M copies one of eight digits"],
  [['--filter', 'level:x'], '--filter \'level:x\' · no level "x": there are trace, debug, info, warn and error'],
])('%j is refused', (argv, message) => {
  expect(() => start(...argv)).toThrow(message);
});
