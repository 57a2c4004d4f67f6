import {expect, it} from 'vitest';
import {type ErrorRowsInput, errorRows, isIncident} from '../../source/events/error-rows.ts';
import {Incidents} from '../../source/events/incidents.ts';
import {fingerprintOf} from '../../source/records/fingerprint.ts';
import {emptyErrorLog, errorsOf, log, pipeline} from './statuses.ts';

function rows(options: Partial<ErrorRowsInput>) {
  const all = {
    logs: [],
    pipelines: [],
    incidents: [],
    viewed: new Set<string>(),
    muted: new Set<number>(),
    seen: new Map(),
    ...options,
  };
  return errorRows(all);
}
const shown = (options: Partial<ErrorRowsInput>) =>
  rows(options).map(({pipeline: name, kind, state, count}) => `${name} ${kind} ${state} ${count}`);

it('the pipeline with the newest error comes first, and its errors together', () => {
  const logs = [
    log('a', {errors: errorsOf(['ERROR old', 'ERROR older'], 10)}),
    log('b', {errors: errorsOf(['ERROR x'], 50)}),
    log('c', {errors: errorsOf(['ERROR y', 'ERROR z'], 0)}),
  ];
  expect(rows({logs}).map(({pipeline: name, last}) => `${name} ${last}`)).toEqual([
    'b 50',
    'a 11',
    'a 10',
    'c 1',
    'c 0',
  ]);
});

it('seen ones come after unseen ones, muted ones last; the log on the screen is seen', () => {
  const errors = emptyErrorLog();
  errors.add(Buffer.from('ERROR seen'), {id: 1, at: 1});
  errors.markSeen();
  errors.add(Buffer.from('ERROR unseen'), {id: 2, at: 2});
  errors.add(Buffer.from('ERROR muted'), {id: 3, at: 3});
  const muted = new Set([fingerprintOf(Buffer.from('ERROR muted'))]);
  const logs = [log('a', {errors: errors.byKey}), log('shown', {errors: errorsOf(['ERROR here'], 9)})];
  expect(shown({logs, muted, viewed: new Set(['shown'])})).toEqual([
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
    {state: 'unseen', count: 2, since: 20, last: 30, firstId: 2, lastId: 3},
  ]);
});

it('failures and connector errors are unseen until the log was on the screen, and again when there are more', () => {
  const failed = pipeline('a', {failing: 'Failed', running: false, failedAt: 5, connectorErrors: 4});
  expect(shown({pipelines: [failed]})).toEqual(['a failed unseen 1', 'a connectors unseen 4']);
  const seen = new Map([['a', failed]]);
  expect(shown({pipelines: [failed], seen})).toEqual(['a failed seen 1', 'a connectors seen 4']);
  const anew = {...failed, failedAt: 8, connectorErrors: 6};
  expect(shown({pipelines: [anew], seen})).toEqual(['a failed unseen 1', 'a connectors unseen 2']);
  expect(shown({pipelines: [pipeline('a')], seen})).toEqual([]);
});

it('a process that was started again has counted its connector errors from zero', () => {
  const seen = new Map([['a', pipeline('a', {deployment: 'first', connectorErrors: 5})]]);
  const anew = (connectorErrors: number, deployment: string) =>
    shown({pipelines: [pipeline('a', {deployment, connectorErrors})], seen});
  expect(anew(3, 'second')).toEqual(['a connectors unseen 3']);
  expect(anew(7, 'second')).toEqual(['a connectors unseen 7']);
  expect(anew(3, 'first')).toEqual(['a connectors unseen 3']);
});

it('incidents come before errors, unseen until the log was on the screen; a silence is over once it is followed', () => {
  const incidents = new Incidents();
  incidents.add([{kind: 'lost', pipeline: 'a', gaps: 1, atLeast: 10, atMost: 10, id: 3}], 'log', 2);
  incidents.add([{kind: 'restarted', pipeline: 'a', by: 'log', id: 2}], 'log', 2);
  incidents.add([{kind: 'silent', pipeline: 'a', why: 'refused'}], 'log', 4);
  const errors = errorsOf(['ERROR x'], 9);
  const kinds = ['silent', 'lost', 'restarted'];
  const input = (silent: string | undefined) => ({logs: [log('a', {errors, silent})], incidents: incidents.all});
  expect(shown(input('refused'))).toEqual([...kinds.map((kind) => `a ${kind} unseen 1`), 'a errors unseen 1']);
  expect(rows(input('refused'))[1]).toMatchObject({since: 2, last: 2, firstId: 3, lastId: 3, incident: {atMost: 10}});
  expect(rows(input('refused')).map(isIncident)).toEqual([true, true, true, false]);
  expect(rows(input('refused'))[0]).toMatchObject({isOver: false});
  expect(rows(input(undefined))[0]).toMatchObject({isOver: true});
  expect(shown({...input(undefined), viewed: new Set(['a'])})[0]).toBe('a silent seen 1');
  incidents.markSeen('a');
  expect(shown(input(undefined))).toEqual(['a errors unseen 1', ...kinds.map((kind) => `a ${kind} seen 1`)]);
});
