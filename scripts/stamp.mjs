// Tells whether dist/ was made from the sources as they are now: by content, since a fresh clone has no useful times.
import {createHash} from 'node:crypto';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const FILES = ['cli.tsx', 'package.json', 'package-lock.json', 'scripts/bundle.mjs', 'scripts/no-devtools.mjs'];

/** A hash over the names and bytes of everything that goes into the bundle. */
export async function stampOf() {
  const hash = createHash('sha256');
  const files = [...FILES];
  for (const entry of await readdir(`${root}/source`, {recursive: true, withFileTypes: true})) {
    if (entry.isFile()) files.push(path.relative(root, path.join(entry.parentPath, entry.name)));
  }
  for (const file of files.sort()) {
    const bytes = await readFile(path.join(root, file));
    // The length keeps the end of one file from passing for the start of the next.
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** The stamp that the last build left; empty if there is no whole build. */
export async function builtStamp() {
  return await readFile(`${root}/dist/.stamp`, 'utf8').catch(() => '');
}
