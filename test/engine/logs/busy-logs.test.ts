import {expect, test} from 'vitest';
import {nodeFlagsOf, nodeVariablesOf} from '../../../scripts/node-flags.ts';
import {node, root, run} from '../../harness/program.ts';
import type {Resident} from './busy-logs.ts';

const mebibyte = 1024 * 1024;

test('24 logs of incompressible lines take of the RAM what --memory says, and give it back when they are closed', async () => {
  const bound = 64 * mebibyte;
  const script = `${import.meta.dirname}/busy-logs.ts`;
  const args = [...nodeFlagsOf(root), script, '24', '8', String(bound)];
  const {stdout, stderr, code} = await run(node, args, {env: nodeVariablesOf(root)});
  expect({stderr, code}).toEqual({stderr: '', code: 0});
  const {most, closed}: Resident = JSON.parse(stdout);
  expect(most / bound).toBeLessThan(1.3);
  // The engine's own heap has grown, too, and the one that is left keeps its share.
  expect(closed / bound).toBeLessThan(0.8);
});
