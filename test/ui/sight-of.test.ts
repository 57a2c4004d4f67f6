import {describe, expect, it, test} from 'vitest';
import type {ApiFailure} from '../../source/api/types.ts';
import type {ConnectionState} from '../../source/streams/connection-state.ts';
import {pipelineSights, silenceOf} from '../../source/ui/sight-of.ts';
import {makePipeline} from './make-pipeline.ts';

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
  const failing = (message: string) => {
    const deploymentError = {message, errorCode: 'RunnerCheckError', details: {}};
    return pipelineSights([makePipeline('a', {deploymentStatus: 'Stopped', deploymentError})]).get('a')?.failing;
  };

  it('for the reason that stands below the runner’s usual paragraph', () => {
    expect(failing('Pipeline check failed: a fatal error.\n\nexit status: 101\nmore')).toBe(
      'Failed · exit status: 101',
    );
  });

  it.each(['exit status: 101', 'exit status: 101\nmore', 'exit status: 101\n\n'])(
    'for the first line of %j',
    (message) => {
      expect(failing(message)).toBe('Failed · exit status: 101');
    },
  );

  it('without control characters', () => {
    expect(failing('exit\u001B[2J\u0007 status')).not.toMatch(/\p{Cc}/u);
  });
});

test('a pipeline that is well has nothing to tell', () => {
  const sight = pipelineSights([makePipeline('a')]).get('a');
  expect(sight).toMatchObject({name: 'a', failing: undefined, running: true});
});
