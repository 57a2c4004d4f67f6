// Tells whether dist/ was made from the sources as they are now: by content, since a fresh clone has no useful times.
import {createHash} from 'node:crypto';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A hash over the names and bytes of everything that goes into the bundle. */
export async function stampOf() {
  const hash = createHash('sha256');
  const files = ['cli.tsx', 'package.json', 'package-lock.json', 'scripts/bundle.mjs'];
  for (const entry of await readdir(`${root}/source`, {recursive: true, withFileTypes: true})) {
    if (entry.isFile()) files.push(path.relative(root, path.join(entry.parentPath, entry.name)));
  }
  for (const file of files.sort()) hash.update(`${file}\0`).update(await readFile(path.join(root, file)));
  return hash.digest('hex');
}
