import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {sectionOf} from '../harness/docs-tables.ts';
import {openProgram, root} from '../harness/program.ts';

/** A row of the readme's tour: what is pressed, and what is to be seen then. A key with a blank is text to type. */
type TourStep = {readonly keys: readonly string[]; readonly seen: readonly string[]};

function tourSteps(readme: string): readonly TourStep[] {
  const rows = (sectionOf(readme, 'tour') ?? '').split('\n').slice(2);
  const quoted = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
  return rows.map((row) => row.split('|')).map(([, keys, seen]) => ({keys: quoted(keys), seen: quoted(seen)}));
}

test('each step of the tour shows what the readme promises', async () => {
  const steps = tourSteps(await readFile(path.join(root, 'readme.md'), 'utf8'));
  expect(steps.length).toBeGreaterThan(5);
  await using terminal = await openProgram(['--demo'], {cols: 110, rows: 32});
  for (const {keys, seen} of steps) {
    for (const key of keys) await (key.includes(' ') ? terminal.type(key) : terminal.press(key));
    for (const text of seen) await terminal.waitFor(text);
  }
  expect((await terminal.waitForExit()).code).toBe(0);
});
