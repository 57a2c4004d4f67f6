/**
 * `Resources transition: stopped -> provisioning (desired: provisioned)` and `Runtime transition: (none) -> initializing
 * (desired: running)`, as in Feldera's pipeline_automata.rs. A runtime transition from a state to itself changes only
 * the desired state.
 */
const transitionPattern = /^(Resources|Runtime) transition: (\S+) -> (\S+) \(desired: (.*)\)$/;
const errorPattern = /^(?:Resources|Runtime) error: (.*)/;

/** Change of a pipeline's state, in the runner's own words. */
export type Transition = {
  readonly kind: 'Resources' | 'Runtime';
  readonly from: string;
  readonly to: string;
  readonly desired: string;
};

/** The transition in a message of the runner; undefined if it has none, or one to `(none)`. */
export function transitionIn(message: string): Transition | undefined {
  const [, kind, from, to, desired] = transitionPattern.exec(message) ?? [];
  if (from === undefined || to === undefined || desired === undefined || to === '(none)') return undefined;
  return {kind: kind === 'Resources' ? kind : 'Runtime', from, to, desired};
}

/** The resources leave `stopped`: a start, also one that fails at once. */
export function beginsRun({kind, from}: Transition): boolean {
  return kind === 'Resources' && from === 'stopped';
}

/** The process ends: what follows is only that it has. */
export function endsRun({kind, from, to}: Transition): boolean {
  return kind === 'Resources' && (to === 'stopping' || (to === 'stopped' && from !== 'stopping'));
}

/** Nobody asked for this end: of an error, or after a graceful stop of the process itself. */
export function isUnasked({desired}: Transition): boolean {
  return desired !== 'stopped';
}

/** The error that ended the pipeline, in a message of the runner. */
export function errorIn(message: string): string | undefined {
  return errorPattern.exec(message)?.[1];
}

/** `awaiting_approval`: `AwaitingApproval` in the list. */
export function inRunnersWords(state: string): string {
  return state.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}
