import {chmod, mkdir, rename, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {systemClock} from '../../../source/lib/clock.ts';
import {readTokenFile} from '../../../source/shells/startup/token-file.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

const {signal} = new AbortController();
const read = (value: string) => readTokenFile({value, from: '--oidc-token-file'}, systemClock, signal);
const no = (words: string) => new Error(`no token from --oidc-token-file · ${words}`);

test('the file is the token, trimmed, whoever else may read it', async () => {
  await using folder = await temporaryDirectory();
  const file = path.join(folder.path, 'token');
  await writeFile(file, '\n head.body.sig \n');
  await chmod(file, 0o644);
  expect(await read(file)).toBe('head.body.sig');
});

test('a token that Kubernetes mounts is behind links, one of which is replaced', async () => {
  await using folder = await temporaryDirectory();
  const at = (...names: readonly string[]) => path.join(folder.path, ...names);
  for (const version of ['..1', '..2']) {
    await mkdir(at(version));
    await writeFile(at(version, 'token'), `token${version}`);
  }
  await symlink('..1', at('..data'));
  await symlink('..data/token', at('token'));
  expect(await read(at('token'))).toBe('token..1');
  await symlink('..2', at('..tmp'));
  await rename(at('..tmp'), at('..data'));
  expect(await read(at('token'))).toBe('token..2');
});

test('what is wrong is one line, without anything of the file', async () => {
  await using folder = await temporaryDirectory();
  const file = path.join(folder.path, 'token');
  await expect(read(file)).rejects.toThrow(no(`there is no file ${file} · give the file that holds the token`));
  await writeFile(file, '\n');
  await expect(read(file)).rejects.toThrow(no(`${file} is empty · the file must hold the token`));
  for (const text of ['two words', 'line\nbreak', 'ключ']) {
    await writeFile(file, text);
    const words = `${file} holds characters that a header cannot carry (a space, a line break)`;
    await expect(read(file)).rejects.toThrow(no(`${words} · the file must hold the token alone`));
  }
  await writeFile(file, 'token'.repeat(30_000));
  await expect(read(file)).rejects.toThrow(no(`${file} cannot be read (it is larger than 128 KiB)`));
  await expect(read('x'.repeat(70_000))).rejects.toThrow(
    /^no token from --oidc-token-file · x{1,500} … 69,\d{3} characters … x/,
  );
  await expect(read(folder.path)).rejects.toThrow(no(`${folder.path} cannot be read (EISDIR)`));
});

test('a disk that hangs is not waited for', async () => {
  const clock = new FakeClock();
  const hanging = readTokenFile({value: '/dev/null', from: '--oidc-token-file'}, clock, AbortSignal.abort());
  await expect(hanging).rejects.toThrow(no('/dev/null cannot be read (it was not read within 10 s)'));
});
