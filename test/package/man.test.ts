import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {manPage} from '../../scripts/man/man-page.ts';
import {commandsHelp} from '../../source/settings/help-text.ts';
import type {Option} from '../../source/settings/option.ts';
import {options} from '../../source/settings/option-table.ts';
import {keyWords} from '../../source/ui/keys/commands.ts';
import {allCommands} from '../../source/ui/pages/registry.ts';
import {root, run} from '../harness/program.ts';
import {requireTool} from '../harness/tools.ts';

const file = path.join(root, 'man/pipetail.1');

test('man/pipetail.1 is made from the present tables (npm run docs)', async () => {
  const {version} = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  expect(await readFile(file, 'utf8')).toBe(manPage(version, keyWords(allCommands)));
});

test('man shows it without a warning: every option, every key', async (context) => {
  const man = requireTool(context, 'man');
  const env = {MANWIDTH: '400', MAN_KEEP_FORMATTING: undefined, MANPAGER: 'cat'};
  const {code, stdout, stderr} = await run(man, ['--warnings', '-E', 'UTF-8', '-l', file], {env});
  expect({code, stderr}).toEqual({code: 0, stderr: ''});
  const shown = stdout.replaceAll(/ +/g, ' ');
  const headings =
    'NAME SYNOPSIS DESCRIPTION OPTIONS COMMANDS EXAMPLES CONFIGURATION KEYS ENVIRONMENT FILES EXIT_STATUS JSON SEE_ALSO';
  const found = shown.split('\n').filter((line) => /^[A-Z ]+$/.test(line));
  expect(found.map((line) => line.replace(' ', '_')).join(' ')).toBe(headings);
  for (const [call, does] of Object.values(commandsHelp).flatMap(({examples}) => examples)) {
    expect(shown).toContain(call);
    expect(shown).toContain(does);
  }
  for (const {flag, help, setting = false} of options as readonly Option[]) {
    expect(shown).toContain(setting ? ` ${flag} = ` : `--${flag}`);
    expect(shown).toContain(help);
  }
  for (const {help} of allCommands) expect(shown).toContain(help);
});
