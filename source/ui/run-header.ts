import type {Run} from '../records/runs.ts';
import {clip} from '../terminal/clip.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {count, dateTime} from '../viewport/words.ts';

/** The row above the log: which run its first line is in, since when, and how it ended. */
export function runHeader(run: Run | undefined, runs: readonly Run[], width: number, symbols: Symbols): StyledText {
  if (!run) return plain('');
  const dot = plain(` ${symbols.dot} `, {dim: true});
  const number = `run ${count(runs.indexOf(run) + 1)} of ${count(runs.length)}`;
  const since = run.startedAt === undefined ? 'began before what is held' : `since ${dateTime(run.startedAt)}`;
  const until = run.endedAt === undefined ? '' : ` until ${dateTime(run.endedAt)}`;
  const state = plain(run.state, run.failed ? {fg: 1, bold: true} : {});
  return clip(concat([plain('  '), plain(number, {bold: true}), dot, plain(`${since}${until}`), dot, state]), 0, width);
}
