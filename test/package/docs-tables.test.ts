import {readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {keyRows, keysShown} from '../../source/kit/keys/commands.ts';
import type {Option} from '../../source/kit/settings/option.ts';
import {options} from '../../source/kit/settings/option-table.ts';
import {features} from '../../source/shells/features.ts';
import {
  cheatSheetText,
  everyPage,
  exitCodeTableText,
  keyTableRows,
  keyTableText,
  optionTableText,
  otherOptionTableText,
  schemaTableText,
  sectionOf,
  settingTableText,
} from '../harness/docs-tables.ts';
import {root} from '../harness/program.ts';

test('the key table has the keys of every command, those of prompts too; what pages share is there once', () => {
  for (const row of keyTableText().split('\n')) expect(row.match(/(?<!\\)\|/g)).toHaveLength(4);
  const rows = keyTableRows();
  const missing = keyRows(features.commands).filter((command) => {
    const keys = keysShown(command);
    const isIn = (group: string, does?: string) =>
      rows.some((row) => row.group === group && row.keys === keys && (does === undefined || row.does === does));
    return !(isIn(command.group, command.help) || ('does' in command && isIn(everyPage)));
  });
  expect(missing).toEqual([]);
  const ofPages = rows.filter(({group}) => group === everyPage);
  expect(ofPages).toHaveLength(10);
  expect(rows.length).toBeLessThan(keyRows(features.commands).length - 30);
});

test('the option table has a row for every option of the screen, that of settings one for every setting', () => {
  const [table, settings] = [optionTableText(), settingTableText()];
  const all: readonly Option[] = options;
  const ofScreen = new Set(
    all.filter(({commands, setting}) => commands.includes('screen') && !setting).map(({flag}) => flag),
  );
  for (const {flag, setting = false} of all) {
    const listed = table.includes(`--${flag}\``) || table.includes(`--${flag} `);
    expect(listed, flag).toBe(ofScreen.has(flag));
    expect(settings.includes(`\n| \`${flag} = `), flag).toBe(setting);
  }
});

test('a section is the text between its markers', () => {
  expect(sectionOf('a\n<!-- keys -->\n\n| x |\n\n<!-- /keys -->\nb', 'keys')).toBe('| x |');
  expect(sectionOf('a <!-- /keys --> <!-- keys -->', 'keys')).toBeUndefined();
});

const {$defs: schemas} = JSON.parse(readFileSync(path.join(root, 'docs/json-schema.json'), 'utf8'));

test.each([
  ['keys.md', 'cheat-sheet', cheatSheetText],
  ['keys.md', 'keys', keyTableText],
  ['options.md', 'options', () => optionTableText()],
  ['options.md', 'logs-options', () => optionTableText('logs')],
  ['options.md', 'other-options', otherOptionTableText],
  ['options.md', 'settings', settingTableText],
  ['shell.md', 'exit-codes', () => exitCodeTableText()],
  ['json.md', 'logs', () => schemaTableText(schemas.logs)],
  ['json.md', 'pipeline', () => schemaTableText(schemas.pipeline)],
  ['json.md', 'status', () => schemaTableText(schemas.status.items)],
  ['json.md', 'why', () => schemaTableText(schemas.status.items.properties.why.items)],
  ['json.md', 'timeline', () => schemaTableText(schemas.timeline)],
  ['json.md', 'event', () => schemaTableText(schemas.event)],
  ['json.md', 'stderr', () => schemaTableText(schemas.stderr)],
])('docs/%s has exactly this table of %s', (page, name, table) => {
  expect(sectionOf(readFileSync(path.join(root, 'docs', page), 'utf8'), name)).toBe(table());
});
