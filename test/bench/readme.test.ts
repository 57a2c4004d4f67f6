import {readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {allRows} from '../../bench/all-rows.ts';
import {growthPictures, readmeBenchTable} from '../../bench/frame/readme-table.ts';
import {readResults} from '../../bench/frame/results.ts';
import {families} from '../../bench/growth/families.ts';
import {root} from '../harness/program.ts';
import {readmeSection} from '../harness/readme-tables.ts';

const readme = readFileSync(path.join(root, 'readme.md'), 'utf8');

test('the readme shows what was measured, and of what misses its target why', async () => {
  const results = await readResults();
  if (!results?.growth) throw new Error('bench/results.json is missing, or nothing in it tells of growth');
  const whyOf = (name: string) => allRows.find((row) => row.name === name)?.why;
  const table = readmeBenchTable(results, whyOf);
  expect(readmeSection(readme, 'benchmarks')).toBe(table);
  expect(table).not.toContain('not explained');
  expect(readmeSection(readme, 'growth')).toBe(growthPictures(results.growth.points, families));
});

test('every row that there is was measured', async () => {
  const measured = new Set((await readResults())?.rows.map(({name}) => name));
  expect(allRows.map(({name}) => name).filter((name) => !measured.has(name))).toEqual([]);
});
