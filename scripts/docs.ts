// `npm run docs`: fills the generated tables in docs/ from the program's tables.
import {readFile, writeFile} from 'node:fs/promises';
import {allRows} from '../bench/all-rows.ts';
import {benchTable, headlineTable} from '../bench/frame/docs-table.ts';
import {readResults} from '../bench/frame/results.ts';
import manifest from '../package.json' with {type: 'json'};
import {features} from '../source/shells/features.ts';
import {
  cheatSheetText,
  exitCodeTableText,
  keyTableText,
  optionTableText,
  otherOptionTableText,
  schemaTableText,
  settingTableText,
} from '../test/harness/docs-tables.ts';
import {keyMistakes} from '../test/harness/key-mistakes.ts';
import {linked, withPictures} from './address.ts';
import {roomRules} from './lint/rooms.ts';

const mistakes = keyMistakes(features);
if (mistakes.length > 0) {
  console.error(mistakes.join('\n'));
  process.exit(1);
}

const results = await readResults();
const whyOf = (name: string) => allRows.find((row) => row.name === name)?.why;

await fill('keys.md', {'cheat-sheet': cheatSheetText(), keys: keyTableText()});
await fill('options.md', {
  options: optionTableText(),
  'logs-options': optionTableText('logs'),
  'other-options': otherOptionTableText(),
  settings: settingTableText(),
});
const {$defs: schemas} = JSON.parse(await readFile(new URL('../docs/json-schema.json', import.meta.url), 'utf8'));
await fill('json.md', {
  logs: schemaTableText(schemas.logs),
  pipeline: schemaTableText(schemas.pipeline),
  status: schemaTableText(schemas.status.items),
  why: schemaTableText(schemas.status.items.properties.why.items),
  diff: schemaTableText(schemas.diff),
  run: schemaTableText(schemas.run),
  leaf: schemaTableText(schemas.leaf),
  change: schemaTableText(schemas.change),
  timeline: schemaTableText(schemas.timeline),
  event: schemaTableText(schemas.event),
  stderr: schemaTableText(schemas.stderr),
});
await fill('shell.md', {'exit-codes': exitCodeTableText()});
// Without results the page stays as it is.
await fill('maintainers/performance.md', {
  ...(results && {
    headline: headlineTable(results),
    benchmarks: benchTable(results, whyOf),
  }),
});

await change('package.json', linked);
await change('readme.md', (text) => withPictures(text, manifest.address));

const rooms = await readFile(new URL('../docs/maintainers/architecture.md', import.meta.url), 'utf8');
await writeFile(new URL('./lint/rooms.json', import.meta.url), roomRules(rooms));

async function change(name: string, edit: (text: string) => string): Promise<void> {
  const file = new URL(`../${name}`, import.meta.url);
  await writeFile(file, edit(await readFile(file, 'utf8')));
}

async function fill(page: string, tables: Readonly<Record<string, string>>): Promise<void> {
  const file = new URL(`../docs/${page}`, import.meta.url);
  let text = await readFile(file, 'utf8');
  for (const [name, table] of Object.entries(tables)) {
    const section = new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`);
    text = text.replace(section, (_, start: string, end: string) => `${start}\n\n${table}\n\n${end}`);
  }
  await writeFile(file, text);
}
