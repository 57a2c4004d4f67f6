import {spawn} from 'node:child_process';
import {EventEmitter, once} from 'node:events';
import {readFileSync} from 'node:fs';
import {constants} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, it, test} from 'vitest';
import {onExitSignals, stopOnSignals, suspendProcess} from '../../../source/kit/system/signals.ts';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {node} from '../../harness/program.ts';
import {requireTool} from '../../harness/tools.ts';

/** As in a shell. */
const exitCodes = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGQUIT', 131],
  ['SIGABRT', 134],
  ['SIGALRM', 142],
  ['SIGTERM', 143],
  ['SIGXCPU', 152],
  ['SIGUSR2', 128 + constants.signals.SIGUSR2],
] as const;

it.each(exitCodes)('%s aborts, and means exit code %i', (name, code) => {
  const process = new EventEmitter();
  const {signal, exitCode} = stopOnSignals(process);
  expect(signal.aborted).toBe(false);
  expect(exitCode(7)).toBe(7);
  process.emit(name);
  expect(signal.aborted).toBe(true);
  expect(exitCode(7)).toBe(code);
});

test('a screen ends at each of them, also repeatedly, and when its terminal is gone', () => {
  const streams = {stdin: new EventEmitter(), stdout: new EventEmitter()};
  const process = Object.assign(new EventEmitter(), streams);
  const codes: number[] = [];
  const undo = onExitSignals(process as unknown as NodeJS.Process, streams.stdin, (code) => codes.push(code));
  for (const [name] of [...exitCodes, ...exitCodes]) process.emit(name);
  expect(codes).toEqual([...exitCodes, ...exitCodes].map(([, code]) => code));
  codes.length = 0;
  streams.stdout.emit('error', new Error('EIO'));
  streams.stdin.emit('end');
  streams.stdin.emit('error', new Error('EIO'));
  expect(codes).toEqual([129, 129, 129]);
  for (const undoOne of undo) undoOne();
  expect([process, ...Object.values(streams)].flatMap((each) => each.eventNames())).toEqual([]);
});

it('a second ^C is not caught: it ends the process; other signals come twice when a terminal is closed', () => {
  const process = new EventEmitter();
  const {exitCode} = stopOnSignals(process, {interrupted: 0});
  process.emit('SIGINT');
  expect(process.listenerCount('SIGINT')).toBe(0);
  for (const name of ['SIGHUP', 'SIGHUP', 'SIGTERM']) expect(process.emit(name)).toBe(true);
  expect(exitCode(7)).toBe(0);
});

describe('^Z', () => {
  it.runIf(process.platform === 'linux')(
    'is seen as a stop, also if it lasts longer than the wait',
    async (context) => {
      requireTool(context, 'bash');
      const program = path.join(import.meta.dirname, 'stop-program.ts');
      // A shell with job control gives the program a group of its own.
      const shell = spawn('bash', ['-c', 'set -m; "$0" "$1" & echo $!; wait -f $!', node, program]);
      let printed = '';
      shell.stdout.on('data', (chunk) => {
        printed += String(chunk);
      });
      const closed = once(shell, 'close');
      for (let turn = 0; turn < 3; turn++) {
        // proc(5): T while it is stopped.
        const isStopped = () => /^\d+ \(.*\) T /.test(readFileSync(`/proc/${parseInt(printed, 10)}/stat`, 'utf8'));
        await eventually(
          () => printed.includes('\n') && isStopped(),
          () => `it does not stop: ${printed}`,
        );
        await sleep(150);
        process.kill(parseInt(printed, 10), 'SIGCONT');
      }
      await closed;
      expect(printed.split('\n').slice(1, -1)).toEqual(['stopped', 'stopped', 'stopped']);
    },
  );

  it('is none where the system ignores it, and no listener stays', async () => {
    const clock = new FakeClock();
    const ignored = Object.assign(new EventEmitter(), {kill: () => true});
    const wasStopped = suspendProcess(ignored as unknown as NodeJS.Process, clock);
    await clock.advance(100);
    expect(await wasStopped).toBe(false);
    expect(ignored.listenerCount('SIGCONT')).toBe(0);
  });
});
