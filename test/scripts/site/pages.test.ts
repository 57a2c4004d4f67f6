import {describe, expect, test} from 'vitest';
import {fileOf, inOrder, linkIn, pageOf} from '../../../scripts/site/pages.ts';

const address = 'https://git.example.com/feldera/pipetail';
const pages = new Set(['readme.md', 'SECURITY.md', 'docs/keys.md', 'docs/json.md']);
const files = new Set(['docs/pictures/log-dark.svg', 'docs/json-schema.json']);
const link = (source: string, target: string, at = '') => linkIn(source, target, {pages, files, address: at});

test.each([
  ['readme.md', 'index.html'],
  ['docs/keys.md', 'keys.html'],
  ['CODE_OF_CONDUCT.md', 'code-of-conduct.html'],
])('%s is %s', (source, file) => expect(fileOf(source)).toBe(file));

test('title and description have no marks; a page needs a heading', () => {
  const text = '# The `keys`\n\n<!-- made -->\n\nFor [everyone](x.md), **all**\nof them.\n\n## Next\n';
  const page = {
    source: 'docs/keys.md',
    file: 'keys.html',
    title: 'The keys',
    description: 'For everyone, all of them.',
  };
  expect(pageOf('docs/keys.md', text)).toEqual({...page, text});
  expect(() => pageOf('docs/none.md', 'text')).toThrow('docs/none.md has no heading');
});

test('the order is that of the part of the readme with most links; the rest follows by name', () => {
  const readme = '# p\n[c](docs/c.md)\n\n## Pages\n[b](docs/b.md#part) [a](docs/a.md)\n\n## Licence\n[c](docs/c.md)\n';
  const sources = ['docs/a.md', 'docs/b.md', 'docs/c.md', 'CHANGELOG.md', 'readme.md'];
  const ordered = inOrder(
    sources.map((source) => pageOf(source, '# T\n')),
    readme,
  );
  expect(ordered.map(({source}) => source)).toEqual([
    'readme.md',
    'docs/b.md',
    'docs/a.md',
    'CHANGELOG.md',
    'docs/c.md',
  ]);
});

describe('links', () => {
  test.each([
    ['readme.md', 'docs/keys.md#the-list', 'keys.html#the-list'],
    ['docs/keys.md', 'json.md', 'json.html'],
    ['docs/keys.md', '../SECURITY.md#reporting', 'security.html#reporting'],
    ['docs/keys.md', '../readme.md', 'index.html'],
    ['docs/json.md', 'json-schema.json', 'json-schema.json'],
    ['readme.md', 'docs/pictures/log-dark.svg', 'pictures/log-dark.svg'],
    ['docs/keys.md', '#here', '#here'],
    ['docs/keys.md', 'https://www.feldera.com', 'https://www.feldera.com'],
  ])('of %s to %s: %s', (source, target, goal) => {
    expect(link(source, target)).toBe(goal);
    expect(link(source, target, address)).toBe(goal);
  });

  test('a file that only the repository has is there, or no link', () => {
    expect(link('docs/keys.md', '../test/wire/INDEX.md#one')).toBeUndefined();
    expect(link('docs/keys.md', '../test/wire/INDEX.md#one', address)).toBe(
      `${address}/blob/HEAD/test/wire/INDEX.md#one`,
    );
  });

  test('a picture of the readme, which has the address in it, is that of the site', () => {
    expect(link('readme.md', `${address}/raw/HEAD/docs/pictures/log-dark.svg`, address)).toBe('pictures/log-dark.svg');
  });
});
