import {expect, it} from 'vitest';
import {currentLine, logged, pressed, reading, rowsOf, typed} from './reading.ts';
import type {ScreenUnderTest} from './screen-under-test.ts';

const log = Array.from({length: 60}, (_, at) => logged(at, at % 20 === 0 ? 'WARN' : 'INFO', `read ${at} rows`));
const currentRow = (screen: ScreenUnderTest) => rowsOf(screen).findIndex((row) => row.startsWith('▸'));

const times = (count: number, key: string) => Array.from({length: count}, () => key);

it.each([
  {where: 'last', row: 25, keys: ['g', ...times(41, 'j')], line: 'read 40 rows'},
  {where: 'seventh', row: 6, keys: ['G', ...times(19, 'k')], line: 'read 40 rows'},
  {where: 'first', row: 0, keys: ['G', ...times(39, 'k')], line: 'read 20 rows'},
])('the line in the $where row is there again once a filter is taken back', async ({row, keys, line}) => {
  await using screen = await reading(log);
  screen.press(...keys);
  const before = rowsOf(screen);
  expect([currentRow(screen), currentLine(screen)]).toEqual([row, expect.stringContaining(line)]);
  await typed(screen, '&', 'level:warn');
  await pressed(screen, '\\', '\\', 'Esc');
  expect(rowsOf(screen)).toEqual(before);
});

it('a line that is folded away is found in the row of its fold', async () => {
  await using screen = await reading(log);
  screen.press('k', 'k', 'k');
  expect(currentLine(screen)).toContain('read 56 rows');
  await pressed(screen, 'f');
  expect(currentLine(screen)).toContain('read 41 rows');
  expect(rowsOf(screen).at(-1)).toMatch(/^▸ .*×19$/);
});
