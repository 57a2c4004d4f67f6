import {chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import path from 'node:path';
import {crc32} from 'node:zlib';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {node, root, run} from '../harness/program.ts';
import {skipOrFail} from '../harness/tools.ts';

/** Nobody's. */
const other = 65_534;
/** Characters of the help that are looked at: less than its first row. */
const helpLength = 24;
/** In the home folder: the project may lie under `/tmp`, where others may write. */
let place: string;
let program: string;
/** How the program's help begins. */
let own: string;
/** How it does in the planted code. */
let foreign: string;

/**
 * `planted/pipetail`: a compile cache for a copy of the program, in which code that says another help passes for
 * what the program's file says. Node takes it for good: its names, sizes and sums fit.
 */
beforeAll(async () => {
  place = await mkdtemp(path.join(homedir(), '.pipetail-test-'));
  const copy = path.join(place, 'dist');
  await cp(path.join(root, 'dist'), copy, {recursive: true});
  program = path.join(copy, 'pipetail.js');
  const help = await run(node, [program, '--help'], {env: {XDG_CACHE_HOME: '/dev/null'}});
  own = help.stdout.slice(0, helpLength);
  foreign = own.toUpperCase();
  const {file, text} = await chunkWith(own);
  const changed = text.replace(own, foreign);
  await writeFile(file, changed);
  const planted = path.join(place, 'planted', 'pipetail');
  await mkdir(planted, {recursive: true, mode: 0o700});
  await helpWith({NODE_COMPILE_CACHE: planted});
  await writeFile(file, text);
  for (const name of await filesIn(planted)) {
    const cached = await readFile(name);
    // Node's header: magic, size of the code, size of the cache, sum of the code, sum of the cache.
    if (cached.readUInt32LE(12) !== crc32(changed)) continue;
    cached.writeUInt32LE(crc32(text), 12);
    await writeFile(name, cached);
  }
});

afterAll(() => rm(place, {recursive: true, force: true}));

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

/** The file of the copy that has `words` in its code. */
async function chunkWith(words: string): Promise<{readonly file: string; readonly text: string}> {
  for (const file of await filesIn(path.join(path.dirname(program), 'chunks'))) {
    const text = await readFile(file, 'utf8');
    if (text.includes(words)) return {file, text};
  }
  throw new Error(`no chunk has ${JSON.stringify(words)}`);
}

/** How the copy's help begins. */
async function helpWith(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const {stdout, stderr, code} = await run(node, [program, '--help'], {env: {XDG_CACHE_HOME: undefined, ...env}});
  expect({stderr, code}).toEqual({stderr: '', code: 0});
  return stdout.slice(0, helpLength);
}

/** A copy of what is planted, in a folder of its own. */
async function plant(name: string): Promise<string> {
  const base = path.join(place, name);
  await cp(path.join(place, 'planted'), base, {recursive: true});
  await chmod(base, 0o700);
  await chmod(path.join(base, 'pipetail'), 0o700);
  return base;
}

/** Names, owners and times of all that is in a folder. */
async function traces(folder: string): Promise<unknown> {
  const entries = await readdir(folder, {recursive: true});
  return await Promise.all(
    entries.toSorted().map(async (name) => {
      const {uid, mode, mtimeMs, size} = await stat(path.join(folder, name));
      return {name, uid, mode, mtimeMs, size};
    }),
  );
}

test('code in a folder of the user alone is run: the planted code would be', async () => {
  const base = await plant('good');
  expect(await helpWith({XDG_CACHE_HOME: base})).toBe(foreign);
  expect(await helpWith({XDG_CACHE_HOME: undefined, HOME: base})).toBe(own);
  await rename(base, path.join(place, '.cache'));
  expect(await helpWith({HOME: place})).toBe(foreign);
});

test('a folder that is missing is made, and holds the code after a start', async () => {
  expect(await helpWith({XDG_CACHE_HOME: path.join(place, 'fresh')})).toBe(own);
  expect((await filesIn(path.join(place, 'fresh', 'pipetail'))).length).toBeGreaterThan(2);
});

test('nothing in a folder of another owner is run or written', async (context) => {
  if (process.geteuid?.() !== 0) skipOrFail(context, 'only root can give a folder to another user');
  const base = await plant('foreign');
  for (const each of [path.join(base, 'pipetail'), ...(await filesIn(base))]) await chown(each, other, other);
  const before = await traces(base);
  expect(await helpWith({XDG_CACHE_HOME: base})).toBe(own);
  expect(await traces(base)).toEqual(before);
});

test.each([
  ['pipetail', 0o770],
  ['.', 0o770],
  ['.', 0o1777],
])('nor in one that others may write to: %s has mode %o', async (part, mode) => {
  const base = await plant(`shared-${part}-${mode}`);
  await chmod(path.join(base, part), mode);
  const before = await traces(base);
  expect(await helpWith({XDG_CACHE_HOME: base})).toBe(own);
  expect(await traces(base)).toEqual(before);
});

test('nor in the folder of the system’s temporary folder that Node would use by default', async () => {
  const base = await plant('temporary');
  await rename(path.join(base, 'pipetail'), path.join(base, 'node-compile-cache'));
  const before = await traces(base);
  expect(await helpWith({TMPDIR: base, HOME: path.join(base, 'none'), XDG_CACHE_HOME: '/dev/null'})).toBe(own);
  expect(await traces(base)).toEqual(before);
});
