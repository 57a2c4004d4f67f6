import path from 'node:path';
import {expect, test} from 'vitest';
import {node, root, run} from '../harness/program.ts';
import {requireTool} from '../harness/tools.ts';

test('a row is measured and printed beside its target, by its name', async () => {
  const args = [path.join(root, 'bench/run.ts'), '--quick', '--lines', '2000', 'start'];
  const {code, stdout, stderr} = await run(node, args);
  expect(stderr).not.toContain('Error');
  expect(code).toBe(0);
  expect(stdout).toMatch(/2000 lines, 1 runs?\n/);
  expect(stdout).toMatch(/^start .* ms .* ≤ 3\.5 ×/m);
});

test('a row beside another program asks both', async (context) => {
  requireTool(context, 'grep');
  const args = [path.join(root, 'bench/run.ts'), '--quick', '--lines', '2000', 'beside-errors-grep'];
  const {code, stdout, stderr} = await run(node, args);
  expect(stderr).not.toContain('Error');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^beside-errors-grep .* ms .* ms .* ×/m);
});

test('a row that there is not is a mistake', async () => {
  const {code, stderr} = await run(node, [path.join(root, 'bench/run.ts'), 'nosuch']);
  expect(code).toBe(1);
  expect(stderr).toContain('no such row');
});
