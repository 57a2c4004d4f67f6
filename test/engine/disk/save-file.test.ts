import {execFileSync} from 'node:child_process';
import {lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {
  expandHome,
  makeFolder,
  saveFailure,
  saveFile,
  shortenHome,
  stateFolder,
} from '../../../source/engine/disk/save-file.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

const never = new AbortController().signal;
const blocks = [Buffer.from('one\n'), Buffer.from('two\n')];
const save = {overwrite: false, signal: never};

test('the file is there whole, for its owner alone, and nothing else', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'a.log');
  expect(await saveFile(path.relative('.', file), blocks, save)).toEqual({kind: 'saved', path: file, bytes: 8});
  expect(await readFile(file, 'utf8')).toBe('one\ntwo\n');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(home.path)).toEqual(['a.log']);
});

test('a folder is made with those above it, once, or it is said why not', async () => {
  await using home = await temporaryDirectory();
  const folder = path.join(home.path, 'a/b/c');
  await makeFolder(folder);
  await symlink(folder, path.join(home.path, 'link'));
  await makeFolder(path.join(home.path, 'link/d'));
  await makeFolder(folder);
  for (const made of [folder, path.dirname(folder), `${folder}/d`]) expect((await stat(made)).mode & 0o777).toBe(0o700);
  await writeFile(path.join(home.path, 'file'), '');
  await symlink('nowhere', path.join(home.path, 'broken'));
  for (const name of ['file', 'file/x']) {
    await expect(makeFolder(path.join(home.path, name))).rejects.toMatchObject({code: 'ENOTDIR'});
  }
  await expect(makeFolder(path.join(home.path, 'broken/x'))).rejects.toMatchObject({code: 'EPERM'});
  if (process.platform === 'linux') await expect(makeFolder('/proc/x/y')).rejects.toMatchObject({code: 'EPERM'});
});

test('an existing file is replaced only on request', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'a.log');
  await writeFile(file, 'mine');
  expect(await saveFile(file, blocks, save)).toEqual({kind: 'exists', path: file});
  expect(await readFile(file, 'utf8')).toBe('mine');
  expect(await saveFile(file, blocks, {...save, overwrite: true})).toMatchObject({kind: 'saved', bytes: 8});
  expect(await readFile(file, 'utf8')).toBe('one\ntwo\n');
  expect(await readdir(home.path)).toEqual(['a.log']);
});

test('a file that appears while ours is written is not replaced', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'a.log');
  async function* racing() {
    yield Buffer.from('one\n');
    await writeFile(file, 'theirs');
    yield Buffer.from('two\n');
  }
  expect(await saveFile(file, racing(), save)).toEqual({kind: 'exists', path: file});
  expect(await readFile(file, 'utf8')).toBe('theirs');
  expect(await readdir(home.path)).toEqual(['a.log']);
});

test('the old file is there until the new one is whole; stopped or failed, it stays', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'a.log');
  await writeFile(file, 'old');
  const stop = new AbortController();
  async function* calledOff() {
    yield Buffer.from('one\n');
    expect(await readFile(file, 'utf8')).toBe('old');
    stop.abort(new Error('called off'));
    yield Buffer.from('two\n');
  }
  expect(await saveFile(file, calledOff(), {overwrite: true, signal: stop.signal})).toEqual({
    kind: 'stopped',
    path: file,
  });
  // A source that looks at the signal itself throws its reason.
  function* throwing(): Generator<Uint8Array> {
    yield Buffer.from('one\n');
    throw stop.signal.reason;
  }
  expect(await saveFile(file, throwing(), {overwrite: true, signal: stop.signal})).toMatchObject({kind: 'stopped'});
  await expect(saveFile(file, throwing(), {overwrite: true, signal: never})).rejects.toThrow('called off');
  expect(await readFile(file, 'utf8')).toBe('old');
  expect(await readdir(home.path)).toEqual(['a.log']);
});

