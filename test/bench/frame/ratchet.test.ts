import {expect, test} from 'vitest';
import {bestAfter, ratchetTable} from '../../../bench/frame/ratchet.ts';
import type {Row} from '../../../bench/frame/row.ts';

const [old, now] = [
  {commit: 'old', tree: 'old tree'},
  {commit: 'now', tree: 'tree now'},
];

function compared(name: string, here: readonly number[], other: readonly number[]) {
  const row: Row = {name, ours: {what: `a ${name}`, measure: async () => ({})}, figure: 'ms', unit: 'ms'};
  return {row, here: here.map((ms) => ({ms})), other: other.map((ms) => ({ms}))};
}

const rows = [
  compared('worse', [106, 107, 104], [100, 101, 99]),
  compared('close', [104, 105, 103], [100, 101, 99]),
  compared('known', [120, 130, 140], [100, 101, 99]),
  compared('better', [90, 91, 92], [100, 101, 99]),
  compared('nothing', [0, 0, 0], [0, 0, 0]),
  compared('no longer nothing', [1, 1, 1], [0, 0, 0]),
];
const best = {worse: old, close: old, known: {...old, reason: 'it does more'}, better: old, nothing: old, gone: old};

test('a row that is more than 5 % worse than its best is marked, or has its reason', () => {
  const lines = ratchetTable(rows, best, 'now').split('\n');
  expect(lines[0]).toMatch(/^row +what +now +at its best +commit +ratio$/);
  expect(lines[1]).toMatch(/^worse +a worse +106 ms ±1 % +100 ms ±1 % +old +1\.06 × +WORSE$/);
  expect(lines[2]).toMatch(/^close .* 1\.04 ×$/);
  expect(lines[3]).toMatch(/ 1\.30 × +worse: it does more$/);
  expect(lines[4]).toMatch(/ 0\.910 × +less$/);
  expect(lines[5]).toMatch(/ 1\.00 ×$/);
  expect(lines[6]).toMatch(/ – +Infinity × +WORSE$/);
});

test('the file gets a commit only for rows that are better in every run, and for new ones', () => {
  const names = ['new', 'better', 'known', 'close'];
  expect(bestAfter(best, rows, now, names)).toEqual({new: now, better: now, known: best.known, close: old});
  expect(Object.keys(bestAfter(best, rows, now, names))).toEqual(names);
  const known = {better: {...old, reason: 'it did more'}};
  expect(bestAfter(known, rows, now, ['better'])).toEqual({better: now});
});
