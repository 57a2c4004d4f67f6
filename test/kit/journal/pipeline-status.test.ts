import {describe, expect, it, test} from 'vitest';
import type {DeploymentError, Pipeline} from '../../../source/engine/api/types.ts';
import {
  changeOf,
  listEvents,
  type PipelineStatus,
  type PipelineStatuses,
  pipelineStatuses,
} from '../../../source/kit/journal/pipeline-status.ts';
import {deploymentError, makePipeline, stopped} from '../screen/make-pipeline.ts';
import {list, pipeline} from './statuses.ts';

const ofApi = {pipeline: 'a', from: 'API', count: 1} as const;
const kinds = (events: readonly {kind: string}[]) => events.map(({kind}) => kind);
const pipelineEvents = (before: PipelineStatus, now: PipelineStatus) => listEvents(list(before), list(now));

describe('a change that the user asked for', () => {
  const at = (state: string, change: Partial<PipelineStatus> = {}) => {
    const program = /^(Pending|Compiling|Sql)/.test(state) ? state : 'Success';
    return pipeline('a', {state, program, running: state === 'Running', ...change});
  };

  test.each([
    ['compiled', at('CompilingRust'), at('Stopped')],
    ['compiled', at('SqlCompiled'), at('Provisioning', {deployment: 'first'})],
    ['Running', at('CompilingRust'), at('Running', {deployment: 'first'})],
    ['Running', at('Initializing'), at('Running')],
    ['Running', at('Running', {deployment: 'first'}), at('Running', {deployment: 'second'})],
    ['Stopped', at('Running'), at('Stopped')],
    ['Paused', at('Running'), at('Paused')],
    ['SQL error', at('CompilingSql'), at('SqlError', {failing: 'SQL error'})],
    ['Failed · 101', at('Running'), at('Failed', {failing: 'Failed · 101'})],
    ['Failed · 101', at('Failed', {failing: 'Failed · 101'}), at('Failed', {failing: 'Failed · 101', failedAt: 9})],
    ['deleted', at('Running'), undefined],
  ])('%s', (words, before, now) => expect(changeOf(before, now)?.words).toBe(words));

  test.each([
    ['still compiling', at('CompilingSql'), at('CompilingRust')],
    ['on its way', at('Stopped'), at('Provisioning')],
    ['stopping', at('Running'), at('Stopping')],
    ['the same', at('Running'), at('Running', {connectorErrors: 4})],
    ['failing as before', at('Failed', {failing: 'Failed'}), at('Failed', {failing: 'Failed'})],
    ['in a state that is not known', at('Running'), at('Hibernating')],
  ])('is not one that is %s', (_, before, now) => expect(changeOf(before, now)).toBeUndefined());
});

