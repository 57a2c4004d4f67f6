import type {Pipeline} from '../api/types.ts';
import {sanitise} from '../terminal/sanitise.ts';
import type {Style} from '../terminal/style.ts';

/** The symbols of states, by their names in `terminal/symbols.ts`. */
type StateSymbol = 'running' | 'stopped' | 'failed' | 'waiting' | 'paused' | 'unknown';

/** How a pipeline's state looks: a symbol, a word and a colour, so that none of the three is needed to tell. */
type PipelineState = {readonly symbol: StateSymbol; readonly word: string; readonly style: Style};

const running: Style = {fg: 2};
const waiting: Style = {fg: 3};
const failed: Style = {fg: 1};
const idle: Style = {dim: true};
const unknown: Style = {fg: 5};

const deploymentStates: ReadonlyMap<string, PipelineState> = new Map<string, PipelineState>([
  ['Stopped', {symbol: 'stopped', word: 'Stopped', style: idle}],
  ['Provisioning', {symbol: 'waiting', word: 'Provisioning', style: waiting}],
  ['Initializing', {symbol: 'waiting', word: 'Initializing', style: waiting}],
  ['AwaitingApproval', {symbol: 'paused', word: 'Awaiting approval', style: waiting}],
  ['Bootstrapping', {symbol: 'waiting', word: 'Bootstrapping', style: waiting}],
  ['ConcurrentBootstrapping', {symbol: 'waiting', word: 'Bootstrapping', style: waiting}],
  ['Synchronizing', {symbol: 'waiting', word: 'Synchronizing', style: waiting}],
  ['Replaying', {symbol: 'waiting', word: 'Replaying', style: waiting}],
  ['Standby', {symbol: 'paused', word: 'Standby', style: waiting}],
  ['Coordination', {symbol: 'waiting', word: 'Coordination', style: waiting}],
  ['Running', {symbol: 'running', word: 'Running', style: running}],
  ['Paused', {symbol: 'paused', word: 'Paused', style: waiting}],
  ['Suspended', {symbol: 'paused', word: 'Suspended', style: waiting}],
  ['Unavailable', {symbol: 'failed', word: 'Unavailable', style: failed}],
  ['Stopping', {symbol: 'waiting', word: 'Stopping', style: waiting}],
  // Before Feldera 0.148 (2025-09).
  ['Suspending', {symbol: 'waiting', word: 'Suspending', style: waiting}],
  // Before 0.97 (2025-07), which is not supported.
  ['Shutdown', {symbol: 'stopped', word: 'Shutdown', style: idle}],
  ['ShuttingDown', {symbol: 'waiting', word: 'Shutting down', style: waiting}],
  ['SuspendingCircuit', {symbol: 'waiting', word: 'Suspending', style: waiting}],
  ['SuspendingCompute', {symbol: 'waiting', word: 'Suspending', style: waiting}],
  ['Failed', {symbol: 'failed', word: 'Failed', style: failed}],
]);

/** Not deployed, and nothing under way; `Shutdown` before Feldera 0.97. */
const atRest = ['Stopped', 'Shutdown'];

/** What the compiler says of a pipeline that is not deployed. */
const programStates: ReadonlyMap<string, PipelineState> = new Map<string, PipelineState>([
  ['Pending', {symbol: 'waiting', word: 'To compile', style: waiting}],
  ['CompilingSql', {symbol: 'waiting', word: 'Compiling SQL', style: waiting}],
  ['SqlCompiled', {symbol: 'waiting', word: 'SQL compiled', style: waiting}],
  ['CompilingRust', {symbol: 'waiting', word: 'Compiling Rust', style: waiting}],
  ['SqlError', {symbol: 'failed', word: 'SQL error', style: failed}],
  ['RustError', {symbol: 'failed', word: 'Rust error', style: failed}],
  ['SystemError', {symbol: 'failed', word: 'System error', style: failed}],
]);

/** The state to show for a pipeline. A status that we do not know is shown as the server sent it. */
export function pipelineState(pipeline: Pipeline): PipelineState {
  if (atRest.includes(pipeline.deploymentStatus)) {
    if (pipeline.deploymentError) return {symbol: 'failed', word: 'Failed', style: failed};
    const program = programStates.get(pipeline.programStatus);
    if (program) return program;
    if (pipeline.programStatus !== 'Success') {
      return unknownState(pipeline.programStatus);
    }
  }
  return deploymentStates.get(pipeline.deploymentStatus) ?? unknownState(pipeline.deploymentStatus);
}

function unknownState(status: string): PipelineState {
  return {symbol: 'unknown', word: sanitise(status).text, style: unknown};
}

/** What befell a failing pipeline, in a word or two. */
export function failureWord(pipeline: Pipeline): string {
  return pipeline.deploymentError?.endedStart ? 'Start failed' : pipelineState(pipeline).word;
}

/** Whether its program is on its way to be compiled. */
export function isCompiling(pipeline: Pipeline): boolean {
  return pipelineState(pipeline) === programStates.get(pipeline.programStatus) && !isFailing(pipeline);
}

/** Whether somebody should look at it: it failed, cannot be reached, or did not compile. */
export function isFailing(pipeline: Pipeline): boolean {
  return pipelineState(pipeline).symbol === 'failed';
}

/**
 * A pipeline's state in one word, as the server spells it: that of the program where it is stopped and not compiled, and
 * `Failed` where it stopped with an error.
 */
export function stateWord({deploymentStatus, deploymentError, programStatus}: Pipeline): string {
  // `Shutdown` before Feldera 0.97.
  if (deploymentStatus !== 'Stopped' && deploymentStatus !== 'Shutdown') return deploymentStatus;
  if (deploymentError) return 'Failed';
  return programStatus === 'Success' || programStatus === '' ? deploymentStatus : programStatus;
}

/** Whether somebody should look at it. */
export function isTrouble(word: string): boolean {
  return word === 'Failed' || word === 'Unavailable' || word.endsWith('Error');
}
