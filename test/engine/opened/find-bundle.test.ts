import {execFileSync} from 'node:child_process';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {readWhole} from '../../../source/engine/opened/find-bundle.ts';
import {findLogs} from '../../../source/engine/opened/find-logs.ts';
import type {FoundLog} from '../../../source/engine/opened/found-log.ts';
import {root} from '../../harness/program.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {zipOf} from './zip-file.ts';

const wire = path.join(root, 'test/wire');
const folder = await temporaryDirectory();
afterAll(() => folder[Symbol.asyncDispose]());

async function write(bytes: Uint8Array): Promise<string> {
  const file = path.join(folder.path, 'x.zip');
  await writeFile(file, bytes);
  return file;
}

type FoundBundle = Extract<FoundLog, {kind: 'bundle'}>;

async function bundleIn(what: string): Promise<FoundBundle> {
  const [found] = await findLogs(what);
  if (found?.kind !== 'bundle') throw new Error(`found ${found?.kind}`);
  return found;
}

async function failureOf(what: string): Promise<string> {
  return await findLogs(what).then(
    () => 'found',
    (error: Error) => error.message.replaceAll(what, 'WHAT'),
  );
}

const facts = ({name, collections}: FoundBundle) => ({
  name,
  collections: collections.map((each) => ({name: each.name, at: each.at, files: [...each.files.keys()].sort()})),
});

const metadata = JSON.stringify({
  pipeline: {name: 'orders'},
  collections: [{directory: 'a', time: '2026-11-27T05:54:23Z'}],
});

test("Feldera's own bundle has its collections, oldest first", async () => {
  const files = ['logs.txt', 'pipeline_config.json', 'pipeline_events.json', 'stats.json'];
  expect(facts(await bundleIn(path.join(wire, '19-support-bundle.zip')))).toEqual({
    name: 'c2',
    collections: [
      {name: '2026-11-27T05-53-02.308522368Z', at: Date.UTC(2026, 10, 27, 5, 53, 2, 308), files},
      {name: '2026-11-27T05-54-23.307932482Z', at: Date.UTC(2026, 10, 27, 5, 54, 23, 307), files},
    ],
  });
});

test.each(['19-support-bundle.zip', '31-support-bundle-real.zip'])('%s: each file is whole', async (name) => {
  const file = path.join(wire, name);
  const {collections} = await bundleIn(file);
  const part = collections.at(-1)?.files.get('logs.txt');
  const bytes = part && (await readWhole(part));
  expect(bytes?.length).toBeGreaterThan(10_000);
  expect(bytes?.toString()).toMatch(/^\[manager\] .* Fresh start of pipeline logs/);
});

test('a bundle that was unpacked is the same', async () => {
  const to = path.join(folder.path, 'unpacked');
  const {collections} = await bundleIn(path.join(wire, '19-support-bundle.zip'));
  await mkdir(to);
  await writeFile(path.join(to, 'metadata.json'), JSON.stringify({pipeline: {name: 'c2'}, collections: []}));
  for (const {name, files} of collections) {
    await mkdir(path.join(to, name));
    for (const [file, part] of files) await writeFile(path.join(to, name, file), (await readWhole(part)) ?? '');
  }
  expect(facts(await bundleIn(to))).toEqual(facts(await bundleIn(path.join(wire, '19-support-bundle.zip'))));
});

test('what is packed again is found in a folder of its own, and other files are passed over', async () => {
  const file = await write(
    zipOf([
      {name: 'again/metadata.json', content: metadata},
      {name: 'again/a/logs.txt', content: 'a line\n'},
      {name: '__MACOSX/again/a/._logs.txt', content: 'x'},
      {name: 'again/a/heap_profile.pb.gz', content: 'x'},
    ]),
  );
  expect(facts(await bundleIn(file))).toEqual({
    name: 'orders',
    collections: [{name: 'a', at: Date.UTC(2026, 10, 27, 5, 54, 23), files: ['logs.txt']}],
  });
});

