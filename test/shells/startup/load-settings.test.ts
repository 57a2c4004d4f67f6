import {execFileSync} from 'node:child_process';
import {chmod, chown, mkdir, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, it, test} from 'vitest';
import {emptyConfig} from '../../../source/kit/settings/config-file.ts';
import {UsageError} from '../../../source/kit/settings/parse-values.ts';
import {configPlace, loadConfig, loadSettings} from '../../../source/shells/startup/load-settings.ts';
import {callerWith} from '../../harness/caller.ts';
import {readSettings} from '../../harness/read-settings.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {skipOrFail} from '../../harness/tools.ts';

async function fileWith(text: string) {
  const folder = await temporaryDirectory();
  const file = path.join(folder.path, 'config.toml');
  await writeFile(file, text);
  await chmod(file, 0o600);
  return {file, variables: {PIPETAIL_CONFIG: file}, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]()};
}

test('flags, variables and the file', async () => {
  await using at = await fileWith('theme = "dark"\nsilence = 10\ntitle = true\n');
  const settings = await loadSettings(['--theme', 'light'], callerWith({...at.variables, PIPETAIL_SILENCE: '20'}));
  expect(settings).toMatchObject({theme: 'light', silence: 20_000, title: true});
  await writeFile(at.file, 'fps = 21\n');
  expect((await loadSettings([], callerWith(at.variables))).fps).toBe(21);
});

test('the same call on another context keeps nothing of the first server', async () => {
  await using at = await fileWith(
    'fps = 20\n[contexts.a]\nhost = "https://a.example"\nauth = "a"\n[contexts.b]\nhost = "https://b.example"\n',
  );
  const calls = [
    ['--context', 'a', '--tenant', 't', '--title', 'orders'],
    ['--host', 'https://c.example', '--auth', 'c', '-k', '--title', 'orders'],
    ['--demo', '--title', 'orders'],
  ];
  for (const argv of calls) {
    const settings = await loadSettings(argv, callerWith({...at.variables, FELDERA_API_KEY: 'other'}), 'b');
    expect(settings).toMatchObject({
      ...{host: 'https://b.example', token: undefined, demo: false, context: {name: 'b'}},
      ...{fps: 20, title: true, server: {tenant: undefined, insecure: false}},
    });
  }
  await expect(loadSettings([], callerWith(at.variables), 'c')).rejects.toThrow(
    "no context named 'c' · there are a, b",
  );
});

test('an invalid file stops every command that needs it, and no other', async () => {
  await using at = await fileWith('nothing here');
  for (const argv of [[], ['list'], ['logs', 'a'], ['--demo']]) {
    await expect(loadSettings(argv, callerWith(at.variables))).rejects.toThrow(
      `${at.file}:1: '=' is missing after the key`,
    );
  }
  const others = [
    ['--help'],
    ['--version'],
    ['help'],
    ['version'],
    ['demo'],
    ['completion', 'bash'],
    ['config', 'init'],
    ['config', 'path'],
  ];
  for (const argv of others) await loadSettings(argv, callerWith(at.variables));
});

const home = '/home/ada';

it.each<readonly [readonly string[], Readonly<Record<string, string>>, string, string, string | undefined]>([
  [[], {}, '/home/ada/.config/pipetail/config.toml', '~/.config/pipetail/config.toml', undefined],
  [[], {XDG_CONFIG_HOME: '/etc/ada'}, '/etc/ada/pipetail/config.toml', '/etc/ada/pipetail/config.toml', undefined],
  [
    [],
    {XDG_CONFIG_HOME: 'here'},
    '/home/ada/.config/pipetail/config.toml',
    '~/.config/pipetail/config.toml',
    undefined,
  ],
  [[], {PIPETAIL_CONFIG: '/a.toml'}, '/a.toml', '/a.toml', 'PIPETAIL_CONFIG'],
  [[], {PIPETAIL_CONFIG: ''}, '/home/ada/.config/pipetail/config.toml', '~/.config/pipetail/config.toml', undefined],
  [['--config', '/home/ada/b.toml'], {PIPETAIL_CONFIG: '/a.toml'}, '/home/ada/b.toml', '~/b.toml', '--config'],
  [['--config=/home/adam/b.toml'], {}, '/home/adam/b.toml', '/home/adam/b.toml', '--config'],
])('%j with %j is %s', (argv, variables, file, name, namedBy) => {
  expect(configPlace(readSettings(argv, {}).config, variables, home)).toEqual({file, name, namedBy});
});

const place = (file: string, namedBy?: string) => ({file, name: 'c.toml', namedBy});

test('a file that is not named may be missing', async () => {
  await using folder = await temporaryDirectory();
  expect(await loadConfig(place(path.join(folder.path, 'none', 'c.toml')), process, home)).toBe(emptyConfig);
});

