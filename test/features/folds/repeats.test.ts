import {expect, test} from 'vitest';
import {allTexts, rowsOfPage} from '../../kit/pages/all-rows.ts';
import {
  currentLine,
  lastWords,
  logged,
  noticeOf,
  pressed,
  reading,
  rowsOf,
  typed,
  viewOf,
  write,
} from '../../kit/screen/reading.ts';

const refused = (at: number) => logged(at, 'ERROR', 'connection refused');
const log = [refused(1), refused(2), refused(3), logged(4, 'INFO', 'step four'), refused(5), refused(6)];

test('an error that comes again is one row, with the number and the time of the last', async () => {
  await using screen = await reading(log);
  expect(lastWords(screen)).toEqual(['Fresh', '×3', 'four', '×2']);
  expect(rowsOf(screen)[1]).toContain('00:00:03');
  await write(screen, refused(7));
  expect(lastWords(screen)).toEqual(['Fresh', '×3', 'four', '×3']);
  expect(rowsOf(screen).at(-1)).toContain('00:00:07');
});

test('errors that differ only in numbers are one row; in names, ports, or at a lower level each has its own', async () => {
  const state = (at: number, ms: number, level = 'ERROR') =>
    logged(at, level, `broker-1: refused (after ${ms}ms, ${at} identical)`);
  await using screen = await reading([state(1, 2), state(2, 0), state(10, 12), logged(11, 'INFO', 'step four')]);
  expect(lastWords(screen)).toEqual(['Fresh', '×3', 'four']);
  expect(rowsOf(screen).join(' ')).toContain('12ms, 10 identical');
  await typed(screen, '/', '0ms');
  expect(currentLine(screen)).toBe(state(2, 0));
  expect(lastWords(screen).filter((word) => word.startsWith('×'))).toEqual([]);

  const different = [
    logged(1, 'ERROR', 'broker-1:9092 refused'),
    logged(2, 'ERROR', 'broker-2:9092 refused'),
    logged(3, 'ERROR', 'broker-2:9093 refused'),
    logged(4, 'ERROR', "endpoint '1' refused"),
    logged(5, 'ERROR', "endpoint '2' refused"),
    state(6, 1, 'WARN'),
    state(7, 2, 'WARN'),
  ];
  await using other = await reading(different);
  expect(lastWords(other).filter((word) => word.startsWith('×'))).toEqual([]);
});

test('o opens and closes its row, J shows all records as sent', async () => {
  await using screen = await reading(log);
  await pressed(screen, 'g', 'j', 'o');
  expect(lastWords(screen)).toEqual(['Fresh', 'refused', 'refused', 'refused', 'four', '×2']);
  await pressed(screen, 'j', 'o');
  expect(lastWords(screen)).toEqual(['Fresh', '×3', 'four', '×2']);
  expect(currentLine(screen)).toBe(refused(1));
  await pressed(screen, 'J');
  expect(rowsOf(screen)).toHaveLength(7);
  await pressed(screen, 'J');
  expect(rowsOf(screen)).toHaveLength(4);
});

test('e goes from row to row, and a search opens the row of a match', async () => {
  await using screen = await reading(log);
  await pressed(screen, 'e', 'E');
  expect(currentLine(screen)).toBe(refused(1));
  await pressed(screen, 'e');
  expect(currentLine(screen)).toBe(refused(5));
  await typed(screen, '/', 'refused');
  await pressed(screen, 'g', 'n', 'n');
  expect(currentLine(screen)).toBe(refused(2));
  expect(lastWords(screen).filter((word) => word === 'refused')).toHaveLength(3);
});

test('a copy of the row has all records, and so has a selection that ends in it', async () => {
  await using screen = await reading(log);
  await pressed(screen, 'g', 'j', 'y');
  await screen.until(() => screen.copied.length > 0, 'the copy');
  expect(screen.copied.at(-1)).toBe(`${[1, 2, 3].map(refused).join('\n')}\n`);
  await pressed(screen, 'j', 'v', 'j', 'y');
  await screen.until(() => screen.copied.length > 1, 'the copy of the selection');
  expect(screen.copied.at(-1)).toBe(`${log.slice(3).join('\n')}\n`);
});

test('Enter opens the page of the first, and says of how many', async () => {
  await using screen = await reading(log);
  await pressed(screen, 'E', 'Enter');
  expect(allTexts(rowsOfPage(screen.controller, 80))).toContain(' orders  line 6, the first of 2 similar records');
});

test('f folds similar records in their place, filters leave what they are of', async () => {
  await using screen = await reading(log);
  await pressed(screen, 'f');
  expect(lastWords(screen)).toEqual(['Fresh', '×3', 'four', '×2']);
  await pressed(screen, 'f');
  expect(noticeOf(screen)).toBe('only records of one text are folded');
  await typed(screen, '&', 'level:error');
  expect(viewOf(screen).filters).toHaveLength(1);
  expect(lastWords(screen)).toEqual(['×3', '×2']);
});
