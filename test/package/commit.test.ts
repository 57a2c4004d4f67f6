import {copyFile, mkdir, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {node, root, run} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {requireTool} from '../harness/tools.ts';

test('the version names the commit, and whether the sources differ from it; without a repository no commit', async (context) => {
  const git = requireTool(context, 'git');
  await using project = await temporaryDirectory();
  const at = (file: string): string => path.join(project.path, file);
  await mkdir(at('scripts'));
  await mkdir(at('source'));
  await copyFile(path.join(root, 'scripts/stamp.mjs'), at('scripts/stamp.mjs'));
  await writeFile(at('cli.tsx'), '1;\n');

  const inProject = async (command: string, args: readonly string[]): Promise<string> => {
    const result = await run(command, args, {cwd: project.path});
    expect(result).toMatchObject({code: 0, stderr: ''});
    return result.stdout.trim();
  };
  const script = `import {commitOf} from './scripts/stamp.mjs'; console.log(commitOf());`;
  const commitOf = (): Promise<string> => inProject(node, ['--input-type=module', '--eval', script]);

  expect(await commitOf()).toBe('');
  await inProject(git, ['init', '--quiet']);
  // A repository without a commit.
  expect(await commitOf()).toBe('');
  await inProject(git, ['add', '.']);
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  await inProject(git, [...identity, 'commit', '--quiet', '--message', 'first']);
  const commit = await inProject(git, ['rev-parse', '--short=7', 'HEAD']);
  expect(commit).toMatch(/^[0-9a-f]{7,}$/);
  expect(await commitOf()).toBe(commit);

  // What does not go into the bundle changes nothing.
  await writeFile(at('readme.md'), 'words\n');
  expect(await commitOf()).toBe(commit);
  await writeFile(at('source/new.ts'), '2;\n');
  expect(await commitOf()).toBe(`${commit}, changed`);

  // Unpacked inside another project's repository.
  await mkdir(at('vendor'));
  await rename(at('scripts'), at('vendor/scripts'));
  const inVendor = script.replace('./scripts', './vendor/scripts');
  expect(await inProject(node, ['--input-type=module', '--eval', inVendor])).toBe('');
});