describe('of the list', () => {
  it('a pipeline that fails, or fails anew', () => {
    const failed = pipeline('a', {failing: 'Failed', running: false, failedAt: 5});
    expect(pipelineEvents(pipeline('a'), failed)).toEqual([{...ofApi, kind: 'failed', at: 5, why: 'Failed'}]);
    expect(pipelineEvents(failed, failed)).toEqual([]);
    expect(kinds(pipelineEvents(failed, {...failed, failedAt: 9}))).toEqual(['failed']);
  });

  /** The events of each list but the first. */
  function eventsOf(lists: readonly Partial<Pipeline>[]): readonly string[] {
    let before: PipelineStatuses | undefined;
    return lists.flatMap((change, step) => {
      const since = new Date(step * 10_000).toISOString();
      const now = pipelineStatuses([makePipeline('a', {deploymentStatusSince: since, ...change})], before);
      const events = before ? kinds(listEvents(before, now)) : [];
      before = now;
      return events;
    });
  }
  const is = (deploymentStatus: string, deploymentId = '') => ({deploymentStatus, deploymentId});

  it('one that runs again after it was not deployed, or in another deployment, was started again', () => {
    expect(eventsOf([is('Stopped'), is('Running')])).toEqual(['started']);
    expect(eventsOf([is('Running'), is('Stopped'), is('Running')])).toEqual(['stopped', 'restarted']);
    const start = [is('Provisioning'), is('Initializing'), is('Paused'), is('Running')];
    expect(eventsOf([is('Running'), is('Stopping'), ...start])).toEqual(['stopped', 'restarted', 'resumed']);
    expect(eventsOf([is('Running', 'first'), is('Running', 'second')])).toEqual(['restarted']);
    // When the first run ended, no list tells.
    expect(eventsOf([is('Running', 'first'), is('Initializing', 'second'), is('Running', 'second')])).toEqual([
      'restarted',
    ]);
  });

  it('one that was paused and resumed, or could not be reached, was not started again', () => {
    const runs = (deploymentStatus: string) => is(deploymentStatus, 'first');
    expect(eventsOf([runs('Running'), runs('Paused'), runs('Running')])).toEqual(['paused', 'resumed']);
    expect(eventsOf([runs('Paused'), runs('Running'), runs('Running')])).toEqual(['resumed']);
    expect(eventsOf([runs('Running'), runs('Unavailable'), runs('Running')])).not.toContain('restarted');
  });

  it('one that does not run any more was stopped, unless it failed', () => {
    const stopped = pipeline('a', {running: false, state: 'Stopped', since: 7});
    expect(pipelineEvents(pipeline('a'), stopped)).toEqual([
      {...ofApi, kind: 'stopped', at: 7, before: 'Running', now: 'Stopped'},
    ]);
    expect(kinds(pipelineEvents(pipeline('a'), {...stopped, failing: 'Failed'}))).toEqual(['failed']);
    expect(pipelineEvents(stopped, stopped)).toEqual([]);
  });

  it('connector errors count on, and from zero in a process that was started again', () => {
    const errors = (before: number, now: number) =>
      pipelineEvents(pipeline('a', {connectorErrors: before}), pipeline('a', {connectorErrors: now}));
    expect(errors(3, 5)).toEqual([{...ofApi, kind: 'connectors', count: 2, increase: []}]);
    expect(errors(3, 3)).toEqual([]);
    expect(errors(3, 1)).toEqual([{...ofApi, kind: 'connectors', count: 1, increase: []}]);
  });

  it('a pipeline that was created, renamed, deleted, or deleted and created again, with what it did since', () => {
    const [none, first] = [list(), pipeline('a', {id: '1', createdAt: 3, running: false})];
    const second = pipeline('a', {id: '2', createdAt: 7, since: 8});
    const failing = {failing: 'Failed', failedAt: 9, running: false};
    expect(listEvents(none, list(first))).toEqual([{...ofApi, kind: 'created', at: 3}]);
    expect(kinds(listEvents(none, list({...first, ...failing})))).toEqual(['created', 'failed']);
    expect(listEvents(list(first), list({...first, name: 'b'}))).toEqual([
      {...ofApi, pipeline: 'b', kind: 'renamed', before: 'a', now: 'b'},
    ]);
    expect(listEvents(list(first), none)).toEqual([{...ofApi, kind: 'removed'}]);
    expect(listEvents(list(first), list(second))).toEqual([
      {...ofApi, kind: 'removed', at: 7},
      {...ofApi, kind: 'created', at: 7},
      {...ofApi, kind: 'started', at: 8, before: undefined, now: 'Running'},
    ]);
  });

  it('one that was reconfigured: another version, unless its name, its description or Feldera alone changed', () => {
    const told = (change: Partial<Pipeline>) => {
      const first = makePipeline('a', {version: 4, programVersion: 2});
      const [before, now] = [first, {...first, ...change}].map((each) => pipelineStatuses([each]));
      return before && now ? listEvents(before, now).filter(({kind}) => kind === 'reconfigured') : [];
    };
    const event = {...ofApi, kind: 'reconfigured', before: 4, now: 5};
    expect(told({version: 5})).toEqual([event]);
    expect(told({version: 5, programVersion: 3})).toEqual([event]);
    expect(told({version: 5, programVersion: 3, name: 'b'})).toEqual([{...event, pipeline: 'b'}]);
    expect(told({version: 5, programVersion: 3, platformVersion: '0.338.0'})).toEqual([]);
    for (const change of [{}, {version: undefined}, {version: 5, name: 'b'}, {version: 5, description: 'of sales'}])
      expect(told(change)).toEqual([]);
  });

  it('a start that was seen only when the run could not be reached was before that', () => {
    const at = (second: number) => ({deploymentStatusSince: new Date(second * 1000).toISOString()});
    const all = [
      makePipeline('a', {deploymentId: 'first', ...at(1)}),
      makePipeline('a', {deploymentId: 'second', deploymentStatus: 'Unavailable', ...at(20)}),
      makePipeline('a', {deploymentId: 'second', ...at(50)}),
    ];
    const lists: PipelineStatuses[] = [];
    for (const each of all) lists.push(pipelineStatuses([each], lists.at(-1)));
    const told = lists.flatMap((now, index) => listEvents(lists[index - 1] ?? now, now));
    expect(told).toMatchObject([{kind: 'restarted', at: 20_000}]);
  });
});