test('a link stays a link: what it leads to is replaced', async () => {
  await using home = await temporaryDirectory();
  const [real, linked] = [path.join(home.path, 'real.log'), path.join(home.path, 'link.log')];
  await writeFile(real, 'old');
  await symlink('real.log', linked);
  expect(await saveFile(linked, blocks, save)).toMatchObject({kind: 'exists'});
  expect(await saveFile(linked, blocks, {...save, overwrite: true})).toMatchObject({kind: 'saved', path: linked});
  expect(await readlink(linked)).toBe('real.log');
  expect(await readFile(real, 'utf8')).toBe('one\ntwo\n');
});

test('what cannot be written to is named', async () => {
  await using home = await temporaryDirectory();
  const at = (name: string) => path.join(home.path, name);
  await mkdir(at('folder'));
  await writeFile(at('file'), '');
  await symlink('nowhere', at('dangling'));
  await symlink('circle', at('circle'));
  execFileSync('mkfifo', [at('fifo')]);
  const cases = [
    ['folder', 'it is a folder'],
    ['missing/a.log', 'there is no such folder'],
    ['file/a.log', 'a part of the path is not a folder'],
    ['dangling', 'it is a link that leads nowhere'],
    ['circle', 'its links lead in a circle'],
    ['fifo', 'it is not a regular file'],
    ['x'.repeat(300), 'the name is too long'],
  ] as const;
  for (const overwrite of [false, true]) {
    for (const [name, why] of cases) {
      const file = at(name);
      const answer = await saveFile(file, blocks, {...save, overwrite});
      expect(answer).toEqual({kind: 'failed', path: file, why: `${file} was not saved: ${why}`});
    }
  }
  expect((await lstat(at('fifo'))).isFIFO()).toBe(true);
  expect((await readdir(home.path)).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('a device is never replaced by a file', async () => {
  const answer = await saveFile('/dev/null', blocks, {...save, overwrite: true});
  expect(answer).toMatchObject({kind: 'failed', why: '/dev/null was not saved: it is not a regular file'});
  expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
});

test.for<[string, string]>([
  ['~', '/home/me'],
  ['~/logs/a.log', '/home/me/logs/a.log'],
  ['~other/a.log', '~other/a.log'],
  ['a~/b', 'a~/b'],
  ['/tmp/a.log', '/tmp/a.log'],
  ['', ''],
])('%s', ([typed, expanded]) => {
  expect(expandHome(typed, '/home/me')).toBe(expanded);
});

test.for<[string, string]>([
  ['/home/me', '~'],
  ['/home/me/a b/c.log', '~/a b/c.log'],
  ['/home/mean/c.log', '/home/mean/c.log'],
  ['/var/home/me/c.log', '/var/home/me/c.log'],
  ['c.log', 'c.log'],
])('%s is shown as %s', ([file, shown]) => {
  expect(shortenHome(file, '/home/me')).toBe(shown);
  expect(shortenHome(file, '')).toBe(file);
});

const errorOf = (code: string) => Object.assign(new Error(code), {code, syscall: 'write'});

test.for<[string, string]>([
  ['ENOSPC', 'a.log was not saved: the disk is full'],
  ['EDQUOT', 'a.log was not saved: the disk quota is used up'],
  ['EACCES', 'a.log was not saved: the folder cannot be written to'],
  ['EROFS', 'a.log was not saved: the file system is read-only'],
  ['ESTALE', 'a.log was not saved: ESTALE'],
])('%s', ([code, words]) => {
  expect(saveFailure('a.log', errorOf(code))).toBe(words);
});

test('what is no failure of the file system is not one of saving', () => {
  expect(saveFailure('a.log', new Error('bug'))).toBeUndefined();
  expect(saveFailure('a.log', Object.assign(new Error('bug'), {code: 'ERR_INVALID_ARG_TYPE'}))).toBeUndefined();
  expect(saveFailure('a.log', 'bug')).toBeUndefined();
});

test.each([
  [undefined, '/home/me/.local/state/pipetail'],
  ['', '/home/me/.local/state/pipetail'],
  ['state', '/home/me/.local/state/pipetail'],
  ['/var/me', '/var/me/pipetail'],
])('with XDG_STATE_HOME=%s it is %s', (xdgStateHome, folder) => {
  expect(stateFolder({xdgStateHome, home: '/home/me'})).toBe(folder);
});
