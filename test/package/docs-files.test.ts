import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {root} from '../harness/program.ts';

/** A path in backticks: `engine/buffer/segment`, `source/lib/`, `scripts/lint/rooms.json`; `shells/screen/…` is its folder. */
const pathPattern = /`((?:\.\.\/)?[a-z][a-z-]*\/[\w/.-]*(?:\/…)?)`/g;

/** In `source/` unless it is at the top; of a file of code without its ending. */
function places(name: string): readonly string[] {
  const within = name.replace(/…$/, '');
  return ['source', '.'].flatMap((folder) => ['', '.ts', '.tsx'].map((end) => path.join(root, folder, within + end)));
}

describe.each(['docs/maintainers/architecture.md', 'CONTRIBUTING.md'])('%s', async (page) => {
  const text = await readFile(path.join(root, page), 'utf8');
  const names = [...new Set([...text.matchAll(pathPattern)].map(([, name = '']) => name))];
  // Of this repository, and not built from it.
  const ours = names.filter((name) => !/^(?:\.\.|dist)\//.test(name));

  test('names files', () => expect(ours.length).toBeGreaterThan(10));

  test.each(ours)('%s is there', (name) => expect(places(name).some((each) => existsSync(each))).toBe(true));
});
