import {spawn} from 'node:child_process';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {expect, test} from 'vitest';
import {acquireLock, lockHolder, type Processes, releaseLock} from '../../../source/engine/disk/file-lock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const processOf = (pid: number): Processes => ({pid, isAlive, random: Math.random});
const ours = processOf(process.pid);

/** A real process that does nothing, until the answer is disposed of. */
function otherProcess(): {pid: number; end: () => Promise<void>} {
  const child = spawn('sleep', ['60']);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid ?? 0,
    async end() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

test('one at a time; when it is released the next one has it, and nothing is left behind', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'lock');
  const other = otherProcess();
  expect(await acquireLock(file, processOf(other.pid))).toBeUndefined();
  expect(await acquireLock(file, ours)).toBe(other.pid);
  await releaseLock(file);
  expect(await acquireLock(file, ours)).toBeUndefined();
  expect(await readdir(home.path)).toEqual(['lock']);
  await releaseLock(file);
  expect(await readdir(home.path)).toEqual([]);
  await other.end();
});

test('a lock is one whatever number its mark is made of', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'lock');
  const other = otherProcess();
  expect(await acquireLock(file, {...processOf(other.pid), random: () => 0})).toBeUndefined();
  expect(await acquireLock(file, ours)).toBe(other.pid);
  await other.end();
});

test('the lock of a process that died is void', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'lock');
  const other = otherProcess();
  await acquireLock(file, processOf(other.pid));
  await other.end();
  expect(await acquireLock(file, ours)).toBeUndefined();
  expect(await readdir(home.path)).toEqual(['lock']);
});

test('so is one whose id another process has by now', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'lock');
  const other = otherProcess();
  await acquireLock(file, processOf(other.pid));
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/\d+","mark/, '1","mark'));
  expect(await acquireLock(file, ours)).toBeUndefined();
  await other.end();
});

test('a damaged lock is void', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'lock');
  await writeFile(file, '{"pid":');
  expect(await acquireLock(file, ours)).toBeUndefined();
});

test.each([0, -1, 1.5, 2 ** 53])('a lock of the process %d, which there cannot be, is void', async (pid) => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'lock');
  await writeFile(file, JSON.stringify({pid, started: '', mark: 'a'}));
  const alive = {...processOf(1000), isAlive: () => true};
  expect(await lockHolder(file, alive)).toBeUndefined();
  expect(await acquireLock(file, alive)).toBeUndefined();
});

test('of many that find a void lock at once, one has it', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'lock');
  for (let round = 0; round < 30; round++) {
    await writeFile(file, JSON.stringify({pid: 999_999_999, started: ''}));
    const rivals = Array.from({length: 6}, (_, index) => ({
      ...processOf(1000 + index),
      isAlive: (pid: number) => pid < 2000,
    }));
    const answers = await Promise.allSettled(rivals.map((rival) => acquireLock(file, rival)));
    const taken = answers.filter((answer) => answer.status === 'fulfilled' && answer.value === undefined);
    expect(taken).toHaveLength(1);
    await releaseLock(file);
  }
});
