import {chmod, mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {hashOf, settle, tar} from '../../../scripts/release/reproducible.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

const files = {
  'bin/pipetail': '#!/bin/sh\necho pipetail 1\n',
  'lib/pipetail/libatomic.so.1': 'library',
  'share/doc/pipetail/LICENSE': 'MIT\n',
  'share/zsh/site-functions/_pipetail': '#compdef\n',
};

/** A tree as it is laid for the archive; made in another order and with other modes each time. */
async function laidIn(place: string, isOther: boolean): Promise<string> {
  const folder = path.join(place, 'pipetail-1-linux-x64');
  const names = Object.entries(files);
  for (const [name, text] of isOther ? names.toReversed() : names) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), {recursive: true, mode: isOther ? 0o700 : 0o777});
    await writeFile(file, text, {mode: isOther ? 0o600 : 0o666});
  }
  await chmod(path.join(folder, 'bin/pipetail'), isOther ? 0o700 : 0o777);
  await settle(folder, 1e9);
  return folder;
}

test('two archives are the same bytes', async () => {
  const sums = await Promise.all(
    [false, true].map(async (isOther) => {
      await using place = await temporaryDirectory();
      const archive = path.join(place.path, 'x.tar');
      tar(await laidIn(place.path, isOther), archive);
      return await hashOf(archive);
    }),
  );
  expect(sums[1]).toBe(sums[0]);
});