describe('a pipeline fails', () => {
  const failed = (change: Partial<DeploymentError>, since = '2026-11-25T09:20:00Z') =>
    makePipeline('a', {
      ...stopped,
      deploymentStatusSince: since,
      deploymentId: '',
      deploymentError: {...deploymentError, cause: 'exit status: 101', ...change},
    });
  const failing = (cause: string) => pipelineStatuses([failed({cause})]).get('a')?.failing;

  it('for the cause of its error', () => {
    expect(failing('exit status: 101')).toBe('Failed · exit status: 101');
  });

  it('at its start, by the error itself', () => {
    expect(pipelineStatuses([failed({endedStart: true})]).get('a')?.failing).toBe('Start failed · exit status: 101');
  });

  it.each([['Running'], ['Stopped'], ['Provisioning'], ['Initializing']])(
    'after %s: no list shows how far it came meanwhile, so only its error tells whether the start failed',
    (deploymentStatus) => {
      const before = pipelineStatuses([makePipeline('a', {deploymentStatus, deploymentId: ''})]);
      expect(pipelineStatuses([failed({})], before).get('a')?.failing).toBe('Failed · exit status: 101');
    },
  );

  it('from the moment at which it begins to stop, and once', () => {
    const stopping = {...failed({}), deploymentStatus: 'Stopping'};
    const over = failed({}, '2026-11-25T09:20:09Z');
    // Another list, for whatever changes: the pipeline has done nothing since.
    const all = [makePipeline('a'), stopping, over, {...over}, failed({}, '2026-11-25T09:30:00Z')];
    let before: PipelineStatuses | undefined;
    const events = all.flatMap((pipeline) => {
      const now = pipelineStatuses([pipeline], before);
      const news = before ? listEvents(before, now) : [];
      before = now;
      return news;
    });
    const why = 'Failed · exit status: 101';
    expect(events).toEqual([
      {...ofApi, kind: 'failed', at: Date.UTC(2026, 10, 25, 9, 20), why, endedAfter: Date.UTC(2026, 10, 25, 9, 20)},
      {...ofApi, kind: 'failed', at: Date.UTC(2026, 10, 25, 9, 30), why, endedAfter: Date.UTC(2026, 10, 25, 9, 20, 9)},
    ]);
  });

  it('without control characters', () => {
    expect(failing('exit\u001B[2J\u0007 status')).not.toMatch(/\p{Cc}/u);
  });
});

describe('a result of the compiler', () => {
  const at = (second: number) => `2026-11-25T10:00:0${second}.5Z`;
  const program = (programStatus: string, second: number) =>
    makePipeline('a', {...stopped, deploymentId: '', programStatus, programStatusSince: at(second)});
  const eventsOf = (...pipelines: readonly Pipeline[]) => {
    let before = pipelineStatuses(pipelines.slice(0, 1));
    return pipelines.slice(1).flatMap((pipeline) => {
      const now = pipelineStatuses([pipeline], before);
      const events = listEvents(before, now);
      before = now;
      return events;
    });
  };

  it('is dated by the compiler, and told each time', () => {
    const failed = (second: number) => ({...ofApi, kind: 'failed', at: Date.parse(at(second)), why: 'SQL error'});
    const all = [program('CompilingSql', 1), program('SqlError', 2), program('SqlError', 3), program('SqlError', 3)];
    expect(eventsOf(...all, program('Success', 4), program('SqlError', 5))).toEqual([failed(2), failed(3), failed(5)]);
  });

  it('is told also while the error of the last run stands', () => {
    const failed = (pipeline: Pipeline): Pipeline => ({...pipeline, deploymentError});
    const all = [program('Success', 1), program('CompilingSql', 2), program('SqlError', 3), program('SqlError', 4)];
    const why = 'SQL error';
    expect(eventsOf(...all.map(failed))).toEqual([
      {...ofApi, kind: 'failed', at: Date.parse(at(3)), why},
      {...ofApi, kind: 'failed', at: Date.parse(at(4)), why},
    ]);
    const statuses = pipelineStatuses([failed(program('CompilingSql', 2))]);
    const change = (now: Pipeline) => {
      const before = statuses.get('a');
      return before && changeOf(before, pipelineStatuses([failed(now)], statuses).get('a'));
    };
    expect(change(program('SqlError', 3))).toEqual({words: why, at: Date.parse(at(3)), isFailure: true});
    expect(change(program('Success', 3))).toEqual({words: 'compiled', at: Date.parse(at(3))});
  });

  it('that was asked for is dated by the compiler, also when no list showed that it compiled', () => {
    const change = (before: Pipeline, now: Pipeline) => {
      const statuses = pipelineStatuses([before]);
      const [earlier, later] = [statuses.get('a'), pipelineStatuses([now], statuses).get('a')];
      return earlier && changeOf(earlier, later);
    };
    const compiled = {words: 'compiled', at: Date.parse(at(2))};
    expect(change(program('CompilingSql', 1), program('Success', 2))).toEqual(compiled);
    expect(change(program('SqlError', 1), program('Success', 2))).toEqual(compiled);
    expect(change(program('Success', 1), program('Success', 2))).toEqual(compiled);
    expect(change(program('SqlError', 1), program('SqlError', 2))).toEqual({
      ...{words: 'SQL error', at: Date.parse(at(2)), isFailure: true},
    });
  });
});

test('a running pipeline does not fail', () => {
  const status = pipelineStatuses([makePipeline('a')]).get('a');
  expect(status).toMatchObject({name: 'a', failing: undefined, running: true});
});
