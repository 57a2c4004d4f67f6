import {execFileSync} from 'node:child_process';
import {stripVTControlCharacters} from 'node:util';
import {expect, test} from 'vitest';
import manifest from '../../package.json' with {type: 'json'};
import {manPage} from '../../scripts/man/man-page.ts';
import {bold, entry, heading, paragraph, plain, subheading, textOf} from '../../scripts/man/roff.ts';
import {keyWords} from '../../source/ui/keys/commands.ts';
import {allCommands} from '../../source/ui/pages/registry.ts';
import {requireTool} from '../harness/tools.ts';

test.each([
  ['--host URL', '\\-\\-host URL'],
  ['back\\slash', 'back\\eslash'],
  ['.dot', '\\&.dot'],
  ["'quote", '\\(aqquote'],
  ['^L ~ ` "', '\\(haL \\(ti \\(ga \\(dq'],
  ['pipeline…', 'pipeline\\[u2026]'],
  ['𝄞', '\\[u1D11E]'],
])('%s', (text, wanted) => {
  expect(plain(text)).toBe(wanted);
  expect(bold(text)).toBe(`\\fB${wanted}\\fR`);
  expect(entry('a', text)).toEqual(['.TP', '\\fBa\\fR', wanted]);
  expect(textOf(`${paragraph(text)}\n`, 80)).toBe(`    ${text}\n`);
});

test('the text of a page has its headings, terms and descriptions, wrapped at blanks', () => {
  const parts = [heading('options'), ...entry('--host URL', 'a base of five words'), subheading('at night')];
  expect(textOf([...parts, paragraph('.one two')].join('\n'), 26)).toBe(
    `OPTIONS

    --host URL
           a base of five
           words

  at night

    .one two
`,
  );
});

test('all words of the manual page are those that man shows', (context) => {
  const man = requireTool(context, 'man');
  const page = manPage(manifest.version, keyWords(allCommands));
  const env = {
    ...process.env,
    MANWIDTH: '80',
    MANPAGER: 'cat',
    GROFF_NO_SGR: undefined,
    MAN_KEEP_FORMATTING: undefined,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
  };
  const shown = execFileSync(man, ['-E', 'UTF-8', '-l', '-'], {input: page, env, encoding: 'utf8'});
  // Without its first and last line, which man makes of the title.
  const words = stripVTControlCharacters(shown).trim().split('\n').slice(1, -1).join(' ').split(/\s+/).filter(Boolean);
  expect(textOf(page, 80).split(/\s+/).filter(Boolean)).toEqual(words);
});
