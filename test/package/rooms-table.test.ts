import {existsSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import {builtinModules} from 'node:module';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import manifest from '../../package.json' with {type: 'json'};
import {pathOf, roomRules, tablesIn} from '../../scripts/lint/rooms.ts';
import {root} from '../harness/program.ts';

const page = await readFile(`${root}/docs/maintainers/architecture.md`, 'utf8');
const {rooms, packages} = tablesIn(page);

test('the linter has the rules of the tables: npm run docs', async () => {
  expect(await readFile(`${root}/scripts/lint/rooms.json`, 'utf8')).toBe(roomRules(page));
});

test.each([...rooms])('%s imports places that there are', (_, may) => {
  const places = may.replace('all but ', '').split(', ');
  for (const place of places.filter((each) => each !== 'nothing'))
    expect(existsSync(path.join(root, pathOf(place, rooms))), place).toBe(true);
});

test.each([...packages])('%s is a package or a module of Node, and its places are there', (name, places) => {
  expect([...builtinModules.map((each) => `node:${each}`), ...Object.keys(manifest.devDependencies)]).toContain(name);
  for (const place of places)
    expect(
      [place, `${place}x`].some((each) => existsSync(path.join(root, each))),
      place,
    ).toBe(true);
});

describe('each folder of source/ has a row', async () => {
  const found = await readdir(`${root}/source`, {withFileTypes: true, recursive: true});
  const folders = found.filter((entry) => entry.isDirectory()).map((entry) => `${entry.parentPath}/${entry.name}`);
  test.each(folders.map((folder) => folder.slice(`${root}/`.length)))('%s', (folder) => {
    const isFloor = /^source\/(?:engine|kit|features)$/.test(folder);
    expect(isFloor || rooms.has(`${folder}/`) || /^source\/features\/[^/]+$/.test(folder)).toBe(true);
  });
});
