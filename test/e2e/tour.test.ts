import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {tourSize, tourSteps} from '../../scripts/pictures/tour.ts';
import {openProgram, root} from '../harness/program.ts';

test('each step of the tour shows what the readme promises', async () => {
  const steps = tourSteps(await readFile(path.join(root, 'readme.md'), 'utf8'));
  expect(steps.length).toBeGreaterThan(10);
  await using terminal = await openProgram(['--demo'], tourSize);
  for (const {keys, seen} of steps) {
    for (const key of keys) await (key.includes(' ') ? terminal.type(key) : terminal.press(key));
    for (const text of seen) await terminal.waitFor(text);
  }
  await terminal.press('q');
  expect((await terminal.waitForExit()).code).toBe(0);
});
