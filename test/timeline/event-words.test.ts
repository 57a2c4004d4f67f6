import {expect, test} from 'vitest';
import {watchedKey} from '../../source/records/error-log.ts';
import {errorWords, lostWords, timelineWords} from '../../source/timeline/event-words.ts';
import {notificationsOf} from '../../source/timeline/notify.ts';
import {errorsOf} from './sights.ts';

const line = '[orders] 2026-01-01T00:00:00.000001Z ERROR dbsp_adapters::kafka:  connection refused';
const [group] = [...errorsOf([line]).values()];
if (!group) throw new Error('no group');

test('an error is shown without name, time and level, and without the target where there is no room', () => {
  expect(errorWords(group, 80).text).toBe('connection refused');
  expect(errorWords(group, 120).text).toMatch(/^kafka +connection refused$/);
  expect(errorWords({...group, key: watchedKey}, 80).text).toBe('ERROR connection refused');
});

test('of an error in JSON the first line of the message is shown, however long the line is', () => {
  const message = `could not read: no such file\nin ${'x'.repeat(5000)}`;
  const json = {fields: {message}, level: 'ERROR', target: 'a::kafka', timestamp: '2026-01-01T00:00:00.000001Z'};
  const [inJson] = [...errorsOf([JSON.stringify(json)]).values()];
  expect(inJson && errorWords(inJson, 80).text).toBe('could not read: no such file');
});

test.each([
  [{gaps: 1, atLeast: 5, atMost: 5}, '5 entries lost'],
  [{gaps: 2, atLeast: 3, atMost: 1200}, '3 to 1,200 entries lost in 2 gaps'],
  [{gaps: 1, atLeast: 0, atMost: 0}, 'the end of a line lost'],
])('%j is %s', (lost, words) => {
  expect(lostWords({kind: 'lost', pipeline: 'a', ...lost})).toBe(words);
});

test('new errors and watched lines are news, more of known ones are not', () => {
  const errors = {kind: 'errors', pipeline: 'a', count: 1} as const;
  expect(notificationsOf({...errors, group, isNew: true})).toMatchObject({kind: 'error'});
  expect(notificationsOf({...errors, group, isNew: false})).toBeUndefined();
  expect(notificationsOf({...errors, group: {...group, key: watchedKey}, isNew: false})).toMatchObject({
    kind: 'watched',
  });
  expect(notificationsOf({kind: 'connectors', pipeline: 'a', count: 3})).toBeUndefined();
});

test('what failed is said in the server’s words', () => {
  const happening = {kind: 'failed', pipeline: 'a', why: 'Failed · exit status: 101'} as const;
  expect(timelineWords(happening, 80).text).toBe('Failed · exit status: 101');
  expect(notificationsOf(happening)).toEqual({pipeline: 'a', kind: 'failed', text: 'Failed · exit status: 101'});
});
