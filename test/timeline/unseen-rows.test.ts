import {expect, it} from 'vitest';
import {noLosses} from '../../source/buffer/markers.ts';
import {fingerprintOf} from '../../source/records/fingerprint.ts';
import {Incidents} from '../../source/timeline/incidents.ts';
import {type ErrorRowsOptions, errorRows, isIncident} from '../../source/timeline/unseen-rows.ts';
import {emptyErrorLog, errorsOf, log, pipeline} from './sights.ts';

function rows(options: Partial<ErrorRowsOptions>) {
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
const told = (options: Partial<ErrorRowsOptions>) =>
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
  expect(told({logs, muted, viewed: new Set(['shown'])})).toEqual([
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

it('failures and connector errors are unseen until the log was looked at, and again when there are more', () => {
  const failed = pipeline('a', {failing: 'Failed', running: false, since: 5, connectorErrors: 4});
  expect(told({pipelines: [failed]})).toEqual(['a failed unseen 1', 'a connectors unseen 4']);
  const seen = new Map([['a', failed]]);
  expect(told({pipelines: [failed], seen})).toEqual(['a failed seen 1', 'a connectors seen 4']);
  const anew = {...failed, since: 8, connectorErrors: 6};
  expect(told({pipelines: [anew], seen})).toEqual(['a failed unseen 1', 'a connectors unseen 2']);
  expect(told({pipelines: [pipeline('a')], seen})).toEqual([]);
});

it('what befell a pipeline stands before its errors, unseen until its log was looked at', () => {
  const incidents = new Incidents();
  const suffered = {toll: {...noLosses, gaps: 1, atLeast: 10, atMost: 10, gapId: 3, lives: 1, lifeId: 2}};
  incidents.noteLog(log('a'), 1);
  incidents.noteLog(log('a', suffered), 2);
  incidents.noteLog(log('a', {...suffered, silent: 'refused'}), 4);
  const errors = errorsOf(['ERROR x'], 9);
  const all = ['silent', 'lost', 'restarted'];
  const options = () => ({logs: [log('a', {errors})], incidents: incidents.all});
  expect(told(options())).toEqual([...all.map((kind) => `a ${kind} unseen 1`), 'a errors unseen 1']);
  expect(rows(options())[1]).toMatchObject({since: 2, last: 2, firstId: 3, lastId: 3, incident: {atMost: 10}});
  expect(
    rows(options())
      .filter(isIncident)
      .map(({kind}) => kind),
  ).toEqual(all);
  expect(told({...options(), viewed: new Set(['a'])})[0]).toBe('a silent seen 1');
  incidents.markSeen('a');
  expect(told(options())).toEqual(['a errors unseen 1', ...all.map((kind) => `a ${kind} seen 1`)]);
});
