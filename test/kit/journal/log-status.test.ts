import {describe, expect, it} from 'vitest';
import type {ApiFailure} from '../../../source/engine/api/types.ts';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {type Marker, noLosses} from '../../../source/engine/buffer/markers.ts';
import type {ConnectionState} from '../../../source/engine/connection/state.ts';
import {bufferInfo, type LogSnapshot} from '../../../source/engine/logs/log-snapshot.ts';
import type {ListSnapshot} from '../../../source/engine/pipelines/list-poller.ts';
import {logEvents, logStatus} from '../../../source/kit/journal/log-status.ts';
import {createStore} from '../../../source/lib/store.ts';
import {emptyErrorLog, errorsOf, log} from './statuses.ts';

const ofLog = {pipeline: 'a', from: 'log', count: 1} as const;

describe('of a log', () => {
  it('what was lost since, and where', () => {
    const before = log('a', {losses: {...noLosses, gaps: 1, atLeast: 10, atMost: 10}});
    const gap: Marker = {kind: 'lost', atLeast: 1, atMost: 4, from: 5, to: 9, at: 9};
    const now = log('a', {losses: {...noLosses, gaps: 3, atLeast: 12, atMost: 15, gap: {marker: gap, id: 40}}});
    expect(logEvents(before, now)).toEqual([
      {...ofLog, kind: 'lost', count: 2, atLeast: 2, atMost: 5, marker: gap, at: 9, id: 40},
    ]);
  });

  it('that it is no longer followed, and that it began anew', () => {
    const clear: Marker = {kind: 'new-life', because: 'restarted', at: 7};
    const losses = {...noLosses, clears: 1, clear: {marker: clear, id: 8}};
    const now = log('a', {disconnected: 'does not answer', disconnectedSince: 3, losses});
    expect(logEvents(log('a'), now)).toEqual([
      {...ofLog, from: 'pipetail', kind: 'disconnected', why: 'does not answer', at: 3},
      {...ofLog, kind: 'restarted', marker: clear, at: 7, id: 8},
    ]);
    expect(logEvents(now, now)).toEqual([]);
  });

  it('that its pipeline was deleted, also while the server did not answer', () => {
    const deleted = {...ofLog, from: 'pipetail', kind: 'deleted', at: 5};
    const now = log('a', {deletedAt: 5});
    expect(logEvents(log('a'), now)).toEqual([deleted]);
    expect(logEvents(log('a', {disconnected: 'timed out', disconnectedSince: 3}), now)).toEqual([deleted]);
    expect(logEvents(now, now)).toEqual([]);
  });

  it('that a stream of the process is lost', () => {
    const marker: Marker = {kind: 'unread', stream: 'stdout', why: 'x', at: 7};
    const now = log('a', {losses: {...noLosses, lostStreams: 1, lostStream: {marker, id: 4}}});
    expect(logEvents(log('a'), now)).toEqual([{...ofLog, kind: 'stream-lost', marker, at: 7, id: 4}]);
    expect(logEvents(now, now)).toEqual([]);
  });

  it('new errors before more of the same, a new one at its first line and another at its last', () => {
    const before = log('a', {errors: errorsOf(['ERROR known 1'])});
    const now = log('a', {
      errors: errorsOf(['ERROR known 1', 'ERROR known 2', 'ERROR known 3', 'ERROR new', 'ERROR new']),
    });
    expect(logEvents(before, now)).toMatchObject([
      {kind: 'errors', isNew: true, count: 2, id: 3},
      {kind: 'errors', isNew: false, count: 2, id: 2},
    ]);
  });

  it('a kind that gave way to others and came back was counted anew', () => {
    const before = log('a', {errors: errorsOf(Array.from({length: 9}, () => 'ERROR known'))});
    const now = log('a', {errors: errorsOf(['ERROR known', 'ERROR known'], 50)});
    expect(logEvents(before, now)).toMatchObject([{kind: 'errors', count: 2}]);
  });
});

const failure: ApiFailure = {kind: 'retryable', reason: 'unreachable', message: 'connection refused'};
const waiting = (tries: number): ConnectionState => ({kind: 'waiting', until: 0, tries, cause: 'server-lost', failure});
const live: ConnectionState = {kind: 'live'};
const deleted: ConnectionState = {kind: 'gone', reason: {kind: 'deleted'}, until: 0};

const snapshot: Omit<LogSnapshot, 'connection'> = {
  ...bufferInfo(new WritableLogBuffer({maxBytes: 1024})),
  ...{events: [], pipelineId: undefined, receivedAt: undefined},
};

