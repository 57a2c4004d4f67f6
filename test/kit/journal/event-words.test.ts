import {expect, test} from 'vitest';
import type {Marker, MarkerKind} from '../../../source/engine/buffer/markers.ts';
import {watchPatternKey} from '../../../source/engine/records/error-log.ts';
import {connectorTotalWords, errorWords, lostStreamWords, rangeWords} from '../../../source/kit/journal/event-words.ts';
import {type EventOf, eventWords, type PipelineEvent} from '../../../source/kit/journal/pipeline-event.ts';
import {pipelineStatuses} from '../../../source/kit/journal/pipeline-status.ts';
import {markerText} from '../../../source/kit/words/marker-words.ts';
import {deploymentError, makePipeline, stopped} from '../screen/make-pipeline.ts';
import {errorsOf} from './statuses.ts';

const line = '[orders] 2026-01-01T00:00:00.000001Z ERROR dbsp_adapters::kafka:  connection refused';
const [group] = [...errorsOf([line]).values()];
if (!group) throw new Error('no group');

test('an error is shown without name, time and level, and without the target where there is no room', () => {
  expect(errorWords(group, 80).text).toBe('connection refused');
  expect(errorWords(group, 120).text).toMatch(/^kafka +connection refused$/);
  expect(errorWords({...group, key: watchPatternKey}, 80).text).toBe('ERROR connection refused');
});

test('of an error in JSON the first line of the message is shown, however long the line is', () => {
  const message = `could not read: no such file\nin ${'x'.repeat(5000)}`;
  const json = {fields: {message}, level: 'ERROR', target: 'a::kafka', timestamp: '2026-01-01T00:00:00.000001Z'};
  const [inJson] = [...errorsOf([JSON.stringify(json)]).values()];
  expect(inJson && errorWords(inJson, 80).text).toBe('could not read: no such file');
});

test('of several errors the last is shown, with the parts in which the first differs; a long part is cut', () => {
  const rangeOf = (...messages: readonly string[]) => {
    const lines = messages.map((message) => line.replace('connection refused', message));
    const [errors] = [...errorsOf(lines).values()];
    return errors && rangeWords(errors, 80).text;
  };
  expect(rangeOf('exited with exit status: 3', 'exited with exit status: 4', 'exited with exit status: 5')).toBe(
    'exited with exit status: 3 … 5',
  );
  expect(rangeOf('page 1 of file "a.csv" of 9', 'page 2 of file "b.csv" of 9')).toBe(
    'page 1 … 2 of file "a.csv" … "b.csv" of 9',
  );
  expect(rangeOf('page 1', 'page 1')).toBe('page 1');
  const [a, b] = ['a', 'b'].map((letter) => `bad "${letter.repeat(50)}" here`);
  expect(rangeOf(a ?? '', b ?? '')).toBe(`bad "${'a'.repeat(39)}… … "${'b'.repeat(39)}… here`);
});

test('of watched lines, and of panics in other threads, both ends are shown, as far as they differ', () => {
  const key = watchPatternKey;
  const [example, latest] = ['disk full', 'disk 7 full of logs'].map((message) =>
    Buffer.from(line.replace('connection refused', message)),
  );
  if (!example || !latest) throw new Error('no lines');
  expect(rangeWords({key, example, latest}, 80).text).toBe('ERROR disk full … 7 full of logs');
  expect(rangeWords({key, example: latest, latest: example}, 80).text).toBe('ERROR disk 7 full of logs … full');
  const panic = (thread: string) => `thread '${thread}' (26107) panicked at a.rs:1:2:\nno space`;
  const [group] = errorsOf([panic('main'), panic('http')]).values();
  expect(group && rangeWords(group, 80).text).toBe('panic: no space (main at a.rs:1:2) … (http at a.rs:1:2)');
});

const at = Date.UTC(2026, 10, 25, 9, 17, 30);
const gap: Marker = {kind: 'lost', atLeast: 5, atMost: 5, from: at - 60_000, to: at, at};
const cleared: Marker = {kind: 'new-life', because: 'restarted', cause: 'server-lost', downMs: 130_000, at};

