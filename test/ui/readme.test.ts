import {readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {options} from '../../source/settings/options.ts';
import {allCommands} from '../../source/ui/commands.ts';
import {root} from '../harness/program.ts';
import {readmeKeyTable, readmeOptionTable, readmeSection} from '../harness/readme-tables.ts';

test('the key table has a row for every command, and its bars are those of Markdown', () => {
  const rows = readmeKeyTable().split('\n');
  expect(rows).toHaveLength(2 + allCommands.length);
  for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(4);
  for (const {help} of allCommands)
    expect(
      rows.some((row) => row.includes(` | ${help} |`)),
      help,
    ).toBe(true);
});

test('the option table has a row for every option of the screen', () => {
  const table = readmeOptionTable();
  for (const option of options) {
    const listed = table.includes(`--${option.flag}\``) || table.includes(`--${option.flag} `);
    expect(listed, option.flag).toBe((option.commands as readonly string[]).includes('screen'));
  }
});

test('a section is what stands between its markers', () => {
  expect(readmeSection('a\n<!-- keys -->\n\n| x |\n\n<!-- /keys -->\nb', 'keys')).toBe('| x |');
  expect(readmeSection('a <!-- /keys --> <!-- keys -->', 'keys')).toBeUndefined();
});

const file = path.join(root, 'readme.md');

test.each([
  ['keys', readmeKeyTable],
  ['options', () => readmeOptionTable()],
  ['logs-options', () => readmeOptionTable('logs')],
])('the readme has exactly this table of %s', (name, table) => {
  expect(readmeSection(readFileSync(file, 'utf8'), name)).toBe(table());
});
