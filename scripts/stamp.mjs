// Whether dist/ was built from the present sources, by content: file times mean nothing in a fresh clone.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const FILES = [
  'cli.tsx',
  'package-lock.json',
  'package.json',
  'scripts/bundle-options.mjs',
  'scripts/bundle.mjs',
  'scripts/no-devtools.mjs',
  'scripts/node-binary.mjs',
  'scripts/node-flags.ts',
  'scripts/package-edits.mjs',
  'scripts/single-file.mjs',
  'scripts/stamp.mjs',
  'scripts/undici.mjs',
  // esbuild reads it.
  'tsconfig.json',
];

const FOLDERS = ['scripts/first-frame', 'scripts/ink', 'demo', 'source'];

/** Without optional locks: a build must not block a commit. */
const GIT = ['--no-optional-locks', '-C', root];

/** `c112a61`, or `c112a61, changed` if the sources differ from it; empty without git or a repository (a source archive). */
export function commitOf() {
  // An archive may be unpacked inside another project's repository.
  if (!existsSync(`${root}/.git`)) return '';
  const git = (...args) => execFileSync('git', [...GIT, ...args], {encoding: 'utf8', stdio: 'pipe'}).trim();
  try {
    const commit = git('rev-parse', '--short=7', 'HEAD');
    return git('status', '--porcelain', '--', ...FILES, ...FOLDERS) === '' ? commit : `${commit}, changed`;
  } catch {
    return '';
  }
}

/** Unix time in s of the commit, as every tool for packages understands it; SOURCE_DATE_EPOCH wins. Without git: 1980. */
export function commitTime() {
  const {SOURCE_DATE_EPOCH: given} = process.env;
  if (given) return Number(given);
  if (!existsSync(`${root}/.git`)) return 315_532_800;
  return Number(execFileSync('git', [...GIT, 'log', '-1', '--format=%ct'], {encoding: 'utf8'}));
}

/** A hash over the commit and the names and bytes of everything that goes into the bundle. */
export async function stampOf(commit = commitOf()) {
  const hash = createHash('sha256').update(`${commit}\0`);
  const files = [...FILES];
  for (const folder of FOLDERS) {
    for (const entry of await readdir(`${root}/${folder}`, {recursive: true, withFileTypes: true})) {
      if (entry.isFile()) files.push(path.relative(root, path.join(entry.parentPath, entry.name)));
    }
  }
  for (const file of files.sort()) {
    const bytes = await readFile(path.join(root, file));
    // The length separates one file's bytes from the next file's.
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** The stamp of the last build; empty if there is none. */
export async function builtStamp() {
  return await readFile(`${root}/dist/.stamp`, 'utf8').catch(() => '');
}
