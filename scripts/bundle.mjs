// Bundles cli.tsx and its packages into dist/, so that users install no other package.
// `--if-stale`: only when dist/ was not built from the present sources.
import {chmod, mkdir, readdir, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {build} from 'esbuild';
import {asciiOf, bundleOptions} from './bundle-options.mjs';
import {commonChunk} from './first-frame/common-chunk.mjs';
import {nodeFlagsOf, nodeVariablesOf} from './node-flags.ts';
import {builtStamp, commitOf, root, stampOf} from './stamp.mjs';

const dist = `${root}/dist`;
const commit = commitOf();
const stamp = await stampOf(commit);
if (process.argv.includes('--if-stale') && (await builtStamp()) === stamp) process.exit();

const options = {
  ...bundleOptions(commit),
  entryPoints: {pipetail: 'cli.tsx'},
  outdir: 'dist',
  metafile: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
};
// Twice: the first build shows which modules the parts of the program share.
const parts = await build(options).catch(() => process.exit(1));
options.plugins.unshift(commonChunk(parts.metafile, root));
const {outputFiles, metafile} = await build(options).catch(() => process.exit(1));

// Written file by file after the build: a failed build changes nothing, and two builds at once write the same bytes.
await rm(`${dist}/.stamp`, {force: true});
for (const {path: file, text} of outputFiles) await put(file, startedByShell(asciiOf(text)));
await put(`${dist}/.meta.json`, JSON.stringify(contentsOf(metafile), undefined, 1));
await chmod(`${dist}/pipetail.js`, 0o755);
const made = new Set([...outputFiles.map((file) => file.path), `${dist}/.meta.json`]);
for (const entry of await readdir(dist, {recursive: true, withFileTypes: true})) {
  const file = path.join(entry.parentPath, entry.name);
  const isOfOthers = entry.name.endsWith('.part') || isOfSingleFile(path.relative(dist, file));
  if (entry.isFile() && !made.has(file) && !isOfOthers) await rm(file, {force: true});
}
await put(`${dist}/.stamp`, stamp);

/**
 * The program with a first line that every system has: `env -S` is missing in BusyBox, so in Alpine. The shell runs the
 * second line, which is a string and a comment in JavaScript.
 */
function startedByShell(text) {
  const variables = Object.entries(nodeVariablesOf(root)).map(([name, value]) => `${name}=${value}`);
  const start = ['exec env', ...variables, 'node', ...nodeFlagsOf(root)].join(' ');
  return text.replace(/^#!.*\n/, () => `#!/bin/sh\n':' //; ${start} "$0" "$@"\n`);
}

async function put(file, contents) {
  await mkdir(path.dirname(file), {recursive: true});
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, contents);
  await rename(part, file);
}

/** What scripts/single-file.mjs and scripts/release-files.mjs make. */
function isOfSingleFile(name) {
  return /^(?:pipetail-|\.single-file-|release\/)/.test(name);
}

/** The imports of each output, and the files with bytes in it. */
function contentsOf({outputs}) {
  return Object.fromEntries(
    Object.entries(outputs).map(([file, {imports, inputs}]) => [
      file,
      {
        imports: imports.map(({kind, path: target, external = false}) => ({kind, target, external})),
        // A path with a colon is no file, but a module of a plugin.
        inputs: Object.keys(inputs).filter((input) => inputs[input].bytesInOutput > 0 && !input.includes(':')),
      },
    ]),
  );
}
