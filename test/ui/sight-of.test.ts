import {describe, expect, it, test} from 'vitest';
import type {ApiFailure, DeploymentError} from '../../source/api/types.ts';
import type {ConnectionState} from '../../source/streams/connection-state.ts';
import {pipelineSights, silenceOf} from '../../source/ui/sight-of.ts';
import {deploymentError, makePipeline, stopped} from './make-pipeline.ts';

const failure: ApiFailure = {kind: 'retryable', reason: 'unreachable', message: 'connection refused', url: 'http://x'};
const waiting = (tries: number): ConnectionState => ({kind: 'waiting', until: 0, tries, cause: 'server-lost', failure});
const live: ConnectionState = {kind: 'live', attempt: 1, since: 0};

describe('a log is silent', () => {
  it('after three tries, and until it is live again', () => {
    expect(silenceOf(waiting(2), undefined)).toBeUndefined();
    expect(silenceOf(waiting(3), undefined)).toBe('connection refused');
    expect(silenceOf({kind: 'connecting', attempt: 4}, 'connection refused')).toBe('connection refused');
    expect(silenceOf({kind: 'catching-up', attempt: 4, since: 0}, 'connection refused')).toBe('connection refused');
    expect(silenceOf(live, 'connection refused')).toBeUndefined();
  });

  it('at once when its pipeline was deleted or the server refuses', () => {
    expect(silenceOf({kind: 'gone', reason: {kind: 'deleted'}, until: 0}, undefined)).toBe('deleted');
    expect(silenceOf({kind: 'gone', reason: {kind: 'refused', failure}, until: 0}, undefined)).toBe(
      'connection refused',
    );
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
  const failing = (cause: string) => pipelineSights([failed({cause})]).get('a')?.failing;

  it('for the cause of its error', () => {
    expect(failing('exit status: 101')).toBe('Failed · exit status: 101');
  });

  it('at its start, by the error itself', () => {
    expect(pipelineSights([failed({endedStart: true})]).get('a')?.failing).toBe('Start failed · exit status: 101');
  });

  it.each([
    [['Running'], 'Failed'],
    [['Running', 'Stopping'], 'Failed'],
    [['Paused'], 'Failed'],
    [['Stopped'], 'Start failed'],
    [['Stopped', 'Provisioning'], 'Start failed'],
    [['Initializing'], 'Start failed'],
    [['Initializing', 'Stopping'], 'Start failed'],
  ])('after %j: %s', (states, word) => {
    const lists = states.map((deploymentStatus) => makePipeline('a', {deploymentStatus, deploymentId: ''}));
    // The next list finds it as it was.
    const all = [...lists, failed({}), failed({})];
    const sights = all.reduce<ReturnType<typeof pipelineSights> | undefined>(
      (before, pipeline) => pipelineSights([pipeline], before),
      undefined,
    );
    expect(sights?.get('a')?.failing).toBe(`${word} · exit status: 101`);
  });

  it('again: the same cause at another time is another start', () => {
    const first = pipelineSights([failed({})]);
    expect(first.get('a')?.failing).toBe('Failed · exit status: 101');
    const again = pipelineSights([failed({}, '2026-11-25T09:21:00Z')], first);
    expect(again.get('a')?.failing).toBe('Start failed · exit status: 101');
  });

  it('without control characters', () => {
    expect(failing('exit\u001B[2J\u0007 status')).not.toMatch(/\p{Cc}/u);
  });
});

test('a pipeline that is well has nothing to tell', () => {
  const sight = pipelineSights([makePipeline('a')]).get('a');
  expect(sight).toMatchObject({name: 'a', failing: undefined, running: true});
});
