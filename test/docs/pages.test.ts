import {expect, test} from 'vitest';
import {anchorsOf, brokenLinks, docPages, saidTwice, sentencesOf} from '../harness/doc-pages.ts';

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
