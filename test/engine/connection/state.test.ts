import {expect, test} from 'vitest';
import {type ConnectionEvent, withEvent} from '../../../source/engine/connection/state.ts';

function textsOf(...events: ConnectionEvent[]): string[] {
  return events.reduce<readonly ConnectionEvent[]>(withEvent, []).map(({at, text}) => `${at} ${text}`);
}

test('a history keeps the last 20 events', () => {
  const texts = textsOf(...Array.from({length: 25}, (_, index) => ({at: index + 1, text: 'event'})));
  expect(texts).toHaveLength(20);
  expect(texts[0]).toBe('6 event');
});

test('repeats of one key take one line; another event between starts a new line', () => {
  const failed = (at: number) => ({at, text: 'failed', key: 'unreachable'});
  expect(textsOf(failed(1), failed(2), {at: 3, text: 'live'}, failed(4))).toEqual(['2 failed', '3 live', '4 failed']);
});

test('events without a key never replace each other', () => {
  expect(textsOf({at: 1, text: 'live'}, {at: 2, text: 'live'})).toEqual(['1 live', '2 live']);
});
