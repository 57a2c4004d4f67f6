import type {Pipeline} from './types.ts';

export type StateKind = 'failed' | 'unknown' | 'waiting' | 'paused' | 'running' | 'stopped';

type State = {
  readonly word: string;
  readonly kind: StateKind;
  /** Parts that the pipeline has: its program alone, resources, or a process, too, that can answer. */
  readonly has: 'program' | 'resources' | 'process';
};

/** States of Feldera 0.207 to 0.337, by the server's spelling: of a deployment, and of a program that is not deployed. */
const states = new Map<string, State>([
  ['Running', {word: 'Running', kind: 'running', has: 'process'}],
  ['Paused', {word: 'Paused', kind: 'paused', has: 'process'}],
  ['Stopped', {word: 'Stopped', kind: 'stopped', has: 'program'}],
  // Our word for a deployment that ended with an error.
  ['Failed', {word: 'Failed', kind: 'failed', has: 'resources'}],
  ['SqlError', {word: 'SQL error', kind: 'failed', has: 'program'}],
  ['RustError', {word: 'Rust error', kind: 'failed', has: 'program'}],
  ['Unavailable', {word: 'Unavailable', kind: 'failed', has: 'process'}],
  // Less common ones.
  ['Provisioning', {word: 'Provisioning', kind: 'waiting', has: 'resources'}],
  ['Initializing', {word: 'Initializing', kind: 'waiting', has: 'process'}],
  ['AwaitingApproval', {word: 'Awaiting approval', kind: 'paused', has: 'process'}],
  ['Bootstrapping', {word: 'Bootstrapping', kind: 'waiting', has: 'process'}],
  ['ConcurrentBootstrapping', {word: 'Bootstrapping', kind: 'waiting', has: 'process'}],
  ['Synchronizing', {word: 'Synchronizing', kind: 'waiting', has: 'process'}],
  ['Replaying', {word: 'Replaying', kind: 'waiting', has: 'process'}],
  ['Standby', {word: 'Standby', kind: 'paused', has: 'process'}],
  ['Coordination', {word: 'Coordination', kind: 'waiting', has: 'process'}],
  ['Suspended', {word: 'Suspended', kind: 'paused', has: 'process'}],
  ['Stopping', {word: 'Stopping', kind: 'waiting', has: 'resources'}],
  ['Pending', {word: 'To compile', kind: 'waiting', has: 'program'}],
  ['CompilingSql', {word: 'Compiling SQL', kind: 'waiting', has: 'program'}],
  ['SqlCompiled', {word: 'SQL compiled', kind: 'waiting', has: 'program'}],
  ['CompilingRust', {word: 'Compiling Rust', kind: 'waiting', has: 'program'}],
  ['SystemError', {word: 'System error', kind: 'failed', has: 'program'}],
]);

/** The most common ones come first. */
export const knownStates: readonly string[] = [...states.keys()];

/** Those that a shell suggests. */
export const commonStates = knownStates.slice(0, 7);

/** A state that is not known is shown as the server sent it. */
export function stateOf(status: string): State {
  return states.get(status) ?? {word: status, kind: 'unknown', has: 'process'};
}

/** Its state is known: a support bundle has the configuration of a pipeline without it. */
export function hasState({deploymentStatus}: Pick<Pipeline, 'deploymentStatus'>): boolean {
  return deploymentStatus !== '';
}

/** A pipeline stays in it until something happens. */
export function isSettled(status: string): boolean {
  const {kind} = stateOf(status);
  return kind !== 'waiting' && kind !== 'unknown';
}

/** Returns whether a pipeline is not deployed: its program alone can change. */
export function isUndeployed(status: string): boolean {
  return stateOf(status).has === 'program';
}

/** Returns whether a program is on its way to a result: `Success`, an error, or a status that is not known. */
export function isCompileStep(status: string): boolean {
  const {has, kind} = stateOf(status);
  return has === 'program' && kind === 'waiting';
}
