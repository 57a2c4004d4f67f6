import {isUndeployed, type StateKind, stateOf} from '../../engine/api/pipeline-state.ts';
import type {Pipeline} from '../../engine/api/types.ts';
import {clean} from '../../lib/clean.ts';
import {counted} from '../../lib/format.ts';
import type {Style} from '../terminal/style.ts';

/** Symbol, word or colour alone is enough to recognise the state. `symbol`: a name in `kit/terminal/symbols`. */
export type PipelineState = {
  readonly symbol: StateKind | 'degraded' | 'unread';
  readonly word: string;
  readonly style: Style;
};

/**
 * Pipelines that run, a part of which does not work. Unix time in ms: as of then, since no newer statistics were read;
 * undefined: it is so now.
 */
export type DegradedPipelines = ReadonlyMap<string, number | undefined>;

/** Colours of the states, of symbol and word. */
export const stateStyles = {
  failed: {fg: 1},
  unknown: {fg: 5},
  waiting: {fg: 3},
  paused: {fg: 3},
  running: {fg: 2},
  degraded: {fg: 3, bold: true},
  stopped: {dim: true},
} as const satisfies Readonly<Record<StateKind | 'degraded', Style>>;

/** Returns whether to show the program's state: the pipeline is stopped without an error, and not compiled. */
function isOfProgram({deploymentStatus, deploymentError, programStatus}: Pipeline): boolean {
  return isUndeployed(deploymentStatus) && !deploymentError && !['', 'Success'].includes(programStatus);
}

/** The order of a list, on the screen and in the shell. */
export function byName(a: Pick<Pipeline, 'name'>, b: Pick<Pipeline, 'name'>): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Its rank in a list: those that fail need attention first, then those that are degraded, then no other. */
export function attentionRank(pipeline: Pipeline, isDegraded: boolean): 0 | 1 | 2 {
  const {symbol} = pipelineState(pipeline, isDegraded);
  return symbol === 'failed' ? 0 : symbol === 'degraded' ? 1 : 2;
}

/** In the server's spelling; `Failed` if it stopped with an error. */
export function serverState(pipeline: Pipeline): string {
  const {deploymentStatus, deploymentError, programStatus} = pipeline;
  if (isOfProgram(pipeline)) return programStatus;
  return deploymentError && isUndeployed(deploymentStatus) ? 'Failed' : deploymentStatus;
}

/** `prod, team billing`; empty if there are none. */
export function tagWords({tags = []}: Pick<Pipeline, 'tags'>): string {
  return tags.join(', ');
}

/** RFC 3339. */
export function stateSince(pipeline: Pipeline): string {
  return isOfProgram(pipeline) ? pipeline.programStatusSince : pipeline.deploymentStatusSince;
}

/**
 * An unknown state is shown as the server sent it; `Start failed` if its error is of those that only a start has.
 * `isDegraded`: a part of it does not work, if it runs.
 */
export function pipelineState(pipeline: Pipeline, isDegraded = false): PipelineState {
  const status = serverState(pipeline);
  const {kind} = stateOf(status);
  if (isDegraded && kind === 'running') return {symbol: 'degraded', word: 'Degraded', style: stateStyles.degraded};
  const endedStart = status === 'Failed' && pipeline.deploymentError?.endedStart === true;
  return {symbol: kind, word: endedStart ? startFailed : stateWord(status), style: stateStyles[kind]};
}

const startFailed = 'Start failed';

/**
 * It is stopped, whether it failed or not, and nobody has asked for a start: nothing more comes into its log. Feldera
 * drops the error of the last run as soon as a start is asked for.
 */
export function hasStopped(pipeline: Pipeline): boolean {
  const {deploymentStatus, deploymentDesiredStatus: desired} = pipeline;
  const isToRun = desired !== '' && !isUndeployed(desired);
  return isUndeployed(deploymentStatus) && !isToRun && !isCompiling(pipeline);
}

/** The program did not compile. `status`: in the server's spelling, of the program. */
export function isCompileError(status: string): boolean {
  return stateOf(status).kind === 'failed';
}

/** The word for a state in the server's spelling. */
export function stateWord(status: string): string {
  return clean(stateOf(status).word);
}

/** A change of state: `Running → Stopped`; `Running again` when several changes end in the first state. */
export function stateChangeWords(from: string, to: string): string {
  return from === to ? `${stateWord(to)} again` : `${stateWord(from)} → ${stateWord(to)}`;
}

