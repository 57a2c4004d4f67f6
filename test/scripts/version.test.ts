import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import manifest from '../../package.json' with {type: 'json'};
import {root} from '../harness/program.ts';

const {version} = manifest;
const read = async (name: string) => await readFile(path.join(root, name), 'utf8');

test('the lock file and the changelog are of the version of package.json', async () => {
  const lock = JSON.parse(await read('package-lock.json'));
  expect([lock.version, lock.packages[''].version]).toEqual([version, version]);
  const [newest] = /^## .*/m.exec(await read('CHANGELOG.md')) ?? [];
  expect(newest).toMatch(
    new RegExp(`^## ${version.replaceAll('.', '\\.')}(, not yet released| \\(\\d{4}-\\d\\d-\\d\\d\\))$`),
  );
});

test('what the pages call a file of a release has its version', async () => {
  const names = (await readdir(path.join(root, 'docs'), {recursive: true})).filter((name) => name.endsWith('.md'));
  for (const page of ['readme.md', ...names.map((name) => `docs/${name}`)]) {
    const written = [...(await read(page)).matchAll(/\bpipetail-(\d+\.\d+\.\d+)/g)];
    expect(new Set([version, ...written.map(([, file]) => file)]), page).toEqual(new Set([version]));
  }
});
