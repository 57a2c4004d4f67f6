import {readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {allRows} from '../../bench/all-rows.ts';
import {benchTable, headlineTable} from '../../bench/frame/docs-table.ts';
import {readResults} from '../../bench/frame/results.ts';
import {sectionOf} from '../harness/docs-tables.ts';
import {root} from '../harness/program.ts';

const page = readFileSync(path.join(root, 'docs/maintainers/performance.md'), 'utf8');

test('the page shows the measurements, and for rows that miss their target why', async () => {
  const results = await readResults();
  if (!results) throw new Error('bench/results.json is missing');
  const whyOf = (name: string) => allRows.find((row) => row.name === name)?.why;
  const table = benchTable(results, whyOf);
  expect(sectionOf(page, 'benchmarks')).toBe(table);
  expect(headlineTable(results).split('\n')).toHaveLength(9);
  expect(sectionOf(page, 'headline')).toBe(headlineTable(results));
  expect(table).not.toContain('not explained');
});

test('every row that needs no other program was measured', async () => {
  const measured = new Set((await readResults())?.rows.map(({name}) => name));
  const rows = allRows.filter(({needs}) => needs === undefined);
  expect(rows.map(({name}) => name).filter((name) => !measured.has(name))).toEqual([]);
});

test('there are at most 30 rows, eight of them beside programs that users would pick', () => {
  expect(allRows.length).toBeLessThanOrEqual(30);
  const beside = allRows.filter(({reference}) => /\b(?:less|lnav|grep|rg)\b/.test(reference?.what ?? ''));
  expect(beside.length).toBeLessThanOrEqual(8);
});
