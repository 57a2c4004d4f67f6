import {expect, test} from 'vitest';
import {node, root, run} from '../../harness/program.ts';

/** Bundles a program as `bundle.mjs` does and runs it. */
async function outputOf(program: string): Promise<unknown> {
  const script = `
import {build} from 'esbuild';
import {bareBuiltins} from './scripts/first-frame/builtins.mjs';
const {outputFiles: [{text}]} = await build({
  stdin: {contents: process.argv[1], resolveDir: '.'}, absWorkingDir: process.cwd(),
  bundle: true, format: 'esm', platform: 'node', write: false, plugins: [bareBuiltins],
});
process.stdout.write(text);`;
  // Not in the same process: esbuild uses some of Node's modules too.
  const bundle = await run(node, ['--input-type=module', '--eval', script, program], {cwd: root});
  expect(bundle.stderr).toBe('');
  const {stdout, stderr} = await run(node, ['--input-type=module', '--eval', bundle.stdout]);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

test('names, the default export, required modules and classes are the original ones', async () => {
  const program = `
import fs, {readFileSync} from 'node:fs';
import {EventEmitter} from 'events';
import zlib, {gunzipSync, gzipSync, constants} from 'node:zlib';
import {Script} from 'node:vm';
import {promisify} from 'node:util';
const required = require('zlib');
const real = process.getBuiltinModule('node:zlib');
console.log(JSON.stringify([
  fs.readFileSync === readFileSync,
  new EventEmitter() instanceof process.getBuiltinModule('node:events'),
  String(gunzipSync(gzipSync('there and back'))),
  [zlib.gzip === real.gzip, required.gzip === real.gzip, constants === real.constants],
  new Script('41 + 1').runInThisContext(),
  String(await promisify(zlib.gunzip)(await promisify(required.gzip)('later'))),
]));`;
  expect(await outputOf(program)).toEqual([true, true, 'there and back', [true, true, true], 42, 'later']);
});

test('a costly module is loaded at its first use', async () => {
  const program = `
import tls from 'node:tls';
import {spawn} from 'node:child_process';
const loaded = () => ['tls', 'child_process', 'dgram'].map((name) => process.moduleLoadList.includes('NativeModule ' + name));
const before = loaded();
const names = [typeof tls, typeof spawn];
const after = loaded();
tls.getCiphers();
spawn(process.execPath, ['--version'], {stdio: 'ignore'}).on('exit', (code) => {
  console.log(JSON.stringify({before, names, after, used: loaded(), code}));
});`;
  expect(await outputOf(program)).toEqual({
    before: [false, false, false],
    names: ['object', 'function'],
    after: [false, false, false],
    used: [true, true, true],
    code: 0,
  });
});
