import {spawnSync} from 'node:child_process';
import {readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {nodeFlagsOf, nodeVariablesOf} from '../../scripts/node-flags.ts';
import {node, root, run} from '../harness/program.ts';
import {type TemporaryDirectory, temporaryDirectory} from '../harness/temporary-directory.ts';
import {openTerminal} from '../harness/terminal.ts';
import {findTools, requireTool, skipOrFail} from '../harness/tools.ts';

/** Where the tarball is installed: a prefix of its own, with a cache of npm's that holds nothing. */
let prefix: TemporaryDirectory;
let tarball: string;
let packed: readonly string[];

beforeAll(async () => {
  prefix = await temporaryDirectory();
  // The build is there already, and a second one would only take its time.
  const pack = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', prefix.path, root]);
  const made: unknown = JSON.parse(pack);
  // npm 11 answers a list, npm 12 an object by package.
  const [report] = Object.values(made as Record<string, {filename: string; files: {path: string}[]}>);
  tarball = path.join(prefix.path, report?.filename ?? '');
  packed = report?.files.map((file) => file.path) ?? [];
  // Offline with an empty cache: anything that it needed beside the tarball would make it fail.
  await npm(['install', '--global', '--offline', '--no-audit', '--no-fund', tarball]);
});

afterAll(() => prefix[Symbol.asyncDispose]());

async function npm(args: readonly string[]): Promise<string> {
  const env = {npm_config_prefix: prefix.path, npm_config_cache: path.join(prefix.path, 'cache')};
  const result = await run('npm', args, {env: {...env, npm_config_update_notifier: 'false'}});
  expect(result, result.stderr).toMatchObject({code: 0});
  return result.stdout;
}

test('the tarball is under 2 MB and holds the program, its pages and its licences, no sources and no tests', async () => {
  expect((await stat(tarball)).size).toBeLessThan(2_000_000);
  const pages = ['readme.md', 'CHANGELOG.md', 'LICENSE', 'NOTICES.md', 'SECURITY.md', 'package.json'];
  expect(packed).toEqual(expect.arrayContaining(['dist/pipetail.js', ...pages]));
  const others = packed.filter((file) => !pages.includes(file));
  expect(others.filter((file) => !/^dist\/(pipetail|chunks\/[\w-]+)\.js$/.test(file))).toEqual([]);
});

test('packed again, in another place, it is the same bytes', async () => {
  await using place = await temporaryDirectory();
  await npm(['pack', '--ignore-scripts', '--pack-destination', place.path, root]);
  const again = await readFile(path.join(place.path, path.basename(tarball)));
  expect(Buffer.compare(again, await readFile(tarball))).toBe(0);
});

test('nothing more is installed', async () => {
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  expect(manifest).not.toHaveProperty('dependencies');
  const list = JSON.parse(await npm(['ls', '--global', '--all', '--json']));
  expect(Object.keys(list.dependencies)).toEqual(['pipetail']);
  expect(list.dependencies.pipetail.dependencies).toBeUndefined();
});

// BusyBox's env has no -S.
test.for(['dash', 'busybox sh'])('%s starts it', async (shell, context) => {
  const [name = '', ...words] = shell.split(' ');
  const command = requireTool(context, name);
  const PATH = [path.dirname(node), process.env.PATH].join(path.delimiter);
  const program = path.join(prefix.path, 'bin/pipetail');
  expect(await run(command, [...words, program, '--version'], {env: {PATH}})).toMatchObject({code: 0, stderr: ''});
});

test('its first lines need nothing else, and give Node the flags and variables of cli.tsx', async () => {
  const [first, second] = (await readFile(path.join(prefix.path, 'bin/pipetail'), 'utf8')).split('\n');
  expect(first).toBe('#!/bin/sh');
  const variables = Object.entries(nodeVariablesOf(root)).map((pair) => pair.join('='));
  expect(second).toContain(`exec env ${variables.join(' ')} node ${nodeFlagsOf(root).join(' ')} "$0" "$@"`);
});

describe.each(['22', '24', '26'])('what is installed runs under Node %s', (major) => {
  /** The directory of a Node of this major, to be put first on the search path. */
  function directoryOf(context: Parameters<typeof skipOrFail>[0]): string {
    const majorOf = (file: string): string | undefined =>
      /^v(\d+)/.exec(spawnSync(file, ['--version'], {encoding: 'utf8'}).stdout)?.[1];
    const found = [node, ...findTools('node')].find((file) => majorOf(file) === major);
    return path.dirname(found ?? skipOrFail(context, `no Node ${major} is on the search path`));
  }
  const withNode = (directory: string): {PATH: string} => ({
    PATH: [directory, path.join(prefix.path, 'bin'), process.env.PATH].join(path.delimiter),
  });

  test('--version', async (context) => {
    const {version} = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
    const result = await run('pipetail', ['--version'], {env: withNode(directoryOf(context))});
    expect(result).toMatchObject({code: 0, stderr: ''});
    expect(result.stdout.startsWith(`pipetail ${version}`)).toBe(true);
  });

  test('the commands of a shell', async (context) => {
    const calls = ['logs --demo nightly', 'list --demo', 'completion bash'];
    const script = calls.map((call) => `pipetail ${call}`).join(' && ');
    const result = await run('sh', ['-c', script], {env: withNode(directoryOf(context))});
    expect(result).toMatchObject({code: 0});
    for (const words of ['pipeline-name="nightly"', '_pipetail']) expect(result.stdout).toContain(words);
  });

  test('the screen', async (context) => {
    const env = withNode(directoryOf(context));
    await using terminal = await openTerminal({command: 'sh', args: ['-c', 'exec pipetail --demo'], env});
    await terminal.waitFor(/pipetail +demo.* LIVE/);
    await terminal.press('q');
    expect(await terminal.waitForExit()).toEqual({code: 0, signal: undefined});
    expect(terminal.alternateScreen).toBe(false);
  });
});
