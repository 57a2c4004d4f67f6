import {expect, it} from 'vitest';
import {fingerprintOf} from '../../../source/engine/records/fingerprint.ts';
import {isUrgent} from '../../../source/features/errors/errors-feature.ts';
import {Journal} from '../../../source/kit/journal/journal.ts';
import type {LogStatus} from '../../../source/kit/journal/log-status.ts';
import {eventWords, type PipelineEvent} from '../../../source/kit/journal/pipeline-event.ts';
import type {PipelineStatus} from '../../../source/kit/journal/pipeline-status.ts';
import {errorRows} from '../../../source/kit/journal/unseen.ts';
import {emptyErrorLog, errorsOf, log, pipeline} from './statuses.ts';

type Input = {
  readonly logs?: readonly LogStatus[];
  readonly pipelines?: readonly PipelineStatus[];
  readonly incidents?: readonly PipelineEvent[];
  readonly areSeen?: boolean;
  readonly viewed?: string;
  readonly muted?: ReadonlySet<number>;
  readonly seen?: PipelineStatus;
};

function rows({logs = [], pipelines = [], incidents = [], areSeen, viewed, muted = new Set(), seen}: Input) {
  const journal = new Journal();
  for (const event of incidents) journal.append(event, {now: 0});
  if (areSeen) journal.markSeen(new Set(['a']));
  const names = new Set([...logs, ...pipelines].map(({name}) => name));
  const views = [...names].map((name) => ({
    ...{name, status: pipelines.find((each) => each.name === name), log: logs.find((each) => each.name === name)},
    ...{listed: journal.listed, seen, isViewed: name === viewed, failed: [], increase: () => [], uncounted: () => []},
  }));
  return errorRows(views, muted);
}
const shown = (options: Input) =>
  rows(options).map(({pipeline: name, kind, state, count}) => `${name} ${kind} ${state} ${count}`);

it('the pipeline with the newest error comes first, and its errors together', () => {
  const logs = [
    log('a', {errors: errorsOf(['ERROR old', 'ERROR older'], 10)}),
    log('b', {errors: errorsOf(['ERROR x'], 50)}),
    log('c', {errors: errorsOf(['ERROR y', 'ERROR z'], 0)}),
  ];
  expect(rows({logs}).map(({pipeline: name, at}) => `${name} ${at}`)).toEqual(['b 50', 'a 11', 'a 10', 'c 1', 'c 0']);
});

it('seen ones come after unseen ones, muted ones last; the log on the screen is seen', () => {
  const errors = emptyErrorLog();
  errors.add(Buffer.from('ERROR seen'), {id: 1, at: 1});
  errors.markSeen();
  errors.add(Buffer.from('ERROR unseen'), {id: 2, at: 2});
  errors.add(Buffer.from('ERROR muted'), {id: 3, at: 3});
  const muted = new Set([fingerprintOf(Buffer.from('ERROR muted'))]);
  const logs = [log('a', {errors: errors.byKey}), log('shown', {errors: errorsOf(['ERROR here'], 9)})];
  expect(shown({logs, muted, viewed: 'shown'})).toEqual([
    'a errors unseen 1',
    'shown errors seen 1',
    'a errors seen 1',
    'a errors muted 1',
  ]);
});

it('an unseen row counts what is unseen, from the first of it', () => {
  const errors = emptyErrorLog();
  const add = (id: number) => errors.add(Buffer.from(`ERROR no ${id}`), {id, at: 10 * id});
  add(1);
  errors.markSeen();
  add(2);
  add(3);
  expect(rows({logs: [log('a', {errors: errors.byKey})]})).toMatchObject([
    {state: 'unseen', count: 2, firstAt: 20, at: 30, firstId: 2, id: 3},
  ]);
});

it('failures and connector errors are unseen until the log was on the screen, and again when there are more', () => {
  const failed = pipeline('a', {failing: 'Failed', running: false, failedAt: 5, connectorErrors: 4});
  expect(shown({pipelines: [failed]})).toEqual(['a failed unseen 1', 'a connectors unseen 4']);
  const seen = failed;
  expect(shown({pipelines: [failed], seen})).toEqual(['a failed seen 1', 'a connectors seen 4']);
  const anew = {...failed, failedAt: 8, connectorErrors: 6};
  expect(shown({pipelines: [anew], seen})).toEqual(['a failed unseen 1', 'a connectors unseen 2']);
  expect(shown({pipelines: [pipeline('a')], seen})).toEqual([]);
});

