import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {openProgram, root} from '../harness/program.ts';

/** The steps of the readme's tour: what is pressed, and what is to be seen then. */
async function tour(): Promise<readonly {readonly keys: readonly string[]; readonly seen: readonly string[]}[]> {
  const readme = await readFile(path.join(root, 'readme.md'), 'utf8');
  const [, table = ''] = /<!-- tour -->(.*?)<!-- \/tour -->/s.exec(readme) ?? [];
  const rows = table.split('\n').filter((row) => row.startsWith('| ') && !row.startsWith('| press'));
  const quoted = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
  return rows
    .map((row) => row.split('|'))
    .filter(([, keys]) => !keys?.includes('---'))
    .map(([, keys, seen]) => ({keys: quoted(keys), seen: quoted(seen)}));
}

test('each step of the tour shows what the readme promises', async () => {
  const steps = await tour();
  expect(steps.length).toBeGreaterThan(10);
  await using terminal = await openProgram(['--demo'], {cols: 110, rows: 32});
  for (const {keys, seen} of steps) {
    for (const key of keys) await (key.includes(' ') ? terminal.type(key) : terminal.press(key));
    for (const text of seen) await terminal.waitFor(text);
  }
  await terminal.press('q');
  expect((await terminal.waitForExit()).code).toBe(0);
});
