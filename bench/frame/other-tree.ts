import {execFileSync} from 'node:child_process';
import {readFileSync, rmSync, symlinkSync} from 'node:fs';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {root} from './log-files.ts';

/** Folders of trees that are still there. */
const folders = new Set<string>();

/** A built checkout of another commit, which goes when it is disposed of: `using`. */
export type OtherTree = Disposable & {readonly tree: string; readonly commit: string};

/**
 * Checks a commit out beside this checkout and builds it: its program is measured by the same code as ours. Installs packages
 * only if the commit needs others. Throws when there is no such commit or it does not build. However this process ends,
 * short of a SIGKILL, the tree goes with it.
 */
export async function otherTree(wanted: string): Promise<OtherTree> {
  const commit = git('rev-parse', '--short', '--verify', `${wanted}^{commit}`).trim();
  const folder = await mkdtemp(`${tmpdir()}/pipetail-bench-other-`);
  const tree = path.join(folder, 'tree');
  removeAtExit(folder);
  git('worktree', 'add', '--quiet', '--detach', tree, commit);
  if (packagesOf(root) === packagesOf(tree))
    symlinkSync(path.join(root, 'node_modules'), path.join(tree, 'node_modules'));
  else run('npm', ['ci', '--no-audit', '--no-fund'], tree);
  run(process.execPath, ['scripts/bundle.mjs'], tree);
  return {tree, commit, [Symbol.dispose]: () => remove(folder)};
}

function removeAtExit(folder: string): void {
  if (folders.size === 0) {
    process.once('exit', () => {
      for (const each of folders) remove(each);
    });
    // Otherwise it would end without an `exit`.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  }
  folders.add(folder);
}

function remove(folder: string): void {
  folders.delete(folder);
  rmSync(folder, {recursive: true, force: true});
  git('worktree', 'prune');
}

function git(...args: string[]): string {
  return run('git', ['-C', root, ...args]);
}

function packagesOf(tree: string): string {
  return readFileSync(path.join(tree, 'package-lock.json'), 'utf8');
}

function run(command: string, args: readonly string[], cwd: string = root): string {
  return execFileSync(command, args, {cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']});
}
