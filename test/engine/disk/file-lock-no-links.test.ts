import {mkdir, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test, vi} from 'vitest';
import {acquireLock, type Processes, releaseLock} from '../../../source/engine/disk/file-lock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

// A file system without hard links, such as FAT, which cannot be mounted everywhere: only `link` differs.

/** What another program does while this one makes its lock: between the creation of a file and its first byte. */
let meanwhile: (() => Promise<void>) | undefined;

async function letOthers(): Promise<void> {
  const others = meanwhile;
  meanwhile = undefined;
  await others?.();
}

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...real,
    link: async (_from: string, to: string) => {
      // As Linux orders its checks.
      const taken = await real.lstat(to).then(
        () => true,
        () => false,
      );
      throw Object.assign(new Error('link'), {syscall: 'link', code: taken ? 'EEXIST' : 'EPERM'});
    },
    writeFile: async (file: string, data: string, options?: {readonly flag?: string; readonly mode?: number}) => {
      if (options?.flag !== 'wx') return await real.writeFile(file, data, options);
      await using handle = await real.open(file, 'wx', options.mode);
      await letOthers();
      await handle.writeFile(data);
    },
    rename: async (from: string, to: string) => {
      await letOthers();
      await real.rename(from, to);
    },
  };
});

const processOf = (pid: number): Processes => ({pid, isAlive: (other) => other < 2000, random: Math.random});

test('no program reads half a lock: of two at the same time one has it, and the other one knows which', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'lock');
  const answers: (number | undefined)[] = [];
  meanwhile = async () => {
    answers.push(await acquireLock(file, processOf(1001)));
  };
  answers.push(await acquireLock(file, processOf(1002)));
  expect([
    [undefined, 1001],
    [1002, undefined],
  ]).toContainEqual(answers);
  expect(await readdir(home.path)).toEqual(['lock']);
});

test('one at a time; when it is released the next one has it, and nothing is left behind', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'lock');
  expect(await acquireLock(file, processOf(1001))).toBeUndefined();
  expect(await acquireLock(file, processOf(1002))).toBe(1001);
  await releaseLock(file);
  expect(await acquireLock(file, processOf(1002))).toBeUndefined();
  expect(await readdir(home.path)).toEqual(['lock']);
  await releaseLock(file);
  expect(await readdir(home.path)).toEqual([]);
});

test('of many that find a void lock at once, one has it', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'lock');
  for (let round = 0; round < 30; round++) {
    expect(await acquireLock(file, processOf(3000))).toBeUndefined();
    const answers = await Promise.allSettled(
      [1, 2, 3, 4, 5, 6].map((each) => acquireLock(file, processOf(1000 + each))),
    );
    const taken = answers.filter((answer) => answer.status === 'fulfilled' && answer.value === undefined);
    expect(taken).toHaveLength(1);
    expect(await readdir(home.path)).toEqual(['lock']);
    await releaseLock(file);
  }
});

test('the lock of a system with links holds, or is void; one that was removed halfway is void', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'lock');
  await writeFile(file, JSON.stringify({pid: 1001, started: '', mark: 'a1'}));
  expect(await acquireLock(file, processOf(1002))).toBe(1001);
  await writeFile(file, JSON.stringify({pid: 3000, started: '', mark: 'a1'}));
  expect(await acquireLock(file, processOf(1002))).toBeUndefined();
  await releaseLock(file);
  await mkdir(file);
  expect(await acquireLock(file, processOf(1002))).toBeUndefined();
});