test('of several files of one name the last one is read, and that is said', async () => {
  const again = JSON.stringify({pipeline: {name: 'again'}});
  const file = await write(
    zipOf([
      {name: 'metadata.json', content: metadata},
      {name: 'a/logs.txt', content: 'first\n'},
      {name: 'a//logs.txt', content: 'second\n'},
      {name: 'a/logs.txt', content: 'third\n'},
      {name: 'b/logs.txt', content: 'another\n'},
      {name: 'metadata.json', content: again},
    ]),
  );
  const notes: string[] = [];
  const [found] = await findLogs(file, {note: (line) => notes.push(line.replace(file, 'FILE'))});
  if (found?.kind !== 'bundle') throw new Error('no bundle');
  const part = found.collections.find(({name}) => name === 'a')?.files.get('logs.txt');
  expect([found.name, part && (await readWhole(part))?.toString()]).toEqual(['again', 'third\n']);
  expect(notes).toEqual([
    'FILE has 2 files metadata.json: the last one is read',
    'FILE has 3 files a/logs.txt: the last one is read',
  ]);
});

describe('hostile names', () => {
  test('are shown clean, and lead nowhere', async () => {
    const file = await write(
      zipOf([
        {name: '../../etc/passwd', content: 'x'},
        {name: '/etc/logs.txt', content: 'absolute\n'},
        {name: '../../logs.txt', content: 'above\n'},
        {name: 'a\x1b]0;owned\x07\n/logs.txt', content: 'escape\n'},
        {name: Buffer.from([0xff, 0xfe, 0x2f, ...Buffer.from('logs.txt')]), content: 'no UTF-8\n'},
        {name: 'metadata.json', content: JSON.stringify({pipeline: {name: '\x1b[2Jorders'}, collections: {length: 9}})},
      ]),
    );
    const {name, collections} = await bundleIn(file);
    const shown = [
      name,
      ...collections.flatMap((each) => [each.name, ...[...each.files.values()].map((part) => part.name)]),
    ];
    for (const each of shown) expect(each).not.toMatch(/[^\x20-\x7e\ufffd]/);
    for (const {files} of collections) for (const part of files.values()) expect(part.path).toBe(file);
    expect(collections).toHaveLength(4);
  });

  test('of folders that objects have', async () => {
    const file = await write(zipOf([{name: '__proto__/logs.txt', content: 'a line\n'}]));
    expect(facts(await bundleIn(file))).toMatchObject({name: 'x.zip', collections: [{name: '__proto__'}]});
  });
});

describe('what is no bundle is refused in one line', () => {
  test('another ZIP file', async () => {
    const file = await write(zipOf([{name: 'readme.md', content: '# Hello'}]));
    const words = 'WHAT is a ZIP file, but not a Feldera support bundle with a log: unpack it, and open its folder';
    expect(await failureOf(file)).toBe(words);
    expect(await failureOf(await write(zipOf([])))).toBe(words);
    expect(await failureOf(await write(zipOf([{name: 'metadata.json', content: metadata}])))).toBe(words);
  });

  test("Feldera's own that was cut anywhere, and what only begins as one", async () => {
    const whole = await readFile(path.join(wire, '19-support-bundle.zip'));
    const words =
      'WHAT is cut or damaged: its list of files cannot be read · zip -FF WHAT --out whole.zip saves what is left';
    for (const length of [4, 29, 40, 15_000, whole.length - 1]) {
      expect(await failureOf(await write(whole.subarray(0, length)))).toBe(words);
    }
    expect(await failureOf(await write(Buffer.from('PK\x03\x04'.repeat(100_000), 'latin1')))).toBe(words);
  });

  test('files that have the same bytes, which would be unpacked for each of them', async () => {
    const zip = zipOf(['a', 'b'].map((name) => ({name: `${name}/logs.txt`, content: 'a line\n'})));
    // The offset of the second file in the directory.
    zip.writeUInt32LE(0, zip.lastIndexOf('PK\x01\x02') + 42);
    expect(await failureOf(await write(zip))).toBe('WHAT is not a support bundle: files in it have the same bytes');
  });

  test('too many files', async () => {
    const many = Array.from({length: 10_001}, (_, at) => ({name: `${at}`, content: ''}));
    expect(await failureOf(await write(zipOf(many)))).toBe('WHAT has too many files to be a support bundle');
  });
});

test('what the tool zip makes', async (context) => {
  const from = path.join(folder.path, 'made');
  await mkdir(path.join(from, 'a'), {recursive: true});
  await writeFile(path.join(from, 'a/logs.txt'), 'a line\n');
  try {
    execFileSync('zip', ['-q', '-r', path.join(folder.path, 'made.zip'), 'a'], {cwd: from});
  } catch {
    context.skip('the tool zip is missing');
  }
  const {collections} = await bundleIn(path.join(folder.path, 'made.zip'));
  const part = collections[0]?.files.get('logs.txt');
  expect(part && (await readWhole(part))?.toString()).toBe('a line\n');
});
