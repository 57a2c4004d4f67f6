import {compileSteps} from '../api/program-status.ts';
import type {Pipeline} from '../api/types.ts';
import {clean} from '../terminal/clean.ts';
import type {Style} from '../terminal/style.ts';

/** Names in `terminal/symbols.ts`. */
type StateSymbol = 'running' | 'stopped' | 'failed' | 'waiting' | 'paused' | 'unknown';

/** Symbol, word or colour alone is enough to recognise the state. */
export type PipelineState = {readonly symbol: StateSymbol; readonly word: string; readonly style: Style};

const running: Style = {fg: 2};
const waiting: Style = {fg: 3};
const failed: Style = {fg: 1};
const idle: Style = {dim: true};
const unknown: Style = {fg: 5};

/** By the server's spelling. */
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
  // States of the program, while the pipeline is not deployed.
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

/** In these states a pipeline is not deployed: only its program can change. */
const undeployed: readonly string[] = ['Stopped', 'Shutdown'];

/** Whether to show the program's state: the pipeline is stopped without an error, and not compiled. */
function isOfProgram({deploymentStatus, deploymentError, programStatus}: Pipeline): boolean {
  return undeployed.includes(deploymentStatus) && !deploymentError && !['', 'Success'].includes(programStatus);
}

/** The order of a list, on the screen and in the shell. */
export function byName(a: Pick<Pipeline, 'name'>, b: Pick<Pipeline, 'name'>): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** In the server's spelling; `Failed` if it stopped with an error. */
export function serverState(pipeline: Pipeline): string {
  const {deploymentStatus, deploymentError, programStatus} = pipeline;
  if (isOfProgram(pipeline)) return programStatus;
  return deploymentError && undeployed.includes(deploymentStatus) ? 'Failed' : deploymentStatus;
}

/** RFC 3339. */
export function stateSince(pipeline: Pipeline): string {
  return isOfProgram(pipeline) ? pipeline.programStatusSince : pipeline.deploymentStatusSince;
}

/** An unknown state is shown as the server sent it; `Start failed` if its error is of those that only a start has. */
export function pipelineState(pipeline: Pipeline): PipelineState {
  const status = serverState(pipeline);
  const state = states.get(status) ?? {symbol: 'unknown', word: stateWord(status), style: unknown};
  const endedStart = status === 'Failed' && pipeline.deploymentError?.endedStart === true;
  return endedStart ? {...state, word: startFailed} : state;
}

const startFailed = 'Start failed';

/** A state, in the server's spelling, in which a pipeline stays until something happens. */
export function isSettled(status: string): boolean {
  const symbol = states.get(status)?.symbol;
  return symbol !== undefined && symbol !== 'waiting';
}

/** As `serverState` gives it: the program is being compiled, or waits for that. */
export function isCompilingState(status: string): boolean {
  return compileSteps.has(status);
}

/**
 * It is stopped, whether it failed or not, and nobody has asked for a start: nothing more comes into its log. Feldera
 * drops the error of the last run as soon as a start is asked for.
 */
export function hasStopped(pipeline: Pipeline): boolean {
  const {deploymentStatus, deploymentDesiredStatus: desired} = pipeline;
  const isToRun = desired !== '' && !undeployed.includes(desired);
  return undeployed.includes(deploymentStatus) && !isToRun && !isCompiling(pipeline);
}

/** The program did not compile. `status`: in the server's spelling, of the program. */
export function isCompileError(status: string): boolean {
  return states.get(status)?.symbol === 'failed';
}

/** The word for a state in the server's spelling. */
export function stateWord(status: string): string {
  return states.get(status)?.word ?? clean(status);
}

/** A change of state: `Running → Stopped`; `Running again` when several changes end in the first state. */
export function stateChangeWords(from: string, to: string): string {
  return from === to ? `${stateWord(to)} again` : `${stateWord(from)} → ${stateWord(to)}`;
}

/** An error of the pipeline, by the state that it led to: `Failed · exit status: 101`, `Start failed · no nodes left`. */
export function failedWords({state, error, endedStart}: {state: string; error: string; endedStart: boolean}): string {
  const isFailure = states.get(state)?.symbol === 'failed';
  return `${endedStart ? startFailed : isFailure ? stateWord(state) : 'Failed'} · ${error}`;
}

/** It failed, cannot be reached, or did not compile. */
export function isFailing(pipeline: Pipeline): boolean {
  return pipelineState(pipeline).symbol === 'failed';
}

/** Its program did not compile: there is no log of that. */
export function hasCompileError(pipeline: Pipeline): boolean {
  return isOfProgram(pipeline) && isFailing(pipeline);
}

/**
 * Why it fails, in one line; undefined if it does not, or nobody says. `programError`: `PipelineDetail.programError`,
 * needed if `hasCompileError`.
 */
export function failureCause(pipeline: Pipeline, programError = ''): string | undefined {
  if (!hasCompileError(pipeline)) return pipeline.deploymentError?.cause;
  // Warnings, and what cargo reports of its progress, may come before the error.
  return /^ *error\b.*/m.exec(programError)?.[0].trim() ?? /\S.*/.exec(programError)?.[0];
}

/** An error in full, which is not in the log. Its texts are as sent. */
export type PipelineError = {readonly title: string; readonly text: string};

/** The deployment error with its details, and what the compiler says (`PipelineDetail.programError`). */
export function pipelineErrors(
  {deploymentError: error}: Pick<Pipeline, 'deploymentError'>,
  programError: string | undefined,
): readonly PipelineError[] {
  const parts = error && [error.message, ...error.more.map(([place, text]) => `${place}\n${text}`)];
  return [
    ...(error && parts ? [{title: `Deployment error (${error.errorCode})`, text: parts.join('\n\n')}] : []),
    ...(programError === undefined ? [] : [{title: 'Compiler error', text: programError}]),
  ];
}

/** Its program is being compiled, or waits for that. */
export function isCompiling(pipeline: Pipeline): boolean {
  return isOfProgram(pipeline) && !isFailing(pipeline);
}
