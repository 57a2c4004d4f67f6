import {execFileSync} from 'node:child_process';
import {chmod, chown, lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {beforeEach, expect, type TestContext, test} from 'vitest';
import {recordingFailure} from '../../../source/engine/recording/recorder.ts';
import {Recordings} from '../../../source/engine/recording/recordings.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {skipOrFail} from '../../harness/tools.ts';
import {restored} from './restored.ts';

/** Nobody's. */
const other = 65_534;
const user = process.geteuid?.() ?? Number.NaN;

/** Where it is recorded, in a folder of this test alone. */
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let directory: string;
let folder: string;
/** A file that no recording may touch. */
let victim: string;

beforeEach(async () => {
  home = await temporaryDirectory();
  directory = path.join(home.path, 'logs');
  folder = path.join(directory, 'p--id-1');
  victim = path.join(home.path, 'victim');
  await writeFile(victim, 'mine\n');
  return async () => await home[Symbol.asyncDispose]();
});

function recordings(by: {readonly user?: number}) {
  const processes = {pid: process.pid, ...by, isAlive: () => true, random: Math.random};
  return new Recordings({directory, maxBytes: 1e9, clock: new FakeClock(), processes, fileBytes: 100});
}

/** Records some lines, in more than one file; returns why it did not. */
async function record(by: {readonly user?: number} = {user}): Promise<string | undefined> {
  const all = recordings(by);
  try {
    const opened = await all.open('p', 'id-1');
    const {buffer, start} = restored(opened.past, {maxBytes: 1e6});
    if (!opened.record) throw new Error('another program writes it');
    const recorder = opened.record({buffer, start, state: () => undefined, onChange: () => {}, onGone: () => {}});
    for (let line = 0; line < 20; line++) buffer.append(Buffer.from(`line ${line}\n`));
    await recorder.finish();
    return recorder.state.kind === 'stopped' ? recorder.state.why : undefined;
  } catch (error) {
    return recordingFailure(error);
  } finally {
    await all.closed();
  }
}

/** Files of other owners are made, as only root can. */
function needRoot(context: TestContext): void {
  if (user !== 0) skipOrFail(context, 'only root can give a folder to another user');
}

test.each(['000001.log', 'facts.jsonl', 'lock'])(
  'no link is followed at %s: the file that it leads to stays as it was',
  async (name) => {
    expect(await record()).toBeUndefined();
    const file = path.join(folder, name);
    await rm(file, {force: true});
    await symlink(victim, file);
    const why = await record();
    expect(await readFile(victim, 'utf8')).toBe('mine\n');
    expect(why).toBe(`${file} is not used: it is a link, which is not followed · remove it`);
  },
);

test.each(['facts.jsonl.new', '000002.log.zst.new'])('no link is followed at the draft %s', async (name) => {
  await mkdir(folder, {recursive: true, mode: 0o700});
  await symlink(victim, path.join(folder, name));
  expect(await record()).toBeUndefined();
  expect(await readFile(victim, 'utf8')).toBe('mine\n');
});

test.each(['000001.log', 'facts.jsonl', 'lock'])('a named pipe at %s is not waited for', async (name) => {
  expect(await record()).toBeUndefined();
  const file = path.join(folder, name);
  await rm(file, {force: true});
  execFileSync('mkfifo', [file]);
  expect(await record()).toBe(`${file} is not used: it is not a regular file · remove it`);
});

test('a folder that is a link is not recorded into', async () => {
  const elsewhere = path.join(home.path, 'elsewhere');
  await mkdir(elsewhere, {mode: 0o700});
  await mkdir(directory, {mode: 0o700});
  await symlink(elsewhere, folder);
  expect(await record()).toBe(`${folder} is not used: it is a link, which is not followed · remove it`);
  expect(await readdir(elsewhere)).toEqual([]);
});

test.each([
  ['logs/p--id-1', 0o777],
  ['logs/p--id-1', 0o1777],
  ['logs', 0o777],
  ['.', 0o757],
])('where others may write to %s (mode %o), nothing is recorded', async (part, mode) => {
  await mkdir(folder, {recursive: true, mode: 0o700});
  const open = path.join(home.path, part);
  await chmod(open, mode);
  expect(await record()).toBe(`other users may write to ${open}, and change the recording · chmod go-w ${open}`);
  expect(await readdir(folder)).toEqual([]);
  await chmod(open, 0o755);
  expect(await record()).toBeUndefined();
});

test('nothing is recorded where it is unknown who records', async () => {
  const why = `whose ${directory} is cannot be checked: this system has no user ids`;
  expect(await record({})).toBe(why);
  expect(await readdir(directory)).toEqual([]);
});

test('a shared folder is fine where it is sticky, as /tmp is; and one that only others may read', async () => {
  await mkdir(directory, {mode: 0o700});
  await chmod(directory, 0o1777);
  expect(await record()).toBeUndefined();
  await chmod(directory, 0o755);
  expect(await record()).toBeUndefined();
  expect((await lstat(folder)).mode & 0o777).toBe(0o700);
});

test('a folder may be written to by the user’s own group (umask 002), by no other one', async (context) => {
  needRoot(context);
  await mkdir(directory, {mode: 0o700});
  await chmod(directory, 0o775);
  expect(await record()).toBeUndefined();
  await chown(directory, user, other);
  await chmod(directory, 0o775);
  expect(await record()).toContain(`other users may write to ${directory}`);
});

test.each(['logs/p--id-1', 'logs'])('nothing is recorded where %s belongs to another user', async (part) => {
  if (user !== 0) return;
  await mkdir(folder, {recursive: true, mode: 0o700});
  const foreign = path.join(home.path, part);
  await chown(foreign, other, other);
  const why = `${foreign} belongs to another user, who could change the recording · name another folder with --record`;
  expect(await record()).toBe(why);
});

test('a link on the way is followed only where nobody else can turn it', async (context) => {
  needRoot(context);
  const real = path.join(home.path, 'real');
  await mkdir(real, {mode: 0o700});
  await symlink(real, directory);
  expect(await record()).toBeUndefined();
  await rename(directory, path.join(home.path, 'old'));
  const shared = path.join(home.path, 'shared');
  await mkdir(shared);
  await symlink(real, path.join(shared, 'turned'));
  await chmod(shared, 0o777);
  await symlink(path.join(shared, 'turned'), directory);
  expect(await record()).toBe(`other users may write to ${shared}, and change the recording · chmod go-w ${shared}`);
});

test('room is made neither through a link nor in the folder of another user', async (context) => {
  needRoot(context);
  await mkdir(directory, {mode: 0o700});
  const elsewhere = path.join(home.path, 'elsewhere');
  const foreign = path.join(directory, 'q--id-2');
  for (const each of [elsewhere, foreign]) {
    await mkdir(each);
    await writeFile(path.join(each, '000001.log.zst'), 'x'.repeat(1000));
    await writeFile(path.join(each, 'facts.jsonl'), '');
  }
  await symlink(elsewhere, path.join(directory, 'r--id-3'));
  await chown(foreign, other, other);
  await chmod(directory, 0o1777);
  const clock = new FakeClock();
  const processes = {pid: process.pid, user, isAlive: () => true, random: Math.random};
  const all = new Recordings({directory, maxBytes: 10, clock, processes});
  const opened = await all.open('p', 'id-1');
  await clock.advance(20_000);
  await opened.release();
  await all.closed();
  for (const each of [elsewhere, foreign]) expect(await readdir(each)).toContain('000001.log.zst');
});

test('a folder of before a rename is checked before it is locked', async () => {
  const elsewhere = path.join(home.path, 'elsewhere');
  await mkdir(elsewhere, {mode: 0o700});
  await mkdir(directory, {mode: 0o700});
  const earlier = path.join(directory, 'q--id-1');
  await symlink(elsewhere, earlier);
  expect(await record()).toBe(`${earlier} is not used: it is a link, which is not followed · remove it`);
  expect(await readdir(elsewhere)).toEqual([]);
});
