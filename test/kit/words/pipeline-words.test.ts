import {describe, expect, it, test} from 'vitest';
import {knownStates} from '../../../source/engine/api/pipeline-state.ts';
import {
  hasCompileError,
  isCompiling,
  isFailing,
  pipelineState,
  serverState,
  stateSince,
} from '../../../source/kit/words/pipeline-words.ts';
import {deploymentError, makePipeline, stopped} from '../screen/make-pipeline.ts';

test('every known state has a symbol and a word', () => {
  for (const state of knownStates) {
    const {symbol, word} = pipelineState(makePipeline('p', {deploymentStatus: state}));
    expect([symbol === 'unknown', word]).toEqual([false, expect.stringMatching(/^[A-Z][A-Za-z ]+$/)]);
  }
});

describe('the state of a stopped pipeline', () => {
  test.each([
    [{programStatus: 'Success'}, 'Stopped', 'stopped', 'Stopped'],
    [{programStatus: ''}, 'Stopped', 'stopped', 'Stopped'],
    [{programStatus: 'Pending'}, 'Pending', 'waiting', 'To compile'],
    [{programStatus: 'CompilingSql'}, 'CompilingSql', 'waiting', 'Compiling SQL'],
    [{programStatus: 'SqlError'}, 'SqlError', 'failed', 'SQL error'],
    [{programStatus: 'SqlError', deploymentError}, 'Failed', 'failed', 'Failed'],
    [{programStatus: 'Dreaming'}, 'Dreaming', 'unknown', 'Dreaming'],
  ])('with %j is %s, shown as %s, %s', (change, state, symbol, word) => {
    const pipeline = makePipeline('p', {...stopped, ...change});
    expect(serverState(pipeline)).toBe(state);
    expect(pipelineState(pipeline)).toMatchObject({symbol, word});
    const isOfProgram = state === change.programStatus;
    expect(stateSince(pipeline)).toBe(isOfProgram ? pipeline.programStatusSince : pipeline.deploymentStatusSince);
    expect(isCompiling(pipeline)).toBe(isOfProgram && symbol !== 'failed');
    expect(hasCompileError(pipeline)).toBe(isOfProgram && symbol === 'failed');
  });

  it('is that of the deployment once it runs, whatever its program is', () => {
    const running = makePipeline('p', {programStatus: 'SqlError'});
    expect([serverState(running), pipelineState(running).word, isFailing(running)]).toEqual([
      ...['Running', 'Running'],
      false,
    ]);
  });
});

describe('an unknown status', () => {
  it('is shown as sent, and is no failure, also with the name of a property of objects', () => {
    for (const status of ['Teleporting', 'constructor', 'toString']) {
      const pipeline = makePipeline('p', {deploymentStatus: status});
      expect(pipelineState(pipeline)).toMatchObject({symbol: 'unknown', word: status});
      expect(isFailing(pipeline)).toBe(false);
    }
  });

  it('brings no control characters to the screen', () => {
    const word = (deploymentStatus: string) => pipelineState(makePipeline('p', {deploymentStatus})).word;
    expect(word('Run\u001B]0;x\u0007ning')).toBe('Run^[]0;x^Gning');
    expect(word('a\u009Bb')).toBe('a<U+009B>b');
  });
});

test('a pipeline fails when it stopped with an error, did not compile or cannot be reached', () => {
  const failed = makePipeline('p', {...stopped, deploymentError});
  expect([isFailing(failed), pipelineState(failed).word]).toEqual([true, 'Failed']);
  const notStarted = makePipeline('p', {...stopped, deploymentError: {...deploymentError, endedStart: true}});
  expect(pipelineState(notStarted)).toMatchObject({symbol: 'failed', word: 'Start failed'});
  expect(isFailing(makePipeline('p', {...stopped, programStatus: 'RustError'}))).toBe(true);
  expect(isFailing(makePipeline('p', {deploymentStatus: 'Unavailable'}))).toBe(true);
  expect(isFailing(makePipeline('p', stopped))).toBe(false);
});

test('no two symbols are equal: the word and the colour are not needed to recognise a state', () => {
  const symbols = ['Running', 'Stopped', 'Unavailable', 'Provisioning', 'Paused'].map(
    (deploymentStatus) => pipelineState(makePipeline('p', {deploymentStatus})).symbol,
  );
  expect(new Set(symbols).size).toBe(5);
});
