import {expect, test} from 'vitest';
import {type CommandEnd, commandEndWords} from '../../source/screen/command-end.ts';

test.for<[string, CommandEnd, string]>([
  ['less -R', {kind: 'code', code: 0}, 'less has ended'],
  ['  jq . | less', {kind: 'code', code: 5}, 'jq failed with code 5'],
  ['lnav', {kind: 'code', code: 127}, 'lnav: not found'],
  ['./notes.txt', {kind: 'code', code: 126}, './notes.txt cannot be run'],
  ['less', {kind: 'signal', signal: 'SIGKILL'}, 'less was ended by SIGKILL'],
  ['less', {kind: 'signal', signal: 'SIGINT'}, 'less was interrupted'],
  ['less', {kind: 'code', code: 130}, 'less was interrupted'],
  ['less', {kind: 'not-started', why: 'spawn zsh ENOENT'}, 'less was not started: spawn zsh ENOENT'],
])('%s: %o', ([command, end, words]) => {
  expect(commandEndWords(command, end)).toBe(words);
});
