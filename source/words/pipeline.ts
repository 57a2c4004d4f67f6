import type {Pipeline} from '../api/types.ts';
import {sanitise} from '../terminal/sanitise.ts';
import type {Style} from '../terminal/style.ts';

/** The symbols of states, by their names in `terminal/symbols.ts`. */
type StateSymbol = 'running' | 'stopped' | 'failed' | 'waiting' | 'paused' | 'unknown';

/** A pipeline's state as a symbol, a word and a colour: each of them alone is enough to recognise it. */
type PipelineState = {readonly symbol: StateSymbol; readonly word: string; readonly style: Style};

const running: Style = {fg: 2};
const waiting: Style = {fg: 3};
const failed: Style = {fg: 1};
const idle: Style = {dim: true};
const unknown: Style = {fg: 5};

/** By the server's name of the state. */
const states: ReadonlyMap<string, PipelineState> = new Map<string, PipelineState>([
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
  // Of the program of a pipeline that is not deployed.
  ['Pending', {symbol: 'waiting', word: 'To compile', style: waiting}],
  ['CompilingSql', {symbol: 'waiting', word: 'Compiling SQL', style: waiting}],
  ['SqlCompiled', {symbol: 'waiting', word: 'SQL compiled', style: waiting}],
  ['CompilingRust', {symbol: 'waiting', word: 'Compiling Rust', style: waiting}],
  ['SqlError', {symbol: 'failed', word: 'SQL error', style: failed}],
  ['RustError', {symbol: 'failed', word: 'Rust error', style: failed}],
  ['SystemError', {symbol: 'failed', word: 'System error', style: failed}],
]);

/** States of Feldera 0.60 to 0.337, in the server's spelling. */
export const knownStates: readonly string[] = [...states.keys()];

/** A pipeline in one of these is not deployed: what happens to it happens to its program. */
const undeployed: readonly string[] = ['Stopped', 'Shutdown'];

/** Whether the state of a pipeline is that of its program: it is stopped without an error, and not compiled. */
function isOfProgram({deploymentStatus, deploymentError, programStatus}: Pipeline): boolean {
  return undeployed.includes(deploymentStatus) && !deploymentError && !['', 'Success'].includes(programStatus);
}

/** A pipeline's state in the server's spelling; `Failed` if it stopped with an error. */
export function serverState(pipeline: Pipeline): string {
  const {deploymentStatus, deploymentError, programStatus} = pipeline;
  if (isOfProgram(pipeline)) return programStatus;
  return deploymentError && undeployed.includes(deploymentStatus) ? 'Failed' : deploymentStatus;
}

/** Since when it is in this state, RFC 3339. */
export function stateSince(pipeline: Pipeline): string {
  return isOfProgram(pipeline) ? pipeline.programStatusSince : pipeline.deploymentStatusSince;
}

/** A pipeline's state as the screen shows it. An unknown status is shown as the server sent it. */
export function pipelineState(pipeline: Pipeline): PipelineState {
  const status = serverState(pipeline);
  return states.get(status) ?? {symbol: 'unknown', word: sanitise(status).text, style: unknown};
}

/** Whether the user should look at it: it failed, cannot be reached, or did not compile. */
export function isFailing(pipeline: Pipeline): boolean {
  return pipelineState(pipeline).symbol === 'failed';
}

/** What happened to a failing pipeline, in a word or two. */
export function failureWord(pipeline: Pipeline): string {
  return pipeline.deploymentError?.endedStart ? 'Start failed' : pipelineState(pipeline).word;
}

/** Whether its program is being compiled, or waits for that. */
export function isCompiling(pipeline: Pipeline): boolean {
  return isOfProgram(pipeline) && !isFailing(pipeline);
}
