import {readFileSync} from 'node:fs';
import path from 'node:path';

/** Node's flags in the first line of a checkout's cli.tsx, for starts that bypass that line. */
export function nodeFlagsOf(tree: string): readonly string[] {
  return startOf(tree).flags;
}

/** The environment variables in that line; those of an earlier checkout may be none. */
export function nodeVariablesOf(tree: string): Readonly<Record<string, string>> {
  return startOf(tree).variables;
}

function startOf(tree: string): {
  readonly variables: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
} {
  const [first = ''] = readFileSync(path.join(tree, 'cli.tsx'), 'utf8').split('\n', 1);
  const [, variables = '', flags] = /^#!\/usr\/bin\/env -S ((?:[A-Z_]+=\d+ )*)node (--.*)$/.exec(first) ?? [];
  if (flags === undefined) throw new Error(`cli.tsx does not begin with a line that starts Node with flags: ${first}`);
  const pairs = variables.trimEnd().split(' ').filter(Boolean);
  return {variables: Object.fromEntries(pairs.map((pair) => pair.split('='))), flags: flags.split(' ')};
}
