import {execFileSync} from 'node:child_process';
import {expect, type TestContext, test} from 'vitest';
import {allRows} from '../../bench/all-rows.ts';
import {readBest} from '../../bench/frame/ratchet.ts';
import {root} from '../harness/program.ts';
import {requireTool} from '../harness/tools.ts';

test('every row has a commit where it was at its best, and a reason says something', async () => {
  const best = await readBest();
  expect(Object.keys(best)).toEqual(allRows.map(({name}) => name));
  expect(Object.values(best).filter(({reason}) => reason?.trim() === '')).toEqual([]);
});

test('these commits are in the history, with the trees that the file names', async (context) => {
  requireHistory(context);
  const best = Object.values(await readBest());
  const commits = [...new Set(best.map(({commit}) => commit))];
  const treeOf = new Map(commits.map((commit) => [commit, git('rev-parse', `${commit}^{tree}`)]));
  expect(best.map(({tree}) => tree)).toEqual(best.map(({commit}) => treeOf.get(commit)));
  // Each throws unless it is an ancestor.
  for (const commit of commits) git('merge-base', '--is-ancestor', commit, 'HEAD');
});

function requireHistory(context: TestContext): void {
  requireTool(context, 'git');
  context.skip(!isHistoryHere(), 'no history: a shallow clone, or sources without git');
}

function isHistoryHere(): boolean {
  try {
    return git('rev-parse', '--is-shallow-repository') === 'false';
  } catch {
    return false;
  }
}

function git(...args: readonly string[]): string {
  return execFileSync('git', ['-C', root, ...args], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim();
}
