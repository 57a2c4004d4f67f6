import path from 'node:path';
import {nodeFlagsOf, nodeVariablesOf} from '../../scripts/node-flags.ts';
import {node, root} from '../../test/harness/program.ts';

/** Those of the program; bare processes that it is compared with get them too. */
export const nodeFlags = nodeFlagsOf(root);

/** What a terminal runs to start the built program of a checkout. */
export function startOf(
  tree: string,
  ...args: readonly string[]
): {command: string; args: readonly string[]; env: Readonly<Record<string, string>>} {
  return {
    ...{command: node, args: [...nodeFlagsOf(tree), path.join(tree, 'dist/pipetail.js'), ...args]},
    env: nodeVariablesOf(tree),
  };
}
