import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {nodeFlagsOf, nodeVariablesOf} from '../../scripts/node-flags.ts';
import {root} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

test('flags and variables are read from the first line', () => {
  const flags = nodeFlagsOf(root);
  expect(flags.length).toBeGreaterThan(0);
  for (const flag of flags) expect(flag).toMatch(/^--[a-z-]+=\d+$/);
  expect(nodeVariablesOf(root)).toEqual({MALLOC_ARENA_MAX: '1'});
});

test('a program without flags in its first line is refused', async () => {
  await using folder = await temporaryDirectory();
  await writeFile(path.join(folder.path, 'cli.tsx'), '#!/usr/bin/env node\n');
  expect(() => nodeFlagsOf(folder.path)).toThrow('does not begin with a line that starts Node with flags');
});
