import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {nodeFlagsOf} from '../../scripts/node-flags.ts';
import {root} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

test('the flags are read from the first line', () => {
  const flags = nodeFlagsOf(root);
  expect(flags.length).toBeGreaterThan(0);
  for (const flag of flags) expect(flag).toMatch(/^--[a-z-]+=\d+$/);
});

test('a program without flags in its first line is refused', async () => {
  await using folder = await temporaryDirectory();
  await writeFile(path.join(folder.path, 'cli.tsx'), '#!/usr/bin/env node\n');
  expect(() => nodeFlagsOf(folder.path)).toThrow('does not begin with a line that starts Node with flags');
});
