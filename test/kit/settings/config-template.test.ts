import {readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {keyTable} from '../../../source/kit/keys/remap-keys.ts';
import {configTemplate} from '../../../source/kit/settings/config-template.ts';
import {effectiveCommands, type Option, variableOf} from '../../../source/kit/settings/option.ts';
import {options} from '../../../source/kit/settings/option-table.ts';
import {contextOptions} from '../../../source/kit/settings/option-values.ts';
import {parseConfig} from '../../../source/kit/settings/parse-config.ts';
import {features} from '../../../source/shells/features.ts';
import {root} from '../../harness/program.ts';
import {readSettings} from '../../harness/read-settings.ts';

const read = {name: 'c.toml', home: '/home/ada', isPrivate: true};
const table = keyTable(features.commands);
const template = configTemplate(table.lines());
const standing: readonly Option[] = options.filter((option: Option) => effectiveCommands(option).length > 0);

/** Enables every commented line; explanations stay. */
const allOn = template.replace(/^#(?! |$)/gm, '');

test('as written, it sets nothing', () => {
  expect(template.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
});

test('with every comment sign removed, every line is valid and a default', () => {
  const file = parseConfig(allOn, read);
  expect(table.problems(file.keys)).toEqual([]);
  for (const {flag, value, fallback} of standing.filter((option) => !option.ofContext)) {
    const given = file.options.get(flag as never)?.text;
    expect(given, flag).toBeDefined();
    if (value === undefined) expect(given, flag).toBe('false');
    if (fallback !== undefined) expect(given, flag).toBe(fallback);
  }
  expect([...file.filters.keys()]).toEqual(['noise']);
  expect(file.keys.map(({command, keys}) => [command, keys])).toEqual(
    table.lines().map(({command, keys}) => [command, keys]),
  );
  const settings = readSettings([], {PROD_FELDERA_KEY: 'k'}, file);
  expect(settings).toMatchObject({
    ...{host: 'https://feldera.example.com', token: 'k', context: {name: 'prod', color: 'red'}},
    theme: 'default',
  });
});

test('every option, variable and key of a context is explained', () => {
  for (const option of standing.filter((each) => !each.ofContext)) {
    expect(template.includes(`# --${option.flag}`), option.flag).toBe(!option.setting);
    expect(template).toContain(variableOf(option));
    expect(template).toContain(option.help);
  }
  for (const {flag} of contextOptions) expect(template).toMatch(new RegExp(`^#( or: )?${flag} = `, 'm'));
});

test('the example of docs/options.md is right', () => {
  const [, text = ''] = /```toml\n([\s\S]*?)```/.exec(readFileSync(path.join(root, 'docs/options.md'), 'utf8')) ?? [];
  const file = parseConfig(text, read);
  expect(table.problems(file.keys)).toEqual([]);
  expect(file.contexts.size).toBe(2);
  expect(file.filters.size).toBe(1);
});
