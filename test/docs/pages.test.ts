import {existsSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import manifest from '../../package.json' with {type: 'json'};
import {readCommandLine} from '../../source/kit/settings/command-line.ts';
import type {Option} from '../../source/kit/settings/option.ts';
import {options} from '../../source/kit/settings/option-table.ts';
import {anchorsOf, brokenLinks, docPages, inlineCode, saidTwice, sentencesOf} from '../harness/doc-pages.ts';
import {root} from '../harness/program.ts';

const pages = await docPages();

test('every link leads to a file, and every anchor to a heading', () => {
  expect(brokenLinks(pages)).toEqual([]);
});

test('a page says in its first line who it is for', () => {
  const without = pages
    .filter(({file}) => file.startsWith('docs/'))
    .filter(({text}) => !/^# .+\n\nFor [^\n]+/.test(text));
  expect(without.map(({file}) => file)).toEqual([]);
});

test('no sentence stands on two pages', () => {
  // The changelog may say of a feature what its page says.
  expect(saidTwice(pages.filter(({file}) => file !== 'CHANGELOG.md'))).toEqual([]);
});

/** Pages with the options of other programs. */
const ofOthers = [
  'docs/comparison.md',
  'docs/maintainers/performance.md',
  'docs/maintainers/architecture.md',
  'docs/maintainers/releasing.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
];
/** Of curl, fda and grep. */
const foreign = ['fail', 'format', 'line-buffered'];

// What is in a block is run by `test/package/docs-commands.test.ts`.
test('options and calls within a sentence are those of the program', () => {
  const flags = options.filter((option: Option) => !option.setting);
  const known = new Set([...flags.flatMap(({flag}) => [flag, `no-${flag}`]), ...foreign]);
  const codes = pages
    .filter(({file}) => !ofOthers.includes(file))
    .flatMap(({file, text}) => inlineCode(text).map((code) => ({file, code})));
  const named = codes.flatMap(({file, code}) =>
    [...code.matchAll(/(?<=^|\s)--([a-z-]+)/g)].map(([, flag = '']) => ({file, flag})),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter(({flag}) => !known.has(flag))).toEqual([]);

  // Not those with placeholders, such as `pipetail open <what…>`.
  const calls = codes.filter(({code}) => /^pipetail [^<[|…]*$/.test(code) && !/\b[A-Z]{2,}\b/.test(code));
  expect(calls.length).toBeGreaterThan(10);
  for (const {code} of calls) readCommandLine(code.split(' ').slice(1));
});

test('scripts and paths in commands for maintainers are there', () => {
  const codes = pages.flatMap(({file, text}) => (ofOthers.includes(file) ? text.split(/[`\n]/) : []));
  const scripts = codes.flatMap((code) =>
    [...code.matchAll(/\bnpm run ([a-z][a-z:-]*)/g)].map(([, name = '']) => name),
  );
  expect(scripts.length).toBeGreaterThan(10);
  expect(scripts.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);

  const words = codes
    .filter((code) => /^(?:\S+=\S+ )*(?:npx|node) /.test(code))
    .flatMap((code) => code.split(' ').slice(1));
  const paths = words.filter((word) => word.includes('/'));
  expect(paths.length).toBeGreaterThan(3);
  expect(paths.filter((each) => !existsSync(path.join(root, each)))).toEqual([]);
});

test('anchors are those of GitHub', () => {
  const text = '# It does not work?\n```sh\n# no heading\n```\n## `logs`, [a link](x.md) and `--since`\n';
  expect([...anchorsOf(text)]).toEqual(['it-does-not-work', 'logs-a-link-and---since']);
});

test('a link to nothing is found: a file, an anchor of another page, an anchor of its own', () => {
  const other = {file: 'docs/b.md', text: '# B\n'};
  const text = '[a](b.md#b) [b](b.md#c) [c](no.md) [d](#a) [e](#f) [f](https://example.com) `[g](no.md)`\n# A\n';
  expect(brokenLinks([{file: 'docs/a.md', text}, other])).toEqual([
    'docs/a.md: docs/b.md#c',
    'docs/a.md: docs/no.md',
    'docs/a.md: docs/a.md#f',
  ]);
});

test('a sentence that is said again is found, in a table and over the end of a line, too', () => {
  const sentence = 'A sentence of more than forty letters is long enough.';
  const one = {file: 'a.md', text: `# Title\n\nShort. A sentence of more than forty letters\nis long enough. Short.\n`};
  const two = {file: 'b.md', text: `| key | ${sentence} |\n<!-- x -->\n| ${sentence} |\n<!-- /x -->\n`};
  expect(sentencesOf(one.text)).toEqual(['Title', 'Short.', sentence, 'Short.']);
  expect(saidTwice([one, two])).toEqual([`a.md, b.md: ${sentence.toLowerCase()}`]);
});
