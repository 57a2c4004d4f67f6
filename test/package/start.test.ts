import {copyFile, cp, mkdir, readdir, readFile, rm, stat, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {type CommandResult, node, root, run} from '../harness/program.ts';
import {type TemporaryDirectory, temporaryDirectory} from '../harness/temporary-directory.ts';
import {openTerminal} from '../harness/terminal.ts';

/** A project with our scripts and packages, and a program of two lines. */
async function smallProject(): Promise<TemporaryDirectory> {
  const project = await temporaryDirectory();
  const at = (file: string): string => path.join(project.path, file);
  await cp(path.join(root, 'scripts'), at('scripts'), {recursive: true});
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json'])
    await copyFile(path.join(root, file), at(file));
  await symlink(path.join(root, 'node_modules'), at('node_modules'));
  for (const folder of ['source', 'demo']) await mkdir(at(folder));
  await writeFile(at('source/greeting.ts'), `export const greeting: string = 'first';\n`);
  await writeFile(
    at('cli.tsx'),
    `#!/usr/bin/env -S node --stack-size=900
     import {greeting} from './source/greeting.ts';
     if (process.argv.includes('stay')) {
       process.on('SIGTERM', () => process.exit(5));
       setInterval(() => {}, 1000);
     }
     console.log(greeting, ...process.argv.slice(2));
     if (process.argv.includes('flags')) console.log(...process.execArgv);
     if (process.argv.includes('die')) process.kill(process.pid, 'SIGKILL');
     process.exitCode = 3;\n`,
  );
  return project;
}

const start = (project: TemporaryDirectory, ...args: string[]): Promise<CommandResult> =>
  run(node, [path.join(project.path, 'scripts/start.mjs'), ...args]);

test('builds when there is nothing, when a source has changed, and not otherwise', async () => {
  await using project = await smallProject();
  const built = path.join(project.path, 'dist/pipetail.js');
  const stamp = async (): Promise<number> => (await stat(built)).mtimeMs;

  expect(await start(project, '--flag', 'word')).toEqual({
    code: 3,
    signal: null,
    stdout: 'first --flag word\n',
    stderr: '',
  });
  const first = await stamp();
  expect(await start(project, 'flags')).toMatchObject({stdout: 'first flags\n--stack-size=900\n'});
  expect(await stamp()).toBe(first);

  await writeFile(path.join(project.path, 'source/greeting.ts'), `export const greeting: string = 'second';\n`);
  expect(await start(project)).toMatchObject({code: 3, stdout: 'second\n'});
  const second = await stamp();
  expect(second).not.toBe(first);

  // esbuild reads it.
  await writeFile(path.join(project.path, 'tsconfig.json'), '{"compilerOptions": {"module": "nodenext"}}');
  await start(project);
  const third = await stamp();
  expect(third).not.toBe(second);

  await rm(path.join(project.path, 'dist/.stamp'));
  expect(await start(project)).toMatchObject({code: 3, stdout: 'second\n'});
  expect(await stamp()).not.toBe(third);
});

test('a source that does not build is reported on standard error, and the older build stays', async () => {
  await using project = await smallProject();
  await start(project);
  const built = await readFile(path.join(project.path, 'dist/pipetail.js'), 'utf8');
  await writeFile(path.join(project.path, 'source/greeting.ts'), 'export const = 1;\n');
  const result = await start(project);
  expect(result).toMatchObject({code: 1, stdout: ''});
  expect(result.stderr).toContain('source/greeting.ts:1');
  expect(await readFile(path.join(project.path, 'dist/pipetail.js'), 'utf8')).toBe(built);
});

test('a package that is missing, as after a pull, is named in one line', async () => {
  await using project = await smallProject();
  const [all, some] = [path.join(root, 'node_modules'), path.join(project.path, 'node_modules')];
  await rm(some);
  await mkdir(some);
  for (const name of await readdir(all))
    if (name !== 'yauzl') await symlink(path.join(all, name), path.join(some, name));
  await writeFile(path.join(project.path, 'source/greeting.ts'), `export {default as greeting} from 'yauzl';\n`);
  expect(await start(project)).toMatchObject({
    ...{code: 1, stdout: '', stderr: 'run npm ci first: the package yauzl is missing\n'},
  });
});

test('chunks of an older build do not pile up', async () => {
  await using project = await smallProject();
  await start(project);
  const old = path.join(project.path, 'dist/chunks/old-ABCDEFGH.js');
  await mkdir(path.dirname(old), {recursive: true});
  await writeFile(old, '');
  await writeFile(path.join(project.path, 'source/greeting.ts'), `export const greeting: string = 'second';\n`);
  await start(project);
  await expect(stat(old)).rejects.toThrow('ENOENT');
});

test('passes signals to the program, and its exit code back', async () => {
  await using project = await smallProject();
  await using terminal = await openTerminal({
    command: node,
    args: [path.join(project.path, 'scripts/start.mjs'), 'stay'],
  });
  await terminal.waitFor('first stay');
  terminal.kill('SIGTERM');
  expect(await terminal.waitForExit()).toEqual({code: 5, signal: undefined});
  expect(await start(project, 'die')).toMatchObject({code: 128 + 9});
});
