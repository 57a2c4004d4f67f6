import {expect, test} from 'vitest';
import {watchedKey} from '../../source/records/error-log.ts';
import {errorWords, timelineWords} from '../../source/timeline/event-words.ts';
import {errorsOf} from './statuses.ts';

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
  expect(timelineWords({kind: 'lost', pipeline: 'a', ...lost}, 80).text).toBe(words);
});