it('how it fails now is a failure that the log has told in other words at that time, but not another one of the API', () => {
  const failing = pipeline('a', {failing: 'Failed · now', running: false, failedAt: 25_000, failedAfter: 25_000});
  const before = (from: 'log' | 'API'): PipelineEvent => ({
    ...{kind: 'failed', pipeline: 'a', count: 1, at: 20_000, why: 'Failed · before'},
    from,
  });
  const causes = (from: 'log' | 'API') =>
    rows({pipelines: [failing], incidents: [before(from)]}).map((row) => eventWords(row, 80).text);
  expect(causes('log')).toEqual(['Failed · now']);
  expect(causes('API')).toEqual(['Failed · now', 'Failed · before']);
});

it('a process that was started again has counted its connector errors from zero', () => {
  const seen = pipeline('a', {deployment: 'first', connectorErrors: 5});
  const anew = (connectorErrors: number, deployment: string) =>
    shown({pipelines: [pipeline('a', {deployment, connectorErrors})], seen});
  expect(anew(3, 'second')).toEqual(['a connectors unseen 3']);
  expect(anew(7, 'second')).toEqual(['a connectors unseen 7']);
  expect(anew(3, 'first')).toEqual(['a connectors unseen 3']);
});

it('incidents come before errors, unseen until the log was on the screen; a disconnection is over once it is followed', () => {
  const ofLog = {pipeline: 'a', from: 'log', count: 1, at: 2} as const;
  const incidents: readonly PipelineEvent[] = [
    {...ofLog, kind: 'lost', atLeast: 10, atMost: 10, id: 3},
    {...ofLog, kind: 'restarted', id: 2},
    {...ofLog, kind: 'disconnected', from: 'pipetail', why: 'refused', at: 4},
  ];
  const errors = errorsOf(['ERROR x'], 9);
  const kinds = ['disconnected', 'lost', 'restarted'];
  const input = (disconnected: string | undefined) => ({logs: [log('a', {errors, disconnected})], incidents});
  expect(shown(input('refused'))).toEqual([...kinds.map((kind) => `a ${kind} unseen 1`), 'a errors unseen 1']);
  expect(rows(input('refused'))[1]).toMatchObject({at: 2, id: 3, atMost: 10});
  expect(rows(input('refused')).map(isUrgent)).toEqual([true, true, true, false]);
  expect(rows(input('refused'))[0]).toMatchObject({isOver: false});
  expect(rows(input(undefined))[0]).toMatchObject({isOver: true});
  expect(shown({...input(undefined), viewed: 'a'})[0]).toBe('a disconnected seen 1');
  expect(shown({...input(undefined), areSeen: true})).toEqual([
    ...['a errors unseen 1', ...kinds.map((kind) => `a ${kind} seen 1`)],
  ]);
});

it('an incident joins only with its own kind', () => {
  const incidents: PipelineEvent[] = [];
  const restarted = {kind: 'restarted', pipeline: 'a', count: 1} as const;
  const ofList = {...restarted, from: 'API', now: 'Running'} as const;
  const lost = {kind: 'stream-lost', pipeline: 'a', count: 1, from: 'log'} as const;
  const cleared = (because: 'restarted' | 'created-again', at: number, downMs: number) =>
    incidents.push({
      ...restarted,
      from: 'log',
      at,
      id: at,
      marker: {kind: 'new-life', because, cause: 'server-lost', downMs, at},
    });
  const streamLost = (stream: 'stdout' | 'stderr', at: number) =>
    incidents.push({...lost, at, marker: {kind: 'unread', stream, why: 'not UTF-8', at}});
  incidents.push({...ofList, at: 9, before: 'Running'});
  cleared('restarted', 10, 23_000);
  incidents.push({...ofList, at: 20, before: 'Stopped'});
  cleared('restarted', 30, 4000);
  cleared('created-again', 40, 1000);
  streamLost('stdout', 50);
  streamLost('stderr', 60);
  incidents.push({kind: 'lost', pipeline: 'a', count: 1, from: 'log', at: 70, atLeast: 2, atMost: 2});
  incidents.push({kind: 'lost', pipeline: 'a', count: 1, from: 'log', at: 80, atLeast: 3, atMost: 3});
  const shownRows = rows({logs: [log('a', {lostStreams: ['stderr']})], incidents}).map((row) => {
    const {kind, count, firstAt, at, id, isOver} = row;
    return `${kind} ×${count} ${firstAt ?? at}-${at} ${id ?? ''} ${isOver ? 'over ' : ''}${eventWords(row, 0).text}`;
  });
  expect(shownRows).toEqual([
    'lost ×2 70-80  5 entries lost in 2 gaps',
    'stream-lost ×1 60-60  00:00:00 Feldera stopped reading stderr until the next start: not UTF-8',
    'stream-lost ×1 50-50  over 00:00:00 Feldera stopped reading stdout until the next start: not UTF-8',
    'restarted ×1 40-40 40 server unreachable 1 s · created again · a new pipeline of the same name',
    "restarted ×2 10-30 30 server unreachable 4 s · runner restarted · server's log cleared · lines may be missing",
    'restarted ×2 9-20  Stopped → Running',
  ]);
});
