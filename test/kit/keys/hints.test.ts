import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {features} from '../../../source/shells/features.ts';
import {root} from '../../harness/program.ts';

/** Calls that name a command for its key: its id stands behind the sentence, behind the table, or first in a pair. */
const naming = [
  /\bsayHint\(\s*(?:'[^']*'|"[^"]*"|`[^`]*`|[\w.]+(?:\([^()]*\))?),\s*'([\w-]+)'/g,
  /\bwithHint\(\s*(?:'[^']*'|`[^`]*`|\w+),\s*[\w.]+,\s*'([\w-]+)'/g,
  /\bkeyOf\(\s*[\w.]*commands\w*,\s*'([\w-]+)'/gi,
];
const pairs = /\b(?:pressTo|keysNamed)\([^;]*;/g;

function idsIn(text: string): readonly string[] {
  const inPairs = [...text.matchAll(pairs)].flatMap(([call]) => [...call.matchAll(/\['([\w-]+)', [^\]]+\]/g)]);
  const others = naming.flatMap((pattern) => [...text.matchAll(pattern)]);
  return [...inPairs, ...others].map(([, id = '']) => id);
}

test('a hint names a command that there is', () => {
  const files = readdirSync(path.join(root, 'source'), {recursive: true, encoding: 'utf8'}).filter((file) =>
    /^(?:kit\/(?:screen|pane|copy)|features|shells\/screen)\/.*\.tsx?$/.test(file),
  );
  const named = files.flatMap((file) =>
    idsIn(readFileSync(path.join(root, 'source', file), 'utf8')).map((id) => [id, file] as const),
  );
  const ids = new Set(features.commands.map(({id}) => id));
  expect(named.filter(([id]) => !ids.has(id))).toEqual([]);
  expect(new Set(named.map(([id]) => id)).size).toBeGreaterThan(25);
});
