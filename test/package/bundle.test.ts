import {readdir, readFile} from 'node:fs/promises';
import {isBuiltin} from 'node:module';
import path from 'node:path';
import {expect, test} from 'vitest';
import {node, root, run} from '../harness/program.ts';

/** What scripts/bundle.mjs writes down about each file of dist/. */
type Contents = Readonly<
  Record<
    string,
    {
      readonly imports: readonly {readonly kind: string; readonly target: string; readonly external: boolean}[];
      readonly inputs: readonly string[];
    }
  >
>;

const ENTRY = 'dist/pipetail.js';
const contents: Contents = JSON.parse(await readFile(path.join(root, 'dist/.meta.json'), 'utf8'));

/** The files that run before the program can do anything else: what `from` imports statically, all the way. */
function loadedWith(from: string): Set<string> {
  const found = new Set([from]);
  for (const file of found) {
    for (const {kind, target, external} of contents[file]?.imports ?? []) {
      if (kind === 'import-statement' && !external) found.add(target);
    }
  }
  return found;
}

/** The npm packages with bytes in these files. */
function packagesIn(files: Iterable<string>): Set<string> {
  const inputs = [...files].flatMap((file) => contents[file]?.inputs ?? []);
  return new Set(inputs.flatMap((input) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []));
}

test('everything outside Node itself is in the bundle', () => {
  const outside = Object.values(contents).flatMap(({imports}) => imports.filter(({external}) => external));
  expect(outside.length).toBeGreaterThan(0);
  expect(outside.map(({target}) => target).filter((target) => !isBuiltin(target))).toEqual([]);
});

test('the entry loads no library, so that an old Node gets as far as the message', () => {
  const inputs = [...loadedWith(ENTRY)].flatMap((file) => contents[file]?.inputs ?? []);
  expect(inputs).toContain('cli.tsx');
  expect(packagesIn(loadedWith(ENTRY))).toEqual(new Set());
});

test('undici is there, and is not read before the first frame', () => {
  expect(packagesIn(Object.keys(contents))).toContain('undici');
  const early = Object.keys(contents).filter((file) => packagesIn([file]).has('ink'));
  expect(early.length).toBeGreaterThan(0);
  for (const file of early) expect(packagesIn(loadedWith(file))).not.toContain('undici');
});

test('React is the production build, and no devtools are in', async () => {
  const react = Object.values(contents).flatMap(({inputs}) => inputs.filter((input) => /\/react/.test(input)));
  expect(react).toContain('node_modules/react/cjs/react.production.js');
  expect(react.filter((input) => /development|devtools-core/.test(input))).toEqual([]);
  for (const file of Object.keys(contents)) {
    expect(await readFile(path.join(root, file), 'utf8')).not.toMatch(/performance\.measure\(/);
  }
});

test('dist holds what the build made and nothing else', async () => {
  const files = await readdir(path.join(root, 'dist'), {recursive: true, withFileTypes: true});
  const isOfSingleFile = /\/dist\/(?:pipetail-|\.single-file-|release\/)/;
  const names = files
    .filter((file) => file.isFile())
    .map((file) => path.join(file.parentPath, file.name))
    .filter((name) => !isOfSingleFile.test(name));
  const made = [...Object.keys(contents), 'dist/.meta.json', 'dist/.stamp'];
  expect(names.toSorted()).toEqual(made.map((name) => path.join(root, name)).toSorted());
});

test('NOTICES.md names exactly the packages in the bundle, with their licences', async () => {
  const result = await run(node, [path.join(root, 'scripts/notices.mjs'), '--check']);
  expect(result).toMatchObject({code: 0, stderr: ''});
  const notices = await readFile(path.join(root, 'NOTICES.md'), 'utf8');
  const named = new Set([...notices.matchAll(/^## (\S+) \S+$/gm)].map(([, name]) => name));
  expect(named).toEqual(packagesIn(Object.keys(contents)));
});
