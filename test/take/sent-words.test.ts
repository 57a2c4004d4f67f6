import {expect, test} from 'vitest';
import {type ClipboardAnswer, sentWords} from '../../source/take/sent-words.ts';
import * as words from '../../source/viewport/words.ts';

const sent = {bytes: 6100, lines: 42};

test.for<[ClipboardAnswer, string]>([
  [{kind: 'sent', how: 'OSC 52', ...sent}, 'sent 42 lines, 6.1 kB by OSC 52 (terminals do not acknowledge it)'],
  [{kind: 'sent', how: 'tmux', ...sent}, 'sent 42 lines, 6.1 kB to tmux and its terminal'],
  [
    {kind: 'sent', how: 'tmux', ...sent, hint: 'no terminal is attached'},
    'sent 42 lines, 6.1 kB to tmux and its terminal · no terminal is attached',
  ],
  [{kind: 'sent', how: 'wl-copy', bytes: 12, lines: 1}, 'copied 1 line, 12 B with wl-copy'],
  [
    {kind: 'too-large', bytes: 4_200_000, lines: 52_118, limit: 74_994},
    'not sent: 52,118 lines, 4.2 MB, and terminals drop more than 75 kB',
  ],
  [{kind: 'failed', why: 'no display'}, 'not copied: no display'],
])('%o', ([answer, line]) => {
  expect(sentWords(answer, words)).toBe(line);
});
