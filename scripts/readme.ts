// Fills the generated tables of readme.md from the tables of the program: `npm run readme`.
import {readFile, writeFile} from 'node:fs/promises';
import {allRows} from '../bench/all-rows.ts';
import {growthPictures, readmeBenchTable} from '../bench/frame/readme-table.ts';
import {readResults} from '../bench/frame/results.ts';
import {families} from '../bench/growth/families.ts';
import {readmeKeyTable, readmeOptionTable} from '../test/harness/readme-tables.ts';

const file = new URL('../readme.md', import.meta.url);
const results = await readResults();
const whyOf = (name: string) => allRows.find((row) => row.name === name)?.why;
const tables = {
  ...{keys: readmeKeyTable(), options: readmeOptionTable(), 'logs-options': readmeOptionTable('logs')},
  // What was never measured leaves the readme as it is.
  ...(results && {benchmarks: readmeBenchTable(results, whyOf)}),
  ...(results?.growth && {growth: growthPictures(results.growth.points, families)}),
};

let text = await readFile(file, 'utf8');
for (const [name, table] of Object.entries(tables)) {
  const section = new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`);
  text = text.replace(section, (_, start: string, end: string) => `${start}\n\n${table}\n\n${end}`);
}
await writeFile(file, text);
