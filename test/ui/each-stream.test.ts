import {expect, it} from 'vitest';
import {createStore} from '../../source/lib/store.ts';
import {eachStream} from '../../source/ui/each-stream.ts';

it('begins with each open stream, ends with the closed ones first, and with all at its own end', () => {
  const names = createStore<readonly string[]>(['a']);
  const streams = new Map([['a', {called: 'first a'}]]);
  const told: string[] = [];
  const stop = eachStream({names, get: (name) => streams.get(name)}, ({called}) => {
    told.push(`begin ${called}`);
    return () => told.push(`end ${called}`);
  });
  expect(told.splice(0)).toEqual(['begin first a']);
  streams.set('b', {called: 'b'});
  names.set(['a', 'b']);
  expect(told.splice(0)).toEqual(['begin b']);
  // Another one under the same name.
  streams.set('a', {called: 'second a'});
  names.set(['b', 'a']);
  expect(told.splice(0)).toEqual(['end first a', 'begin second a']);
  stop();
  expect(told.splice(0)).toEqual(['end b', 'end second a']);
  names.set([]);
  expect(told).toEqual([]);
});