test.each<[Pick<EventOf<'lost'>, 'count' | 'atLeast' | 'atMost' | 'marker'>, string]>([
  [{count: 1, atLeast: 5, atMost: 5, marker: gap}, markerText(gap)],
  [{count: 2, atLeast: 3, atMost: 1200, marker: gap}, '3 to 1,200 entries lost in 2 gaps'],
  [{count: 1, atLeast: 0, atMost: 0, marker: {kind: 'line-cut', at}}, 'a line was cut; its rest is lost'],
  [{count: 2, atLeast: 0, atMost: 0, marker: {kind: 'line-cut', at}}, '2 lines were cut; their rest is lost'],
])('%j is %s', (lost, words) => {
  expect(eventWords({kind: 'lost', pipeline: 'a', from: 'log', ...lost}, 80).text).toBe(words);
});

test("what the list reports is in the words of the log's own row about it", () => {
  const words = (event: PipelineEvent) => eventWords(event, 80).text;
  const ofApi = {pipeline: 'a', from: 'API', count: 1} as const;
  const inLog = (marker: MarkerKind) => markerText({...marker, at}).replace('09:17:30 ', '');
  const [from, to, error] = ['Running', 'Stopped', 'exit status: 101'];
  expect(words({...ofApi, kind: 'stopped', before: from, now: to})).toBe(inLog({kind: 'state', from, to}));
  expect(words({...ofApi, kind: 'restarted', before: from, now: from})).toBe(inLog({kind: 'state', from, to: from}));
  expect(words({...ofApi, kind: 'restarted', from: 'log', marker: cleared})).toBe(inLog(cleared));
  for (const endedStart of [true, false]) {
    const failed = makePipeline('a', {...stopped, deploymentError: {...deploymentError, cause: error, endedStart}});
    const why = pipelineStatuses([failed]).get('a')?.failing ?? '';
    const startFailed = endedStart && {startFailed: true};
    expect(words({...ofApi, kind: 'failed', why})).toBe(inLog({kind: 'state', from, to, error, ...startFailed}));
  }
});

test('connector errors name their connectors; of those that the log does not have no numbers are known', () => {
  const increase = [{name: 'orders.bad', count: 12}];
  const words = (besides?: 'suppressed') =>
    eventWords({kind: 'connectors', pipeline: 'a', from: 'API', count: 12, increase, besides}, 80).text;
  expect(words()).toBe('12 connector errors: orders.bad');
  expect(words('suppressed')).toBe('12 connector errors counted only by the API: orders.bad');
});

test('the parts of the connector errors add up, and nothing is said when all are in the log', () => {
  const run = {seenInRun: 0, unseenInRun: 0, all: 0, isWhole: true, firstId: 0};
  expect(connectorTotalWords(1108, {...run, inRun: 1086, suppressedInRun: 812})).toBe(
    '1,108: 274 in the log · 812 suppressed · 22 suppressed, counted only by the API',
  );
  expect(connectorTotalWords(9, {...run, inRun: 2, suppressedInRun: 0, isWhole: false})).toBe(
    '9: 2 in the log · 7 counted only by the API',
  );
  // The list is behind the log.
  expect(connectorTotalWords(1, {...run, inRun: 4, suppressedInRun: 0})).toBe('4');
  expect(connectorTotalWords(1108, undefined)).toBe('1,108');
});

test('of a lost stream the cause is never cut where there is room for it', () => {
  const why = 'stream did not contain valid UTF-8';
  const words = (cells: number) => lostStreamWords({marker: {kind: 'unread', stream: 'stdout', why, at}}, cells);
  expect(words(44)).toBe(`stdout: ${why}`);
  expect(words(46)).toBe(`stdout: ${why}`);
  expect(words(47)).toBe(`stdout lost: ${why}`);
  expect(words(100)).toBe(`stdout is lost until the next start: ${why}`);
});
