import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {linked, withPictures} from '../../scripts/address.ts';
import {root} from '../harness/program.ts';

const address = 'https://git.example.com/feldera/pipetail';
const read = async (name: string) => await readFile(path.join(root, name), 'utf8');
const manifest = await read('package.json');
const readme = await read('readme.md');
const {address: present}: {address: string} = JSON.parse(manifest);
const at = (place: string) => JSON.stringify({...JSON.parse(manifest), address: place});

test('package.json and the readme have what follows from the address (npm run docs)', async () => {
  expect(linked(manifest)).toBe(manifest);
  expect(withPictures(readme, present)).toBe(readme);
});

test('with an address: links, absolute pictures; without, nothing of that', () => {
  const set = JSON.parse(linked(at(address)));
  expect(set).toMatchObject({
    homepage: `${address}#readme`,
    bugs: {url: `${address}/issues`},
    repository: {type: 'git', url: `git+${address}.git`},
  });
  const unset = JSON.parse(linked(JSON.stringify({...set, address: ''})));
  for (const key of ['homepage', 'bugs', 'repository']) expect(unset).not.toHaveProperty(key);

  const pictured = withPictures(readme, address);
  expect(pictured).toContain(`src="${address}/raw/HEAD/docs/pictures/`);
  expect(pictured).not.toContain('src="docs/');
  expect(withPictures(pictured, '')).toBe(withPictures(readme, ''));
});
