import {mkdtemp, realpath, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

/** A directory that is deleted, with all that is in it, at the end of the scope: `await using home = …`. */
export type TemporaryDirectory = AsyncDisposable & {readonly path: string};

/** Makes an empty directory of our own under the machine's temporary directory. */
export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const made = await realpath(await mkdtemp(path.join(tmpdir(), 'pipetail-test-')));
  return {
    path: made,
    async [Symbol.asyncDispose]() {
      // A program that is just ending may still write into it.
      await rm(made, {recursive: true, force: true, maxRetries: 5});
    },
  };
}
