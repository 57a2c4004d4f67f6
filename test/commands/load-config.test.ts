import {mkdir, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, it, test} from 'vitest';
import {configOf, configPlace, loadConfig} from '../../source/commands/load-config.ts';
import {readCommandLine} from '../../source/settings/command-line.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

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
  expect(configPlace(readCommandLine(argv), variables, home)).toEqual({file, name, namedBy});
});

const place = (file: string, namedBy?: string) => ({file, name: 'c.toml', namedBy});

test('the file that nobody named may be absent', async () => {
  await using folder = await temporaryDirectory();
  expect(await loadConfig(place(path.join(folder.path, 'none', 'c.toml')), home)).toBeUndefined();
});

describe('what cannot be read is one line', () => {
  it.each<readonly [string, (file: string) => Promise<unknown>, string]>([
    [
      'a file that was named and is not there',
      async () => {},
      'c.toml: there is no such file · --config names it · pipetail config init writes one',
    ],
    ['a folder', (file) => mkdir(file), 'c.toml: the configuration file cannot be read · it is a folder'],
    [
      'links in a circle',
      (file) => symlink(file, file),
      'c.toml: the configuration file cannot be read · its links go round in a circle',
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
  ])('%s', async (_, make, message) => {
    await using folder = await temporaryDirectory();
    const file = path.join(folder.path, 'c.toml');
    await make(file);
    await expect(loadConfig(place(file, '--config'), home)).rejects.toThrow(message);
  });
});

test('a mark of the byte order is no mistake', async () => {
  await using folder = await temporaryDirectory();
  const file = path.join(folder.path, 'c.toml');
  await writeFile(file, '\ufefffps = 3\r\nmouse = true\r\n');
  const loaded = await loadConfig(place(file), home);
  expect(loaded?.problems).toEqual([]);
  expect(loaded?.file.options.get('mouse')?.where).toBe('c.toml:2');
});

test('the first mistake ends what needs the file, and all are told of by the check', async () => {
  await using folder = await temporaryDirectory();
  const file = path.join(folder.path, 'c.toml');
  await writeFile(file, 'fps = 0\nzzzzzz = 1\n');
  expect((await loadConfig(place(file), home))?.problems).toEqual([
    "c.toml:1: fps takes a whole number from 1 to 60, not '0'",
    "c.toml:2: unknown key 'zzzzzz' · pipetail --help lists the options",
  ]);
  const name = await configOf(readCommandLine(['--config', file]), {}, folder.path).catch((error) => error.message);
  expect(name).toBe("~/c.toml:1: fps takes a whole number from 1 to 60, not '0'");
});

test('what stands in the file cannot do anything to a terminal', async () => {
  await using folder = await temporaryDirectory();
  const file = path.join(folder.path, 'c.toml');
  await writeFile(file, '"\\u001b[2Jx" = 1\ntheme = "\\u001b]0;x\\u0007"\n[keys]\n"\\u001b" = "a"\nquit = "\\u001b"\n');
  const loaded = await loadConfig(place(file), home);
  expect(loaded?.problems).toHaveLength(4);
  expect(loaded?.problems.join('')).not.toMatch(/\p{Cc}/u);
  expect(loaded?.file.keys).toEqual([]);
});
