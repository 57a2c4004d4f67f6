import {spawnSync} from 'node:child_process';
import {describe, expect, test} from 'vitest';
import {type CommandResult, node, program, run} from '../harness/program.ts';
import {findTools, skipOrFail} from '../harness/tools.ts';

const COMMANDS = [[], ['--version'], ['orders', '--host', 'http://127.0.0.1:9']];

/** A Node on the search path that is older than `engines` in package.json allows. */
function oldNode(): {path: string; version: string} | undefined {
  for (const path of findTools('node')) {
    const version = spawnSync(path, ['--version'], {encoding: 'utf8'}).stdout.trim().slice(1);
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major < 22 || (major === 22 && minor < 19)) return {path, version};
  }
  return undefined;
}

function expectOneLine(result: CommandResult, version: string): void {
  expect(result).toMatchObject({code: 1, signal: null, stdout: ''});
  expect(result.stderr).toMatch(/^[^\n]+\n$/);
  expect(result.stderr).toContain('22.19');
  expect(result.stderr).toContain(version);
}

describe.each(COMMANDS.map((args) => ({args})))('an old Node is refused in one line: $args', ({args}) => {
  test('a real one', async (context) => {
    const old = oldNode() ?? skipOrFail(context, 'no Node older than 22.19 is on the search path');
    expectOneLine(await run(old.path, [program, ...args]), old.version);
  });

  test.each(['22.18.9', '20.20.2', '18.0.0'])('version %s', async (version) => {
    const pretend = `Object.defineProperty(process.versions, 'node', {value: '${version}'});
      Object.defineProperty(process, 'version', {value: 'v${version}'});`;
    const preload = `--import=data:text/javascript,${encodeURIComponent(pretend)}`;
    expectOneLine(await run(node, [preload, program, ...args]), version);
  });
});