/** An error of the pipeline, by the state that it led to: `Failed · exit status: 101`, `Start failed · no nodes left`. */
export function failedWords({state, error, endedStart}: {state: string; error: string; endedStart: boolean}): string {
  return `${endedStart ? startFailed : stateOf(state).kind === 'failed' ? stateWord(state) : 'Failed'} · ${error}`;
}

/** The words of `failedWords` where the log proves what the error's code does not tell: that the start failed. */
export function asFailedStart(words: string): string {
  return words.replace(/^Failed(?= · )/, startFailed);
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
export function failureCause(pipeline: Pipeline, programError = pipeline.programError ?? ''): string | undefined {
  if (!hasCompileError(pipeline)) {
    const {deploymentError, deploymentStatus, runtimeReason} = pipeline;
    const reason = deploymentStatus === 'Unavailable' ? runtimeReason?.replaceAll(/\s+/g, ' ') : undefined;
    return deploymentError?.cause ?? reason;
  }
  return compilerCause(programError);
}

/** Returns the cause in what the compiler says, in one line; undefined: it says nothing. */
export function compilerCause(programError: string): string | undefined {
  // Warnings, and what cargo reports of its progress, may come before the error.
  const error = /^ *error\b.*/m.exec(programError);
  const line = error?.[0].trim() ?? /\S.*/.exec(programError)?.[0];
  const words = line?.replace(compilerPlace, 'line $1: ').replace(/^error: /, '');
  return words === undefined || !error ? words : words + rustDetails(programError.slice(error.index));
}

/** Reads rustc's words at its marks, and the place, from the first error: `: expected A, found B (udf.rs:12:5)`. */
function rustDetails(text: string): string {
  const [report = ''] = text.split(/\n\s*\n/, 1);
  const [, place] = /^ *--> (?:\S*\/)?([^/\s]+:\d+:\d+)$/m.exec(report) ?? [];
  if (place === undefined) return '';
  const [, label] = /^ *\| *\^+ (\S.*)$/m.exec(report) ?? [];
  return `${label === undefined ? '' : `: ${label}`} (${place})`;
}

/** Place at which the compiler found an error of SQL, and words of it that the state says already. */
const compilerPlace = /^error: (?:Compilation error|Error [a-z]+ SQL) \(line (\d+), column \d+\): /;

/** The sentence for a program that did not compile, whatever else is wrong with its pipeline. */
export function compilerSentence({programStatus: state, ...told}: Pipeline, programError = told.programError): string {
  const cause = compilerCause(programError ?? '');
  return cause === undefined ? stateWord(state) : failedWords({state, error: clean(cause), endedStart: false});
}

/**
 * The sentence for a pipeline that does not work, wherever it is said: `Failed · exit status: 101`, `Start failed · no such
 * file`, `SQL error · line 2: …`. Undefined: it works, or was stopped. `programError`: as of
 * `failureCause`.
 */
export function failureSentence(pipeline: Pipeline, programError?: string): string | undefined {
  const {deploymentError: error, deploymentStatus} = pipeline;
  // While it stops, it has failed already.
  if (!isFailing(pipeline) && !(error && deploymentStatus === 'Stopping')) return undefined;
  if (hasCompileError(pipeline)) return compilerSentence(pipeline, programError);
  const cause = failureCause(pipeline);
  if (cause === undefined) return pipelineState(pipeline).word;
  return failedWords({state: serverState(pipeline), error: clean(cause), endedStart: error?.endedStart === true});
}

/** An error in full, which is not in the log. Its texts are as sent. */
export type PipelineError = {
  readonly title: string;
  readonly text: string;
  /** The compiler says it. */
  readonly origin?: 'compiler';
};

/** The deployment error with its details, and what the compiler says (`PipelineDetail.programError`). */
export function pipelineErrors(
  {deploymentError: error}: Pick<Pipeline, 'deploymentError'>,
  programError: string | undefined,
): readonly PipelineError[] {
  const parts = error && [error.message, ...error.more.map(([place, text]) => `${place}\n${text}`)];
  return [
    ...(error && parts ? [{title: `Deployment error (${error.errorCode})`, text: parts.join('\n\n')}] : []),
    ...(programError === undefined ? [] : [{title: 'Compiler error', text: programError, origin: 'compiler' as const}]),
  ];
}

/** `3 logs not read`, for a list of words: pipelines run whose logs nobody read. */
export function unreadWords(logs: number): readonly string[] {
  return logs === 0 ? [] : [`${counted(logs, 'log', 'logs')} not read`];
}

/** Its program is being compiled, or waits for that. */
export function isCompiling(pipeline: Pipeline): boolean {
  return isOfProgram(pipeline) && !isFailing(pipeline);
}
