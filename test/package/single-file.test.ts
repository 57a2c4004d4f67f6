import {execFileSync} from 'node:child_process';
import {appendFile, cp, readdir, readFile, symlink} from 'node:fs/promises';
import path from 'node:path';
import {beforeAll, beforeEach, describe, expect, test} from 'vitest';
import manifest from '../../package.json' with {type: 'json'};
import {node, root, run} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openTerminal} from '../harness/terminal.ts';
import {findTool, requireTool, skipOrFail} from '../harness/tools.ts';

const name = `pipetail-${process.platform}-${process.arch}`;
const file = path.join(root, 'dist', name);
const release = path.join(root, 'dist/release');

const missing = ['strip', 'patchelf'].find((tool) => findTool(tool) === undefined);

describe.runIf(name === 'pipetail-linux-x64')('the program as one file', () => {
  beforeAll(() => {
    if (missing !== undefined) return;
    execFileSync(node, [path.join(root, 'scripts/release-files.mjs'), '--fast'], {stdio: ['ignore', 'ignore', 2]});
  }, 300_000);
  beforeEach((context) => {
    if (missing !== undefined) skipOrFail(context, `${missing} is not installed`);
  });

  test('starts without a word of Node’s, and leaves no compiled code on disk', async () => {
    const cache = {XDG_CACHE_HOME: undefined};
    const result = await run('sh', ['-c', '"$0" --version && find "$HOME" -mindepth 1', file], {env: cache});
    expect(result).toMatchObject({code: 0, stderr: ''});
    expect(result.stdout).toMatch(new RegExp(`^pipetail ${manifest.version}[^\\n]*\\n$`));
  });

  test('has its flags, and takes none from variables', async () => {
    const env = {NODE_OPTIONS: '--stack-size=banana'};
    expect(await run(file, ['config', 'path'], {env})).toMatchObject({code: 0, stderr: ''});
  });

  test('no variable of Node’s acts on it', async () => {
    await using place = await temporaryDirectory();
    const env = {
      NODE_CHANNEL_FD: '99',
      NODE_COMPILE_CACHE: path.join(place.path, 'cache'),
      NODE_DEBUG: '*',
      NODE_DEBUG_NATIVE: 'HTTP_SERVER',
      NODE_ICU_DATA: place.path,
      NODE_PENDING_DEPRECATION: '1',
      NODE_REDIRECT_WARNINGS: path.join(place.path, 'warnings'),
      NODE_REPL_EXTERNAL_MODULE: path.join(place.path, 'missing.js'),
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_V8_COVERAGE: path.join(place.path, 'coverage'),
    };
    const usual = await run(file, ['logs', '--demo', 'nightly']);
    const result = await run(file, ['logs', '--demo', 'nightly'], {env});
    expect(result).toMatchObject({code: 0, stderr: usual.stderr});
    expect(result.stdout).toContain('pipeline-name="nightly"');
    expect(await readdir(place.path)).toEqual([]);
  });

  test('a second build, in another place, is the same bytes', async () => {
    await using place = await temporaryDirectory();
    const env = {...process.env, TMPDIR: place.path, TZ: 'Asia/Tokyo'};
    const script = path.join(root, 'scripts/single-file.mjs');
    execFileSync(node, [script, '--out', path.join(place.path, 'dist')], {env, stdio: ['ignore', 'ignore', 2]});
    expect(Buffer.compare(await readFile(path.join(place.path, 'dist', name)), await readFile(file))).toBe(0);
  });

  test('needs no newer libraries than Debian 10 and RHEL 8 have', (context) => {
    const readelf = requireTool(context, 'readelf');
    const versions = execFileSync(readelf, ['--version-info', '--wide', file], {encoding: 'utf8', maxBuffer: 64e6});
    const newest = (library: string) =>
      [...versions.matchAll(new RegExp(`\\b${library}_(\\d+(?:\\.\\d+)+)`, 'g'))]
        .map(([, version = '']) => version.split('.').map(Number))
        .reduce((most, each) => (comesAfter(each, most) ? each : most), [0])
        .join('.');
    // Of glibc 2.28, and of the libstdc++ of GCC 8.
    expect(newest('GLIBC')).toBe('2.28');
    expect(comesAfter(newest('GLIBCXX').split('.').map(Number), [3, 4, 25])).toBe(false);
    const needed = execFileSync(readelf, ['--dynamic', file], {encoding: 'utf8'});
    const libraries = [...needed.matchAll(/NEEDED.*\[(.*)\]/g)].map(([, library = '']) =>
      library.replace(/\.so.*/, ''),
    );
    // libatomic is what small systems lack: the tarball has it.
    const usual = ['libdl', 'libm', 'libstdc++', 'libgcc_s', 'libpthread', 'libc', 'ld-linux-x86-64'];
    expect(libraries.filter((library) => !usual.includes(library))).toEqual(['libatomic']);
    expect(needed).toContain('[$ORIGIN/../lib/pipetail]');
  });

  test('the screen, its title and its end', async () => {
    await using terminal = await openTerminal({command: file, args: ['--demo', '--title']});
    await terminal.waitFor(/pipetail +demo.* LIVE/);
    expect(await readFile(`/proc/${terminal.pid}/cmdline`, 'utf8')).toMatch(/^pipetail\0*$/);
    await terminal.press('q');
    expect(await terminal.waitForExit()).toEqual({code: 0, signal: undefined});
    expect(terminal.alternateScreen).toBe(false);
  });

  test('the commands: logs, recordings, completion', async () => {
    const record =
      'logs --demo nightly --record logs > sent && "$0" logs --from logs nightly > recorded && cmp sent recorded';
    const script = `"$0" ${record} && "$0" completion bash && "$0" completion answer -- tim`;
    const result = await run('sh', ['-c', script, file]);
    expect(result).toMatchObject({code: 0});
    expect(result.stdout).toContain('complete ');
    expect(result.stdout).toContain('timeline');
  });

  test('unpacked, it starts; SHA256SUMS has the sum of the archive, and finds a change', async () => {
    await using place = await temporaryDirectory();
    await cp(release, place.path, {recursive: true});
    const archive = `pipetail-${manifest.version}-linux-x64.tar.gz`;
    const check = () => run('sha256sum', ['--check', 'SHA256SUMS'], {cwd: place.path});
    expect(await check()).toMatchObject({code: 0, stdout: `${archive}: OK\n`});
    execFileSync('tar', ['-xzf', archive], {cwd: place.path});
    const folder = path.join(place.path, path.basename(archive, '.tar.gz'));
    const link = path.join(place.path, 'pipetail');
    await symlink(path.join(folder, 'bin/pipetail'), link);
    const logs = await run(link, ['logs', '--demo', 'nightly']);
    expect(logs).toMatchObject({code: 0});
    expect(logs.stdout).toContain('pipeline-name="nightly"');
    expect(await readdir(folder, {recursive: true})).toEqual(
      expect.arrayContaining(['lib/pipetail/libatomic.so.1', 'share/doc/pipetail/LICENSE.node']),
    );
    await appendFile(path.join(place.path, archive), 'x');
    expect(await check()).toMatchObject({code: 1, stdout: `${archive}: FAILED\n`});
  });
});

function comesAfter(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((number, index) => number !== (other[index] ?? 0));
  return at !== -1 && (one[at] ?? 0) > (other[at] ?? 0);
}
