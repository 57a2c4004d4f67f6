import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {expect, test} from 'vitest';
import {killGroup} from './kill-group.ts';

test.for([
  {what: 'with what it started, when it leads a group', command: 'sleep 60 & wait', detached: true},
  {what: 'when it has just been forked and leads no group yet', command: 'exec sleep 60', detached: false},
])('a program ends $what', async ({command, detached}) => {
  // The pipe closes when the last of the two that hold it has ended.
  const child = spawn('/bin/sh', ['-c', command], {detached, stdio: ['ignore', 'pipe', 'ignore']});
  await once(child, 'spawn');
  const ended = once(child, 'close');
  killGroup(child.pid ?? 0);
  expect(await ended).toEqual([null, 'SIGKILL']);
});
