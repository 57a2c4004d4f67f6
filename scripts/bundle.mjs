// Bundles cli.tsx and everything that it runs into dist/, so that the published package installs nothing else.
import {chmod, rm, writeFile} from 'node:fs/promises';
import {build} from 'esbuild';
import {root, stampOf} from './stamp.mjs';

await rm(`${root}/dist`, {recursive: true, force: true});
const stamp = await stampOf();
await build({
  absWorkingDir: root,
  entryPoints: {pipetail: 'cli.tsx'},
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  format: 'esm',
  target: 'node22',
  jsx: 'automatic',
  minifySyntax: true,
  legalComments: 'none',
  // React's development build leaks through performance.measure over days, so the choice is made here, not at run time.
  define: {'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"'},
  alias: {'react-devtools-core': './scripts/no-devtools.mjs'},
  banner: {
    js: "import {createRequire as __pipetailRequire} from 'node:module';const require=__pipetailRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
await chmod(`${root}/dist/pipetail.js`, 0o755);
await writeFile(`${root}/dist/.stamp`, stamp);
