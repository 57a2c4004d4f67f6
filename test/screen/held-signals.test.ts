import {EventEmitter} from 'node:events';
import {expect, test} from 'vitest';
import {holdSignals} from '../../source/screen/held-signals.ts';

test('listeners hear nothing until they are given back, and once ones stay so', () => {
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
