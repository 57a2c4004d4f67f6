import {describe, expect, it, test} from 'vitest';
import {isFailing, pipelineState} from '../../source/words/pipeline.ts';
import {deploymentError, makePipeline, stopped} from '../ui/make-pipeline.ts';

test.each([
  ['Stopped', 'stopped', 'Stopped'],
  ['Provisioning', 'waiting', 'Provisioning'],
  ['Initializing', 'waiting', 'Initializing'],
  ['AwaitingApproval', 'paused', 'Awaiting approval'],
  ['Bootstrapping', 'waiting', 'Bootstrapping'],
  ['ConcurrentBootstrapping', 'waiting', 'Bootstrapping'],
  ['Synchronizing', 'waiting', 'Synchronizing'],
  ['Replaying', 'waiting', 'Replaying'],
  ['Standby', 'paused', 'Standby'],
  ['Coordination', 'waiting', 'Coordination'],
  ['Running', 'running', 'Running'],
  ['Paused', 'paused', 'Paused'],
  ['Suspended', 'paused', 'Suspended'],
  ['Unavailable', 'failed', 'Unavailable'],
  ['Stopping', 'waiting', 'Stopping'],
  // Of older servers.
  ['Suspending', 'waiting', 'Suspending'],
  ['Shutdown', 'stopped', 'Shutdown'],
  ['ShuttingDown', 'waiting', 'Shutting down'],
  ['SuspendingCircuit', 'waiting', 'Suspending'],
  ['SuspendingCompute', 'waiting', 'Suspending'],
  ['Failed', 'failed', 'Failed'],
])('deployment %s is shown as %s, %s', (deploymentStatus, symbol, word) => {
  expect(pipelineState(makePipeline('p', {deploymentStatus}))).toMatchObject({symbol, word});
});

test.each([
  ['Pending', 'waiting', 'To compile'],
  ['CompilingSql', 'waiting', 'Compiling SQL'],
  ['SqlCompiled', 'waiting', 'SQL compiled'],
  ['CompilingRust', 'waiting', 'Compiling Rust'],
  ['Success', 'stopped', 'Stopped'],
  ['SqlError', 'failed', 'SQL error'],
  ['RustError', 'failed', 'Rust error'],
  ['SystemError', 'failed', 'System error'],
])('program %s of a stopped pipeline is shown as %s, %s', (programStatus, symbol, word) => {
  expect(pipelineState(makePipeline('p', {...stopped, programStatus}))).toMatchObject({symbol, word});
});

test('a pipeline that is shut down, as older servers call it, is as good as its program', () => {
  const shutDown = {deploymentStatus: 'Shutdown', deploymentDesiredStatus: 'Shutdown'};
  expect(pipelineState(makePipeline('p', {...shutDown, programStatus: 'SqlError'})).word).toBe('SQL error');
  expect(pipelineState(makePipeline('p', {...shutDown, programStatus: 'Pending'})).word).toBe('To compile');
});

describe('a status that is not known', () => {
  it('is shown as sent, whether of the deployment or of the program', () => {
    const later = makePipeline('p', {deploymentStatus: 'Teleporting'});
    expect(pipelineState(later)).toMatchObject({symbol: 'unknown', word: 'Teleporting'});
    const compiling = makePipeline('p', {...stopped, programStatus: 'Dreaming'});
    expect(pipelineState(compiling)).toMatchObject({symbol: 'unknown', word: 'Dreaming'});
    expect(isFailing(later) || isFailing(compiling)).toBe(false);
  });

  it('may be the name of anything', () => {
    expect(pipelineState(makePipeline('p', {deploymentStatus: 'constructor'})).word).toBe('constructor');
    expect(pipelineState(makePipeline('p', {...stopped, programStatus: 'toString'})).word).toBe('toString');
  });

  it('brings no control characters to the screen', () => {
    const hostile = makePipeline('p', {deploymentStatus: 'Run\u001B]0;x\u0007ning'});
    expect(pipelineState(hostile).word).toBe('Run^[]0;x^Gning');
    const program = makePipeline('p', {...stopped, programStatus: 'a\u009Bb'});
    expect(pipelineState(program).word).toBe('a<U+009B>b');
  });
});

describe('a pipeline needs attention', () => {
  it('when it stopped with an error', () => {
    const failed = makePipeline('p', {...stopped, deploymentError});
    expect(pipelineState(failed)).toMatchObject({symbol: 'failed', word: 'Failed'});
    expect(isFailing(failed)).toBe(true);
  });

  it('when it did not compile or cannot be reached, but not because it was stopped', () => {
    expect(isFailing(makePipeline('p', {...stopped, programStatus: 'SqlError'}))).toBe(true);
    expect(isFailing(makePipeline('p', {deploymentStatus: 'Unavailable'}))).toBe(true);
    expect(isFailing(makePipeline('p', stopped))).toBe(false);
    expect(isFailing(makePipeline('p'))).toBe(false);
  });

  it('not any more once it runs again, whatever the compiler is at', () => {
    expect(pipelineState(makePipeline('p', {programStatus: 'SqlError'}))).toMatchObject({word: 'Running'});
  });
});

test('no two symbols look alike: the word and the colour are not needed to tell', () => {
  const styles = ['Running', 'Stopped', 'Unavailable', 'Provisioning', 'Paused'].map(
    (deploymentStatus) => pipelineState(makePipeline('p', {deploymentStatus})).symbol,
  );
  expect(new Set(styles).size).toBe(5);
});
