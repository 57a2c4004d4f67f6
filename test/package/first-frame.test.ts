import {readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {node, openProgram, root, run} from '../harness/program.ts';

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

const contents: Contents = JSON.parse(await readFile(path.join(root, 'dist/.meta.json'), 'utf8'));

test('the first frame loads no module and makes no segmenter that it does not need', async () => {
  const preload = path.join(import.meta.dirname, 'first-frame-preload.mjs');
  await using terminal = await openProgram(['--host', 'http://127.0.0.1:1', 'orders'], {
    env: {NODE_OPTIONS: `--import=${preload}`, PIPETAIL_TEST_FRAME: 'frame.json'},
  });
  await terminal.waitFor('orders');
  // Written right after the frame: it may not be there yet.
  const frame = await eventually(
    async () => await readFile(path.join(terminal.home, 'frame.json'), 'utf8').catch(() => ''),
    () => 'what the first frame has loaded',
  );
  const {segmenters, names}: {segmenters: number; names: string[]} = JSON.parse(frame);
  // Each of these was loaded once, by an import at the top of a file.
  const late = [
    'assert',
    'child_process',
    'crypto',
    'dgram',
    'http',
    'http2',
    'https',
    'tls',
    'worker_threads',
    'zlib',
  ];
  expect(names.filter((name) => late.includes(name))).toEqual([]);
  expect(names).toContain('tty');
  expect(segmenters).toBe(0);
});

test('no file but the entry has Node make a module of a builtin', () => {
  const made = Object.entries(contents).flatMap(([file, {imports}]) =>
    imports.filter(({external, kind}) => external && kind === 'import-statement').map(({target}) => [file, target]),
  );
  expect(made).toEqual([['dist/pipetail.js', 'node:module']]);
});

test('the modules that parts of the program share are in few files', () => {
  const loaded = loadedWith('source/shells/screen/run/run-screen.ts');
  // Without the common chunk there are 16.
  expect(loaded.length).toBeGreaterThan(1);
  expect(loaded.length).toBeLessThanOrEqual(7);
});

test('little is compiled before the cache of compiled code is there', async () => {
  const loaded = loadedWith('source/kit/system/compile-cache.ts');
  const sizes = await Promise.all(loaded.map(async (file) => (await stat(path.join(root, file))).size));
  // With the common chunk it is nearly a megabyte, and the first frame comes 15 % later.
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(20_000);
});

/** The files that are loaded for a module that the program imports late. */
function loadedWith(module: string): readonly string[] {
  const file = Object.keys(contents).find((each) => contents[each]?.inputs.includes(module));
  expect(file).toBeDefined();
  const loaded = new Set([file ?? '']);
  for (const each of loaded) {
    for (const {kind, target} of contents[each]?.imports ?? []) if (kind === 'import-statement') loaded.add(target);
  }
  return [...loaded];
}

test('each edit of a package is made in a file of the bundle', async () => {
  const script = `
import {lateParts} from './scripts/first-frame/late-parts.mjs';
import {leftOut} from './scripts/first-frame/left-out.mjs';
import {inkEdits} from './scripts/ink/faster-ink.mjs';
console.log(JSON.stringify([...lateParts, ...leftOut, ...inkEdits].map(({files}) => files.source)));`;
  const {stdout} = await run(node, ['--input-type=module', '--eval', script], {cwd: root});
  const patterns: string[] = JSON.parse(stdout);
  const inputs = Object.values(contents).flatMap((each) => each.inputs);
  expect(patterns.length).toBeGreaterThan(5);
  expect(patterns.filter((pattern) => !inputs.some((input) => new RegExp(pattern).test(input)))).toEqual([]);
});

test('the bundle has no reader of manifests, HTTP/2, `assert` or segmenter of Node; the list of all emoji is read late', async () => {
  const texts = await Promise.all(Object.keys(contents).map((file) => readFile(path.join(root, file), 'utf8')));
  const all = texts.join('\n');
  expect(all).toContain('HTTP/2 was not offered');
  const left = ['BSD-3-Clause-No-Nuclear-License', 'HTTP2_HEADER_AUTHORITY', 'node:assert', 'new Intl.Segmenter('];
  expect(left.filter((text) => all.includes(text))).toEqual([]);
  const emoji = [...all.matchAll(/.{3}\/\^(?:\(\?:)?\\p\{RGI_Emoji\}/g)].map(([match]) => match.slice(0, 3));
  // In both versions of string-width.
  expect(emoji).toEqual(['??=', '??=']);
  expect(all.split('RGI_Emoji}')).toHaveLength(emoji.length + 1);
});
