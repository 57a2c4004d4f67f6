import {mkdtemp, realpath, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expectNoSecrets, secretsIn} from './planted-secret.ts';

/**
 * A directory that is deleted, with all that is in it, at the end of the scope: `await using home = …`. A planted secret
 * in it, other than in an `ownSecretFile`, is an error then.
 */
export type TemporaryDirectory = AsyncDisposable & {readonly path: string};

/** Makes an empty directory of our own under the machine's temporary directory. */
export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const made = await realpath(await mkdtemp(path.join(tmpdir(), 'pipetail-test-')));
  return {
    path: made,
    async [Symbol.asyncDispose]() {
      const found = await secretsIn(made);
      // A program that is just ending may still write into it.
      await rm(made, {recursive: true, force: true, maxRetries: 5});
      expectNoSecrets(found);
    },
  };
}