const counts = {errors: emptyErrorLog(), losses: noLosses, ends: {count: 0, last: []}, lostStreams: []};

it('a stream is lost as soon as its loss is counted, though the snapshot is a frame behind', () => {
  const buffer = new WritableLogBuffer({maxBytes: 1024});
  const log = {name: 'a', buffer, ...counts, lostStreams: ['stdout'] as const};
  const behind = createStore({...snapshot, connection: live, lostStreams: []});
  const {lostStreams} = logStatus({...log, snapshot: behind}, undefined, {now: 0, list: {failure: undefined}});
  expect(lostStreams).toEqual(['stdout']);
});

describe('a log is disconnected', () => {
  const log = {name: 'a', buffer: new WritableLogBuffer({maxBytes: 1024}), ...counts};
  /** The status after these connections, one a second. */
  const statusAfter = (...connections: readonly ConnectionState[]) =>
    connections.reduce<ReturnType<typeof logStatus> | undefined>(
      (before, connection, now) =>
        logStatus({...log, snapshot: createStore({...snapshot, connection})}, before, {
          now,
          list: {failure: undefined},
        }),
      undefined,
    );
  const whyAfter = (...connections: readonly ConnectionState[]) => statusAfter(...connections)?.disconnected;

  it('after three attempts, and until it is live again', () => {
    expect(whyAfter(waiting(2))).toBeUndefined();
    expect(whyAfter(waiting(3))).toBe('connection refused');
    expect(whyAfter(waiting(3), {kind: 'connecting'})).toBe('connection refused');
    expect(whyAfter(waiting(3), {kind: 'catching-up', since: 0})).toBe('connection refused');
    expect(whyAfter(waiting(3), live)).toBeUndefined();
  });

  it('while its connection is open, and for 30 s neither that nor another one has brought anything', () => {
    const at = (now: number, receivedAt: number, answer: Pick<ListSnapshot, 'failure' | 'unansweredSince'>) =>
      logStatus({...log, snapshot: createStore({...snapshot, connection: live, receivedAt})}, undefined, {
        ...{now, list: answer},
      }).disconnected;
    const unanswered = {failure, unansweredSince: 1000};
    expect(at(30_999, 999, unanswered)).toBeUndefined();
    expect(at(31_000, 999, unanswered)).toBe('connection refused');
    // Its last byte may be the last sign of the server.
    expect(at(31_000, 1000, unanswered)).toBe('connection refused');
    expect(at(31_000, 1001, unanswered)).toBeUndefined();
    expect(at(31_000, 999, {failure})).toBeUndefined();
  });

  it('since it was cut, as it is unreachable since then', () => {
    const begun = (...connections: readonly ConnectionState[]) => {
      const {cut, disconnectedSince} = statusAfter(live, ...connections) ?? {};
      return [cut?.since, disconnectedSince];
    };
    expect(begun(waiting(1), {kind: 'connecting'}, waiting(2), waiting(3))).toEqual([1, 1]);
    expect(begun(waiting(1), waiting(3), {kind: 'catching-up', since: 0}, waiting(4))).toEqual([1, 1]);
    const unanswered = {now: 31_000, list: {failure, unansweredSince: 1000}};
    const silent = {...log, snapshot: createStore({...snapshot, connection: live, receivedAt: 999})};
    expect(logStatus(silent, undefined, unanswered).disconnectedSince).toBe(1000);
    expect(statusAfter(waiting(3), live)?.disconnectedSince).toBeUndefined();
    expect(statusAfter(waiting(3), live, waiting(3))?.disconnectedSince).toBe(2);
  });

  it('at once when the server refuses, or never had the pipeline', () => {
    expect(whyAfter({kind: 'gone', reason: {kind: 'refused', failure}, until: 0})).toBe('connection refused');
    expect(whyAfter(deleted)).toBe('there is no such pipeline');
    expect(statusAfter(deleted)?.deletedAt).toBeUndefined();
  });

  it('not when its pipeline was deleted, which is said until it is live again', () => {
    log.buffer.append(Buffer.from('a line\n'));
    expect(statusAfter(live, waiting(3), deleted)).toMatchObject({disconnected: undefined, deletedAt: 2});
    expect(statusAfter(deleted, {kind: 'connecting'}, deleted)).toMatchObject({deletedAt: 0});
    expect(statusAfter(deleted, waiting(3))).toMatchObject({disconnected: 'connection refused', deletedAt: 0});
    expect(statusAfter(deleted, live)).toMatchObject({disconnected: undefined, deletedAt: undefined});
  });
});
