// Fills the generated tables of readme.md from the tables of the program: `npm run readme`.
import {readFile, writeFile} from 'node:fs/promises';
import {readmeKeyTable, readmeOptionTable} from '../test/harness/readme-tables.ts';

const file = new URL('../readme.md', import.meta.url);
const tables = {keys: readmeKeyTable(), options: readmeOptionTable(), 'logs-options': readmeOptionTable('logs')};

let text = await readFile(file, 'utf8');
for (const [name, table] of Object.entries(tables)) {
  const section = new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`);
  text = text.replace(section, (_, start: string, end: string) => `${start}\n\n${table}\n\n${end}`);
}
await writeFile(file, text);
