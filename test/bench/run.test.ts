import path from 'node:path';
import {expect, test} from 'vitest';
import {node, root, run} from '../harness/program.ts';
import {requireTool} from '../harness/tools.ts';

test('a row is measured and printed beside its target, by its name', async () => {
  const args = [path.join(root, 'bench/run.ts'), '--quick', '--lines', '2000', 'memory'];
  const {code, stdout, stderr} = await run(node, args);
  expect(stderr).not.toContain('Error');
  expect(code).toBe(0);
  expect(stdout).toMatch(/2000 lines, 1 runs?\n/);
  expect(stdout).toMatch(/^memory .*bytes.* ≤ 1\.08/m);
});

test('a row beside another program asks both on a terminal', async (context) => {
  requireTool(context, 'less');
  const args = [path.join(root, 'bench/run.ts'), '--quick', '--lines', '2000', 'beside-end-less'];
  const {code, stdout, stderr} = await run(node, args);
  expect(stderr).not.toContain('Error');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^beside-end-less .* ms .* ms .* ×/m);
});

test('a row that there is not is a mistake', async () => {
  const {code, stderr} = await run(node, [path.join(root, 'bench/run.ts'), 'nosuch']);
  expect(code).toBe(1);
  expect(stderr).toContain('no such row');
});
