import {chmod, chown, lstat, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, expect, type TestContext, test} from 'vitest';
import {compileCacheFolder} from '../../../source/kit/system/compile-cache.ts';
import {skipOrFail} from '../../harness/tools.ts';

/** Nobody's. */
const other = 65_534;
const user = process.geteuid?.() ?? Number.NaN;

/** In the home folder: the project may lie under `/tmp`, where others may write. */
let home: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(homedir(), '.pipetail-test-')));
});
afterEach(() => rm(home, {recursive: true, force: true}));

/** Folders of other owners are made, as only root can. */
function needRoot(context: TestContext): void {
  if (user !== 0) skipOrFail(context, 'only root can give a folder to another user');
}

async function modeOf(folder: string): Promise<number> {
  return (await lstat(folder)).mode & 0o777;
}

test('it is made in the home folder, for the user alone, and found again', async () => {
  const folder = path.join(home, '.cache', 'pipetail');
  expect(compileCacheFolder({HOME: home}, user)).toBe(folder);
  expect([await modeOf(path.dirname(folder)), await modeOf(folder)]).toEqual([0o700, 0o700]);
  expect(compileCacheFolder({HOME: home}, user)).toBe(folder);
});

test('XDG_CACHE_HOME names another folder, unless it is relative', () => {
  const at = (xdg: string | undefined, HOME: string | undefined = home) =>
    compileCacheFolder({XDG_CACHE_HOME: xdg, HOME}, user);
  expect(at(path.join(home, 'elsewhere'))).toBe(path.join(home, 'elsewhere', 'pipetail'));
  expect(at(path.join(home, 'elsewhere'), '')).toBe(path.join(home, 'elsewhere', 'pipetail'));
  for (const ignored of [undefined, '', 'elsewhere']) expect(at(ignored)).toBe(path.join(home, '.cache', 'pipetail'));
  expect([compileCacheFolder({}, user), at('', ''), at('x', 'home')]).toEqual([undefined, undefined, undefined]);
});

test('without users there is none', () => {
  expect(compileCacheFolder({HOME: home}, undefined)).toBeUndefined();
});

test.each([
  ['.cache/pipetail', 0o770],
  ['.cache/pipetail', 0o755],
  ['.cache/pipetail', 0o777],
  ['.cache', 0o775],
  ['.cache', 0o757],
  ['.cache', 0o1777],
  ['.', 0o770],
])('none where %s has mode %o', async (part, mode) => {
  await mkdir(path.join(home, '.cache', 'pipetail'), {recursive: true, mode: 0o700});
  expect(compileCacheFolder({HOME: home}, user)).toBeDefined();
  await chmod(path.join(home, part), mode);
  expect(compileCacheFolder({HOME: home}, user)).toBeUndefined();
});

test.each(['.cache/pipetail', '.cache', '.'])('none where %s is of another owner', async (part) => {
  await mkdir(path.join(home, '.cache', 'pipetail'), {recursive: true, mode: 0o700});
  // The same for everybody who is not root.
  expect(compileCacheFolder({HOME: home}, other)).toBeUndefined();
  if (user !== 0) return;
  await chown(path.join(home, part), other, other);
  expect(compileCacheFolder({HOME: home}, user)).toBeUndefined();
});

test('a folder of root above the user’s is as good as one of the user', async (context) => {
  needRoot(context);
  const folder = path.join(home, '.cache', 'pipetail');
  await mkdir(folder, {recursive: true, mode: 0o700});
  await chown(folder, other, other);
  expect(compileCacheFolder({HOME: home}, other)).toBe(folder);
});

test('nothing is made in a folder that others may write to, or that is not there to be used', async (context) => {
  await chmod(home, 0o1777);
  expect(compileCacheFolder({HOME: home}, user)).toBeUndefined();
  expect(compileCacheFolder({XDG_CACHE_HOME: path.join(home, 'a', 'b')}, user)).toBeUndefined();
  expect(await readdir(home)).toEqual([]);
  needRoot(context);
  await chmod(home, 0o700);
  await chown(home, other, other);
  expect(compileCacheFolder({HOME: home}, user)).toBeUndefined();
  expect(await readdir(home)).toEqual([]);
});

test('links are followed, and it is the folder behind them that counts, with all above it', async () => {
  const [good, shared] = [path.join(home, 'good'), path.join(home, 'shared')];
  await mkdir(good);
  await mkdir(path.join(shared, 'deep', 'pipetail'), {recursive: true, mode: 0o700});
  await chmod(shared, 0o777);
  await symlink(good, path.join(home, 'to-good'));
  await symlink(path.join(shared, 'deep'), path.join(home, 'to-shared'));
  await symlink(path.join(home, 'nothing'), path.join(home, 'to-nothing'));
  const behind = (link: string) => compileCacheFolder({XDG_CACHE_HOME: path.join(home, link)}, user);
  expect(behind('to-good')).toBe(path.join(good, 'pipetail'));
  expect(behind('to-shared')).toBeUndefined();
  expect(behind('to-nothing')).toBeUndefined();
  await symlink(path.join(shared, 'deep', 'pipetail'), path.join(home, 'pipetail'));
  expect(compileCacheFolder({XDG_CACHE_HOME: home}, user)).toBeUndefined();
});

test('a file in its place is no folder', async () => {
  await writeFile(path.join(home, 'pipetail'), '', {mode: 0o700});
  expect(compileCacheFolder({XDG_CACHE_HOME: home}, user)).toBeUndefined();
  expect(compileCacheFolder({XDG_CACHE_HOME: path.join(home, 'pipetail')}, user)).toBeUndefined();
});
