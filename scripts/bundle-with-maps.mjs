// Bundles the program into TREE/dist as scripts/bundle.mjs does, with source maps, for bench/profile.ts.
import {build} from 'esbuild';
import {bundleOptions} from './bundle-options.mjs';

const [, , tree] = process.argv;
await build({
  ...bundleOptions(''),
  entryPoints: {pipetail: 'cli.tsx'},
  outdir: `${tree}/dist`,
  write: true,
  splitting: true,
  sourcemap: 'external',
  chunkNames: 'chunks/[name]-[hash]',
});
