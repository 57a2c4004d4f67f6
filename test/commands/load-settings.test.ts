import {chmod, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {loadSettings} from '../../source/commands/load-settings.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

async function fileWith(text: string) {
  const folder = await temporaryDirectory();
  const file = path.join(folder.path, 'config.toml');
  await writeFile(file, text);
  await chmod(file, 0o600);
  return {file, variables: {PIPETAIL_CONFIG: file}, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]()};
}

test('flags, variables and the file', async () => {
  await using at = await fileWith('fps = 20\nsilence = 10\nmouse = true\n');
  const settings = await loadSettings(['--fps', '30'], {...at.variables, PIPETAIL_SILENCE: '20'});
  expect(settings).toMatchObject({fps: 30, silence: 20_000, mouse: true});
  await writeFile(at.file, 'fps = 21\n');
  expect((await loadSettings([], at.variables)).fps).toBe(21);
});

test('the same call on another context: nothing of the server before is left', async () => {
  await using at = await fileWith(
    'fps = 20\n[contexts.a]\nhost = "https://a.example"\nauth = "a"\n[contexts.b]\nhost = "https://b.example"\n',
  );
  const calls = [
    ['--context', 'a', '--tenant', 't', '--mouse', 'orders'],
    ['--host', 'https://c.example', '--auth', 'c', '-k', '--mouse', 'orders'],
    ['--demo', '--mouse', 'orders'],
  ];
  for (const argv of calls) {
    const settings = await loadSettings(argv, {...at.variables, FELDERA_API_KEY: 'other'}, 'b');
    expect(settings).toMatchObject({
      ...{host: 'https://b.example', token: undefined, demo: false, context: {name: 'b'}},
      ...{fps: 20, mouse: true, way: {tenant: undefined, insecure: false}},
    });
  }
  await expect(loadSettings([], at.variables, 'c')).rejects.toThrow("knows no context 'c', but a, b");
});

test('a wrong file ends every command that needs it, and no other', async () => {
  await using at = await fileWith('nothing here');
  for (const argv of [[], ['list'], ['logs', 'a'], ['config', 'show'], ['--demo']]) {
    await expect(loadSettings(argv, at.variables)).rejects.toThrow(`${at.file}:1: '=' is missing behind the key`);
  }
  const others = [['--help'], ['--version'], ['demo'], ['completion', 'bash'], ['config', 'check'], ['config', 'path']];
  for (const argv of others) await loadSettings(argv, at.variables);
});
