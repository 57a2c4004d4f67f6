import {expect, it} from 'vitest';
import type {Run} from '../../../source/engine/records/runs.ts';
import {endWords, runState, runWords} from '../../../source/kit/words/run-words.ts';

const open: Run = {
  ...{firstId: 0, endId: undefined, startedAt: 1, endedAt: undefined},
  ...{state: 'running', stateSince: 1, failed: false},
};
const over = {...open, endedAt: 2, state: 'stopped'};

it.each([
  [open, 'open', 'running', 'running'],
  [over, 'over', 'stopped', 'stopped'],
  [{...open, endId: 9}, 'cut short', 'was running', 'was running'],
  [{...open, endedAt: 2}, 'cut short', 'was running', 'was running'],
  [{...over, failed: true}, 'failed', 'stopped, failed', 'failed'],
  [{...open, endId: 9, failed: true}, 'failed', 'was running, failed', 'failed'],
  [{...over, failed: true, startFailed: true as const}, 'start failed', 'start failed', 'start failed'],
])('%j: %s, %s, %s', (run, state, words, end) => {
  expect([runState(run), runWords(run), endWords(run)]).toEqual([state, words, end]);
});
