import {EventEmitter} from 'node:events';
import {expect, it} from 'vitest';
import {stopOnSignals} from '../../source/commands/stop-signals.ts';

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])('%s aborts, and means exit code %i', (name, code) => {
  const process = new EventEmitter();
  const {signal, exitCode} = stopOnSignals(process);
  expect(signal.aborted).toBe(false);
  expect(exitCode(7)).toBe(7);
  process.emit(name);
  expect(signal.aborted).toBe(true);
  expect(exitCode(7)).toBe(code);
});

it('a second ^C is not caught: it ends the process', () => {
  const process = new EventEmitter();
  stopOnSignals(process, {interrupted: 0});
  process.emit('SIGINT');
  expect(process.listenerCount('SIGINT')).toBe(0);
});
