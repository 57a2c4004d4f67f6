import {expect, test} from 'vitest';
import {beginRecall, recall} from '../../source/storage/recall.ts';

const entries = ['refused', 'kafka', 'ref', 'retry', 'error'];

/** The texts that stand in the prompt after each of the keys; a dash where a key does nothing. */
function walk(typed: string, keys: readonly (1 | -1)[]): string[] {
  let at = beginRecall(typed);
  return keys.map((by) => {
    const next = recall(entries, at, by);
    at = next ?? at;
    return next?.text ?? '-';
  });
}

test('an empty prompt walks through everything, newest first, and back to empty', () => {
  expect(walk('', [1, 1, 1, 1, 1, 1])).toEqual(['refused', 'kafka', 'ref', 'retry', 'error', '-']);
  expect(walk('', [1, 1, -1, -1, -1])).toEqual(['refused', 'kafka', 'refused', '', '-']);
});

test('what was typed chooses what begins with it, and comes back', () => {
  expect(walk('re', [1, 1, 1, 1, -1, -1, -1])).toEqual(['refused', 'ref', 'retry', '-', 'ref', 'refused', 're']);
  expect(walk('x', [1, -1])).toEqual(['-', '-']);
});

test('what stands there already is not offered', () => {
  expect(walk('ref', [1, 1])).toEqual(['refused', '-']);
});
