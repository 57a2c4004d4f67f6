// `npm run single-file [PLATFORM…]`: the program and Node 26 in one executable, dist/pipetail-linux-x64. Without a
// platform: that of this machine. `--if-stale`: only when it was not built from the present sources. `--out DIR`: into that
// folder, in place of dist/. Linux needs strip and patchelf (Debian: binutils, patchelf). An executable for a Mac is signed
// there: a Mac does it here, and after a build elsewhere it is `codesign --sign - dist/pipetail-darwin-arm64`.
// Two builds of one commit on one kind of machine are the same bytes.
import {execFileSync, spawnSync} from 'node:child_process';
import {chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {build} from 'esbuild';
import {asciiOf, bundleOptions} from './bundle-options.mjs';
import {nodePackage, platforms, withoutVariables} from './node-binary.mjs';
import {nodeFlagsOf} from './node-flags.ts';
import {commitOf, root, stampOf} from './stamp.mjs';

const here = `${process.platform}-${process.arch}`;
const {values, positionals: named} = parseArgs({
  options: {'if-stale': {type: 'boolean', default: false}, out: {type: 'string', default: `${root}/dist`}},
  allowPositionals: true,
});
const wanted = named.length > 0 ? named : [here];
const unknown = wanted.filter((platform) => !platforms.includes(platform));
if (unknown.length > 0) {
  console.error(
    `single-file: no Node of ${unknown.join(', ')} in the npm registry · there are ${platforms.join(', ')}`,
  );
  process.exit(2);
}

const commit = commitOf();
await mkdir(values.out, {recursive: true});
const stamp = await stampOf(commit);
for (const platform of wanted) {
  const stampFile = `${values.out}/.single-file-${platform}`;
  if (values['if-stale'] && (await readFile(stampFile, 'utf8').catch(() => '')) === stamp) continue;
  const file = `${values.out}/pipetail-${platform}`;
  await makeSingleFile(platform, file);
  await writeFile(stampFile, stamp);
  console.log(path.relative(root, file));
}

async function makeSingleFile(platform, file) {
  const place = await mkdtemp(`${tmpdir()}/pipetail-single-file-`);
  try {
    const bundle = {...bundleOptions(commit), entryPoints: ['cli.tsx'], outfile: `${place}/pipetail.mjs`};
    const {outputFiles} = await build(bundle).catch(() => process.exit(1));
    // The first line is for a shell, and the name is in crash reports.
    await writeFile(`${place}/pipetail.mjs`, asciiOf(outputFiles[0].text.replace(/^#!.*\n/, '')));
    const node = `${place}/node`;
    await copyFile(`${await nodePackage(platform)}/bin/node`, node);
    await chmod(node, 0o755);
    // Before the program is in it: afterwards it would no longer start.
    if (platform.startsWith('linux-')) slim(node, platform);
    await writeFile(node, withoutVariables(await readFile(node)));
    // The cache is bound to the flags of the process that makes it, and to its processor. With --no-lazy it holds all
    // functions: a first frame costs 35 ms of CPU less.
    const flags = [...nodeFlagsOf(root), ...(platform === here ? ['--no-lazy'] : [])];
    const config = {
      // Relative: the executable has no name that the next build would not have.
      main: 'pipetail.mjs',
      mainFormat: 'module',
      executable: node,
      output: `${place}/pipetail`,
      disableExperimentalSEAWarning: true,
      useCodeCache: platform === here,
      execArgv: flags,
      // No variable of the user's adds flags.
      execArgvExtension: 'none',
    };
    await writeFile(`${place}/sea.json`, JSON.stringify(config));
    const builder = platform === here ? node : `${await nodePackage(here)}/bin/node`;
    // Compiled code has the hashes of names: with this seed they are the same in every build, and the cache still fits.
    const call = [...flags, '--random-seed=1', '--build-sea', 'sea.json'];
    execFileSync(builder, call, {cwd: place, stdio: ['ignore', 'ignore', 2], env: {}});
    // A Mac starts nothing that is not signed; without an identity it is for everyone.
    if (process.platform === 'darwin') execFileSync('codesign', ['--force', '--sign', '-', `${place}/pipetail`]);
    if (platform === here) check(`${place}/pipetail`);
    // Removed first: it may be running.
    await rm(file, {force: true});
    // A copy: of a file that is written in large pieces, Linux maps larger parts into memory (95 instead of 58 MiB).
    await copyFile(`${place}/pipetail`, file);
    await chmod(file, 0o755);
  } finally {
    await rm(place, {recursive: true, force: true});
  }
}

/** Without its symbols 33 MB smaller; looks for `libatomic.so.1` beside it first, which small systems do not have. */
function slim(node, platform) {
  const strips =
    platform === here ? ['strip'] : [`${platform === 'linux-arm64' ? 'aarch64' : 'x86_64'}-linux-gnu-strip`];
  tool([...strips, 'llvm-strip'], ['--strip-all', node], 'binutils');
  tool(['patchelf'], ['--set-rpath', '$ORIGIN/../lib/pipetail', node], 'patchelf');
}

/** Runs the first of these tools that is installed. */
function tool(names, args, debianPackage) {
  for (const name of names) {
    const {error, status} = spawnSync(name, args, {stdio: ['ignore', 2, 2]});
    if (error?.code === 'ENOENT') continue;
    if (status !== 0) throw new Error(`${name} has failed`);
    return;
  }
  console.error(`single-file: ${names[0]} is missing · Debian: apt-get install ${debianPackage}`);
  process.exit(1);
}

/** A cache that does not fit is a warning of Node's only. */
function check(program) {
  const {status, stdout, stderr} = spawnSync(program, ['--version'], {encoding: 'utf8'});
  if (status !== 0 || stderr !== '' || !stdout.startsWith('pipetail ')) {
    throw new Error(`the executable does not start as it should:\n${stdout}${stderr}`);
  }
}
