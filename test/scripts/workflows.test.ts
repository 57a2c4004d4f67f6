import {existsSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import manifest from '../../package.json' with {type: 'json'};
import {root} from '../harness/program.ts';

const folder = path.join(root, '.github/workflows');

describe.each(await readdir(folder))('.github/workflows/%s', async (name) => {
  const text = await readFile(path.join(folder, name), 'utf8');

  test('every action of others is a commit, with its version beside it', () => {
    const used = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, action = '']) => action);
    expect(used.length).toBeGreaterThan(0);
    const others = used.filter((action) => !action.startsWith('./'));
    expect(others.filter((action) => !/^[\w-]+\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
    for (const action of used.filter((each) => each.startsWith('./')))
      expect(existsSync(path.join(root, action))).toBe(true);
  });

  test('it may only read, unless a job says more', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
  });

  test('the scripts that it runs are there', () => {
    const scripts = [...text.matchAll(/npm run ([\w-]+)/g)].map(([, script = '']) => script);
    expect(scripts.filter((script) => !Object.hasOwn(manifest.scripts, script))).toEqual([]);
    const files = [...text.matchAll(/(?:run: |node )((?:\.ci|scripts)\/[\w/.]+)/g)].map(([, file = '']) => file);
    expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  test('what others write does not become a part of a command', () => {
    const commands = [...text.matchAll(/run: (?:[|>]-?\n(?: {10,}.*\n)+|.*)/g)].map(([command]) => command);
    expect(commands.filter((command) => /\$\{\{(?! matrix\.)/.test(command))).toEqual([]);
  });
});
