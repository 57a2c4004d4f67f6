import {EventEmitter} from 'node:events';
import {expect, it, test} from 'vitest';
import {holdSignals, stopOnSignals} from '../../source/system/signals.ts';

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

test('listeners get no signal until the release, and a `once` listener stays one', () => {
  const process = new EventEmitter();
  const heard: string[] = [];
  process.on('SIGINT', () => heard.push('SIGINT'));
  process.once('SIGCONT', () => heard.push('SIGCONT'));
  process.on('SIGTERM', () => heard.push('SIGTERM'));
  const release = holdSignals(process, ['SIGINT', 'SIGCONT']);
  // A signal without a listener has its default effect.
  expect(process.listenerCount('SIGINT')).toBe(1);
  for (const signal of ['SIGINT', 'SIGCONT', 'SIGTERM']) process.emit(signal);
  expect(heard).toEqual(['SIGTERM']);
  release();
  for (const signal of ['SIGINT', 'SIGCONT', 'SIGCONT']) process.emit(signal);
  expect(heard).toEqual(['SIGTERM', 'SIGINT', 'SIGCONT']);
  expect(process.listenerCount('SIGINT')).toBe(1);
  expect(process.listenerCount('SIGCONT')).toBe(0);
});
