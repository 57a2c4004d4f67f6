import {chmod} from 'node:fs/promises';
import type {TestContext} from 'vitest';
import {run} from './program.ts';
import {temporaryDirectory} from './temporary-directory.ts';
import {requireTool, skipOrFail} from './tools.ts';

type ReadOnlyFolder = AsyncDisposable & {readonly path: string};

/** An empty folder that nobody may write to: for root, who may write everywhere, a read-only file system. */
export async function readOnlyFolder(context: TestContext): Promise<ReadOnlyFolder> {
  const directory = await temporaryDirectory();
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    requireTool(context, 'mount');
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', directory.path]);
    if (mounted.code !== 0) skipOrFail(context, 'a tmpfs cannot be mounted here');
  } else await chmod(directory.path, 0o500);
  return {
    path: directory.path,
    async [Symbol.asyncDispose]() {
      if (isRoot) await run('umount', ['-l', directory.path]);
      else await chmod(directory.path, 0o700);
      await directory[Symbol.asyncDispose]();
    },
  };
}
