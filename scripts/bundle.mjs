// Bundles cli.tsx and its packages into dist/, so that users install no other package.
// `--if-stale`: only when dist/ was not built from the present sources.
// A change to a package that gains less than 2 ms and 1 % is removed: docs/performance.md, "What the first frame costs".
import {chmod, mkdir, readdir, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {build} from 'esbuild';
import {bareBuiltins} from './first-frame/builtins.mjs';
import {commonChunk} from './first-frame/common-chunk.mjs';
import {lateParts} from './first-frame/late-parts.mjs';
import {leftOut} from './first-frame/left-out.mjs';
import {fasterInk, inkEdits} from './ink/faster-ink.mjs';
import {packageEdits} from './package-edits.mjs';
import {builtStamp, commitOf, root, stampOf} from './stamp.mjs';

const dist = `${root}/dist`;
const commit = commitOf();
const stamp = await stampOf(commit);
if (process.argv.includes('--if-stale') && (await builtStamp()) === stamp) process.exit();

const options = {
  absWorkingDir: root,
  entryPoints: {pipetail: 'cli.tsx'},
  outdir: 'dist',
  write: false,
  metafile: true,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  format: 'esm',
  target: 'node22',
  // Node 22 has both. esbuild would write `new RegExp(…)`, compiled at every call of the function around it.
  supported: {'regexp-unicode-property-escapes': true, 'regexp-set-notation': true},
  jsx: 'automatic',
  minifySyntax: true,
  // Half a megabyte less to read. Names stay, for crash reports.
  minifyWhitespace: true,
  legalComments: 'none',
  // React's development build leaks through performance.measure over days, so the choice is made here, not at run time.
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
    // As in Node's own undici: leaves out an experimental HTTP parser, 9 % of the bundle.
    esbuildDetection: 'true',
    PIPETAIL_COMMIT: JSON.stringify(commit),
  },
  plugins: [bareBuiltins, packageEdits([...lateParts, ...leftOut, ...inkEdits]), fasterInk],
  alias: {'react-devtools-core': './scripts/no-devtools.mjs', undici: './scripts/undici.mjs'},
  logLevel: 'warning',
};
// Twice: the first build shows which modules the parts of the program share.
const parts = await build(options).catch(() => process.exit(1));
options.plugins.unshift(commonChunk(parts.metafile, root));
const {outputFiles, metafile} = await build(options).catch(() => process.exit(1));

// Written file by file after the build: a failed build changes nothing, and two builds at once write the same bytes.
await rm(`${dist}/.stamp`, {force: true});
for (const {path: file, contents} of outputFiles) await put(file, contents);
await put(`${dist}/.meta.json`, JSON.stringify(contentsOf(metafile), undefined, 1));
await chmod(`${dist}/pipetail.js`, 0o755);
const made = new Set([...outputFiles.map((file) => file.path), `${dist}/.meta.json`]);
for (const entry of await readdir(dist, {recursive: true, withFileTypes: true})) {
  const file = path.join(entry.parentPath, entry.name);
  if (entry.isFile() && !made.has(file) && !file.endsWith('.part')) await rm(file, {force: true});
}
await put(`${dist}/.stamp`, stamp);

async function put(file, contents) {
  await mkdir(path.dirname(file), {recursive: true});
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, contents);
  await rename(part, file);
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
