import {readFileSync} from 'node:fs';
import path from 'node:path';

/** Node's flags in the first line of a checkout's cli.tsx, for starts that bypass that line. */
export function nodeFlagsOf(tree: string): readonly string[] {
  const [first = ''] = readFileSync(path.join(tree, 'cli.tsx'), 'utf8').split('\n', 1);
  const [, flags] = /^#!\/usr\/bin\/env -S node (--.*)$/.exec(first) ?? [];
  if (flags === undefined) throw new Error(`cli.tsx does not begin with a line that starts Node with flags: ${first}`);
  return flags.split(' ');
}
