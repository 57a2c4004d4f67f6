import {describe, expect, test} from 'vitest';
import {recallFrom} from '../../../source/kit/screen/prompts.ts';
import {PromptHistory} from '../../../source/kit/state/prompt-history.ts';
import type {Prompt} from '../../../source/kit/state/view-state.ts';

function historyOf(...texts: readonly string[]): PromptHistory {
  const history = new PromptHistory();
  for (const text of texts) history.add(text);
  return history;
}

describe('texts', () => {
  test('are there newest first', () => {
    const texts = ['one', 'two "quoted"', 'three\nlines\u001b', '  four  '];
    expect(historyOf(...texts).entries).toEqual(texts.toReversed());
  });

  test('stand there once: a repeat moves to the front', () => {
    expect(historyOf('a', 'b', 'a', 'a', 'c').entries).toEqual(['c', 'a', 'b']);
  });

  test('that are empty or far too long are not kept', () => {
    expect(historyOf('', 'x'.repeat(1001), 'x'.repeat(1000)).entries).toEqual(['x'.repeat(1000)]);
  });

  test('are the last 200', () => {
    const all = Array.from({length: 450}, (_, index) => `pattern ${index}`);
    expect(historyOf(...all).entries).toEqual(all.slice(-200).reverse());
  });
});

const entries = ['refused', 'kafka', 'ref', 'retry', 'error'];

/** The texts that stand in the prompt after each of the keys; a dash where a key does nothing. */
function walk(typed: string, keys: readonly (1 | -1)[]): string[] {
  let at: Prompt = {kind: 'highlight', text: typed};
  return keys.map((by) => {
    const next = recallFrom({entries}, at, by);
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

test('the typed text itself is not offered', () => {
  expect(walk('ref', [1, 1])).toEqual(['refused', '-']);
});
