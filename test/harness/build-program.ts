import {spawnSync} from 'node:child_process';
import {node, root} from './program.ts';

/** Builds the program once, before the tests that run it, unless it is there and made from the sources as they are. */
export function setup(): void {
  const result = spawnSync(node, [`${root}/scripts/bundle.mjs`, '--if-stale'], {encoding: 'utf8'});
  if (result.status !== 0) throw new Error(`the program does not build:\n${result.stdout}${result.stderr}`);
}
