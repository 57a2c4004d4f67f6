import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import manifest from '../../../package.json' with {type: 'json'};
import {problemsOf} from '../../../scripts/release/problems.ts';
import {filledRecipe} from '../../../scripts/release/recipes.ts';
import {root} from '../../harness/program.ts';

const address = 'https://git.example.com/feldera/pipetail';
const {version, description} = manifest;
const names = ['.tgz', '-linux-x64.tar.gz', '-linux-arm64.tar.gz'].map((end) => `pipetail-${version}${end}`);
const sums = Object.fromEntries(names.map((name, index) => [name, String(index).repeat(64)]));
const folder = path.join(root, 'packaging');

test.each(await readdir(folder))('packaging/%s: nothing is left to fill in', async (name) => {
  const filled = filledRecipe(await readFile(path.join(folder, name), 'utf8'), {version, description, address}, sums);
  expect(filled).not.toMatch(/@[a-z][\w .-]*@/);
  expect(filled).toContain(version);
  // Each file that it loads is beside its sum.
  const loaded = [...filled.matchAll(/releases\/download\/v[^/]+\/([\w.-]+)/g)].map(([, file = '']) => file);
  expect(loaded.filter((file) => !filled.includes(sums[file] ?? 'no sum'))).toEqual([]);
});

test('without an address, and for a file that SHA256SUMS does not name, there is none', () => {
  expect(() => filledRecipe('', {version, description, address: ''}, sums)).toThrow('no address');
  expect(() => filledRecipe('@sha256 x@', {version, description, address}, sums)).toThrow('SHA256SUMS has no x');
});

test('a release is refused with what is missing', () => {
  const ready = {
    manifest: {version: '1.2.3', address},
    ...{tag: 'v1.2.3', changes: '# Changelog\n\n## 1.2.3 (2027-01-01)\n', isClean: true},
  };
  expect(problemsOf(ready)).toEqual([]);
  const nothing = {manifest: {version: '1.2.3', address: ''}, tag: 'v1', changes: '## 1.2.3, not yet released'};
  expect(problemsOf({...ready, ...nothing, isClean: false})).toEqual([
    'package.json has no address · set it, then: npm run docs',
    'there are changes that are not committed',
    'the tag v1 is not that of the version 1.2.3',
    'CHANGELOG.md has no heading ## 1.2.3 (YYYY-MM-DD)',
  ]);
});
