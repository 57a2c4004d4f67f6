import path from 'node:path';
import {node} from '../../test/harness/program.ts';

/** As in the first line of the program; bare processes that it is compared with get them too. */
export const nodeFlags: readonly string[] = ['--max-semi-space-size=8', '--initial-old-space-size=64'];

/** What a terminal runs to start the built program of a checkout. */
export function startOf(tree: string, ...args: readonly string[]): {command: string; args: readonly string[]} {
  return {command: node, args: [...nodeFlags, path.join(tree, 'dist/pipetail.js'), ...args]};
}