describe('a file that cannot be read is reported in one line', () => {
  it.each<readonly [string, (file: string) => Promise<unknown>, string]>([
    [
      'a file that was named and is not there',
      async () => {},
      'c.toml: no such file · it is named by --config · pipetail config init writes one',
    ],
    ['a folder', (file) => mkdir(file), 'c.toml: the configuration file cannot be read · it is a folder'],
    [
      'links in a circle',
      (file) => symlink(file, file),
      'c.toml: the configuration file cannot be read · its symbolic links form a circle',
    ],
    [
      'bytes that are no text',
      (file) => writeFile(file, Buffer.from([0x61, 0xff])),
      'c.toml: the configuration file cannot be read · it is not UTF-8',
    ],
    [
      'a large file',
      (file) => writeFile(file, Buffer.alloc(2 ** 20 + 1, 10)),
      'c.toml: the configuration file cannot be read · it is larger than 1 MiB',
    ],
    [
      'a device without an end',
      (file) => symlink('/dev/zero', file),
      'c.toml: the configuration file cannot be read · it is not a regular file',
    ],
    [
      'a pipe that nobody writes to',
      async (file) => execFileSync('mkfifo', [file]),
      'c.toml: the configuration file cannot be read · it is not a regular file',
    ],
  ])('%s', async (_, make, message) => {
    await using folder = await temporaryDirectory();
    const file = path.join(folder.path, 'c.toml');
    await make(file);
    await expect(loadConfig(place(file, '--config'), process, home)).rejects.toThrow(message);
  });
});

describe('a file that another user could change is not used, in one line with the command that mends it', () => {
  const other = 65_534;
  const isRoot = process.geteuid?.() === 0;

  test.each([
    ['c.toml', 0o666],
    ['c.toml', 0o602],
    ['.', 0o777],
    ['.', 0o1703],
  ])('%s with mode %o', async (part, mode) => {
    await using folder = await temporaryDirectory();
    const file = path.join(folder.path, 'c.toml');
    await writeFile(file, 'fps = 3\n');
    const open = path.join(folder.path, part);
    await chmod(open, mode);
    const isSticky = (mode & 0o1000) !== 0;
    const loaded = loadConfig(place(file), process, home);
    if (isSticky) expect((await loaded).options.size).toBe(1);
    else {
      const what = part === '.' ? open : 'it';
      const words = `other users may write to ${what}, so this file is not used · chmod go-w ${open}`;
      await expect(loaded).rejects.toThrow(new UsageError(`c.toml: ${words}`));
    }
    await chmod(open, 0o755);
    expect((await loadConfig(place(file), process, home)).options.size).toBe(1);
  });

  test('a group of others may write', async (context) => {
    if (!isRoot) return skipOrFail(context, 'only root can give a file to another group');
    await using folder = await temporaryDirectory();
    const file = path.join(folder.path, 'c.toml');
    await writeFile(file, 'fps = 3\n');
    await chmod(file, 0o664);
    // Its own group, as a umask of 002 has it.
    expect((await loadConfig(place(file), process, home)).options.size).toBe(1);
    await chown(file, 0, other);
    await expect(loadConfig(place(file), process, home)).rejects.toThrow(`chmod go-w ${file}`);
  });

  test.each(['the file', 'the folder'])('%s belongs to another user', async (what) => {
    if (!isRoot) return;
    await using folder = await temporaryDirectory();
    const file = path.join(folder.path, 'c.toml');
    await writeFile(file, 'fps = 3\n');
    const foreign = what === 'the file' ? file : folder.path;
    await chown(foreign, other, other);
    const words = `${foreign === file ? 'it' : foreign} belongs to another user, so this file is not used`;
    await expect(loadConfig(place(file), process, home)).rejects.toThrow(
      new UsageError(`c.toml: ${words} · sudo chown $(id -u) ${foreign}`),
    );
  });
});

test('a file is not used where it is unknown who runs the program', async () => {
  await using at = await fileWith('fps = 3\n');
  const words = `whose ${at.file} is cannot be checked: this system has no user ids`;
  await expect(loadConfig(place(at.file), {}, home)).rejects.toThrow(
    new UsageError(`c.toml: who may write to it is unknown, so this file is not used · ${words}`),
  );
});

test('/dev/null is an empty file', async () => {
  expect((await loadConfig(place('/dev/null', '--config'), process, home)).options.size).toBe(0);
});

test('a byte order mark is accepted', async () => {
  await using folder = await temporaryDirectory();
  const file = path.join(folder.path, 'c.toml');
  await writeFile(file, '\ufefffps = 3\r\ntitle = true\r\n');
  const {options} = await loadConfig(place(file), process, home);
  expect(options.get('title')?.where).toBe('c.toml:2');
});

test('a command reports the first mistake', async () => {
  await using folder = await temporaryDirectory();
  const file = path.join(folder.path, 'c.toml');
  await writeFile(file, 'fps = 0\nzzzzzz = 1\n');
  await expect(loadSettings(['--config', file], callerWith({}))).rejects.toThrow(
    new UsageError(`${file}:1: fps takes a whole number from 1 to 60, not '0'`),
  );
});

test('no text of the file can control a terminal', async () => {
  await using folder = await temporaryDirectory();
  const file = path.join(folder.path, 'c.toml');
  for (const text of [
    '"\\u001b[2Jx" = 1',
    'theme = "\\u001b]0;x\\u0007"',
    '[keys]\n"\\u001b" = "a"',
    '[keys]\nquit = "\\u001b"',
  ]) {
    await writeFile(file, text);
    const loaded = loadConfig(place(file), process, home);
    await expect(loaded).rejects.toThrow(UsageError);
    await expect(loaded).rejects.not.toThrow(/\p{Cc}/u);
  }
});
