import {expect, it} from 'vitest';
import {notifier} from '../../source/screen/notifier.ts';
import type {NotifyBy} from '../../source/settings/settings.ts';

function sent(by: NotifyBy, env: NodeJS.ProcessEnv, text = 'orders: no space; left'): string[] {
  const written: string[] = [];
  notifier(by, {env, write: (sequence) => written.push(sequence) > 0})?.(text);
  return written;
}

it.each([
  ['off', []],
  ['bell', ['\u0007']],
  ['osc9', ['\u001B]9;pipetail · orders: no space; left\u0007']],
  ['osc777', ['\u001B]777;notify;pipetail;orders: no space, left\u0007']],
] as const)('%s', (by, sequences) => {
  expect(sent(by, {})).toEqual(sequences);
});

it.each([{TMUX: '/tmp/tmux-0/default,1,0'}, {STY: '1.pts'}])('inside %j only the bell gets out', (env) => {
  expect(sent('osc9', env)).toEqual(['\u0007']);
  expect(sent('off', env)).toEqual([]);
});
