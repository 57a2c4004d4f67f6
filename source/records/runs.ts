import {losesLines, type Marker} from '../buffer/markers.ts';
import {bisect} from '../lib/bisect.ts';

/** What the process of a pipeline wrote from one start to the next, and what the runner told of it. */
export type Run = {
  /** The first entry, which may have been dropped. */
  readonly firstId: number;
  /** One past the last entry; undefined for the newest run, unless its pipeline is gone. */
  readonly endId: number | undefined;
  /** Unix time in ms; undefined if the start is not in the log. */
  readonly startedAt: number | undefined;
  /**
   * Unix time in ms of the change to `stopped`. In another state: of the next start or of the pipeline's deletion, when the
   * run had ended at the latest. Undefined while it may go on, or if there is no such time.
   */
  readonly endedAt: number | undefined;
  /** The last state in the runner's words: `running`, `stopped`, …; `unknown` before the first transition. */
  readonly state: string;
  /** Unix time in ms of the change to that state; undefined: it is not in the log. */
  readonly stateSince: number | undefined;
  /**
   * The runner reported an error of the resources or the runtime, the pipeline list an error of the deployment, or the
   * pipeline the end of its workers by a panic: the runner then reports a stop like any other.
   */
  readonly failed: boolean;
  /** It ended before it ran: the log or the list reported that its start failed; absent: nothing did. */
  readonly startFailed?: true;
  /** The records that tell of that, in the order of the log: panics and errors of the runner; absent: none. */
  readonly failures?: readonly number[];
};

/** Failures of a run that are kept: a process ends once, which two or three records report. */
const mostFailures = 10;

/** Its end is known: the log or the list reported it. */
export function isStopped({state}: Pick<Run, 'state'>): boolean {
  return state === stopped;
}

/**
 * The runs of a log, found entry by entry. A run begins where the resources leave `stopped`: mostly for `provisioning`,
 * or for `stopping` if the start fails at once. One of unknown start begins with output where none is running: at the
 * beginning of the log, or behind lines that are missing.
 *
 * A server's log that begins anew is no start: the process may go on, and the runner reports what has become of it. The
 * runner's lines and markers before the first start of a pipeline are of no run until that start.
 */
export class Runs {
  readonly #runs: Run[] = [];
  /** The newest run gets what comes next. */
  #isOpen = false;
  /** The first entry of those that are of no run yet. */
  #blankFrom: number | undefined;
  /** Lines are missing before the next output, which therefore is of another run. */
  #isStartMissing = false;
  /** The log itself has reported the end of the newest run. */
  #isEndLogged = false;

  /** Oldest first. The list changes in place, its runs do not. */
  get list(): readonly Run[] {
    return this.#runs;
  }

  at(id: number): Run | undefined {
    const run = this.#runs[bisect(0, this.#runs.length, (at) => (this.#runs[at]?.firstId ?? 0) <= id) - 1];
    return run?.endId !== undefined && run.endId <= id ? undefined : run;
  }

  /** Adds a line. `isOutput`: it is not the runner's. */
  addEntry(id: number, isOutput: boolean): void {
    if (this.#isOpen && !this.#isStartMissing) return;
    if (isOutput) this.#start(id, {startedAt: undefined, state: unknownState});
    else if (!this.#isOpen) this.#blankFrom ??= id;
  }

  /** The entry that was added last reports that workers ended by the panic that begins at `panic`. */
  addWorkerPanic(panic: number): void {
    this.#fail(panic);
  }

  /** The newest run has not run yet, as far as the log tells. */
  get mayFailToStart(): boolean {
    return this.#current !== undefined && (isStarting(this.#current) || this.#current.state === unknownState);
  }

  /** The entry that was added last, of the pipeline, reports that it could not be initialized. */
  addFailedStart(id: number): void {
    this.#fail(id);
    this.#change({startFailed: true});
  }

  /** Adds a message of the runner, after `addEntry`. True: open records end here, as the process ended or began. */
  addMessage(id: number, message: string, time: number | undefined): boolean {
    if (errorIn(message) !== undefined) this.#fail(id);
    if (message === endOfLogs) {
      this.#stop(time);
      return true;
    }
    const transition = transitionIn(message);
    if (!transition) return false;
    const {to} = transition;
    const run = this.#current;
    const isEnding = to === stopped || to === 'stopping';
    const isCutShort = endsRun(transition) && isUnasked(transition) && (beginsRun(transition) || isStarting(run));
    if (beginsRun(transition)) this.#start(id, {startedAt: time, state: to});
    else if (!isEnding && (!run || isStopped(run)))
      this.#start(id, {startedAt: undefined, state: to, stateSince: time});
    else if (to === stopped) this.#stop(time);
    // The list may have reported the end before.
    else if (run && !isStopped(run)) this.#change({state: to, stateSince: time});
    if (isCutShort) this.#change({failed: true, startFailed: true});
    return beginsRun(transition) || to === stopped;
  }

  /** Adds a marker, instead of `addEntry`, or one that replaces the last marker. True: open records end here. */
  addMarker(id: number, marker: Marker): boolean {
    const {kind, at} = marker;
    if (kind === 'new-life' && marker.because === 'created-again') this.#end(id, at);
    // After a reconnect the same log continues: its pipeline was not deleted.
    else if (kind === 'reconnected' && !this.#isOpen) this.#goOn();
    this.addEntry(id, false);
    if (kind === 'state') this.#addState(marker);
    if (kind === 'ended' && (marker.because === 'deleted' || marker.because === 'created-again')) this.#end(id + 1, at);
    // What a server discarded of a log that begins anew may have been a start.
    if (kind === 'discarded' || (this.#isEndLogged && (kind === 'new-life' || losesLines(marker)))) {
      this.#isStartMissing = this.#isOpen;
    }
    return kind === 'ended' || kind === 'new-life';
  }

  /** Entries were dropped before they were added: the next output begins a run of unknown start. */
  reset(): void {
    this.#runs.length = 0;
    this.#isOpen = false;
    this.#blankFrom = undefined;
    this.#isStartMissing = false;
    this.#isEndLogged = false;
  }

  /** Drops the runs that end before the entry `firstId`. */
  dropBefore(firstId: number): void {
    let gone = 0;
    while ((this.#runs[gone]?.endId ?? Number.POSITIVE_INFINITY) <= firstId) gone += 1;
    if (gone > 0) this.#runs.splice(0, gone);
  }

  get #current(): Run | undefined {
    return this.#isOpen ? this.#runs.at(-1) : undefined;
  }

  #start(id: number, run: Pick<Run, 'startedAt' | 'state'> & Partial<Pick<Run, 'stateSince'>>): void {
    const {startedAt} = run;
    this.#end(id, startedAt);
    const firstId = this.#blankFrom ?? id;
    this.#runs.push({firstId, endId: undefined, endedAt: undefined, failed: false, stateSince: startedAt, ...run});
    this.#isOpen = true;
    this.#blankFrom = undefined;
    this.#isStartMissing = false;
    this.#isEndLogged = false;
  }

  #stop(time: number | undefined): void {
    this.#change({state: stopped, stateSince: time, endedAt: time});
    this.#isEndLogged = true;
  }

  /** `at`: when it had ended at the latest. */
  #end(endId: number, at: number | undefined): void {
    const run = this.#current;
    if (run) this.#change({endId, endedAt: run.endedAt ?? at});
    this.#isOpen = false;
  }

  #goOn(): void {
    const run = this.#runs.pop();
    if (!run) return;
    this.#runs.push({...run, endId: undefined, endedAt: isStopped(run) ? run.endedAt : undefined});
    this.#isOpen = true;
    this.#blankFrom = undefined;
  }

  /** The list reports what the log does not. */
  #addState({to, error, startFailed, at}: Extract<Marker, {kind: 'state'}>): void {
    const run = this.#current;
    if (error !== undefined) this.#change({failed: true, ...(startFailed && {startFailed})});
    if (to === listedAsStopped && run && !isStopped(run)) this.#change({state: stopped, stateSince: at, endedAt: at});
  }

  #fail(id: number): void {
    const {failures = []} = this.#current ?? {};
    const isKnown = failures.includes(id) || failures.length === mostFailures;
    this.#change({failed: true, ...(!isKnown && {failures: [...failures, id]})});
  }

  #change(change: Partial<Run>): void {
    if (!this.#current) return;
    const run = this.#runs.pop();
    if (run) this.#runs.push({...run, ...change});
  }
}

const unknownState = 'unknown';

function isStarting(run: Pick<Run, 'state'> | undefined): boolean {
  return run !== undefined && startingStates.includes(run.state);
}

/** In the runner's words. */
const startingStates: readonly string[] = ['provisioning', 'provisioned', 'initializing'];

/** In the runner's words, and in those of the list. */
const stopped = 'stopped';
const listedAsStopped = 'Stopped';

/** The newest run of a log to which nothing is added, from `endId` on: whatever it did last, it has ended there. */
export function endedRun(run: Run, endId: number): Run {
  return run.endId === undefined ? {...run, endId} : run;
}

/**
 * `Resources transition: stopped -> provisioning (desired: provisioned)` and `Runtime transition: (none) -> initializing
 * (desired: running)`, as in Feldera's pipeline_automata.rs. A runtime transition from a state to itself changes only
 * the desired state. Before 0.148 (2025-09) there was one kind: `Status transition: running -> stopping`.
 */
const transitionPattern =
  /^(?:(Resources|Runtime) transition: (\S+) -> (\S+) \(desired: (.*)\)|Status transition: (\S+) -> (\S+))$/;
const errorPattern = /^(?:Resources?|Runtime) error: (.*)/;
/** Before 0.97 (2025-07) a log ended with each deployment and had no transitions. */
const endOfLogs = 'End of logs: pipeline is being shutdown';

type Transition = {
  readonly kind: 'Resources' | 'Runtime' | 'Status';
  readonly from: string;
  readonly to: string;
  /** Undefined before 0.148. */
  readonly desired: string | undefined;
};

/** The transition in a message of the runner; undefined if it has none, or one to `(none)`. */
export function transitionIn(message: string): Transition | undefined {
  const [, kind, kindFrom, kindTo, desired, statusFrom, statusTo] = transitionPattern.exec(message) ?? [];
  const from = kindFrom ?? statusFrom;
  const to = kindTo ?? statusTo;
  if (from === undefined || to === undefined || to === '(none)') return undefined;
  return {kind: kind === 'Resources' || kind === 'Runtime' ? kind : 'Status', from, to, desired};
}

/** The resources leave `stopped`: a start, also one that fails at once. */
export function beginsRun({kind, from}: Transition): boolean {
  return kind !== 'Runtime' && from === stopped;
}

/** The process ends: what follows is only that it has. */
export function endsRun({kind, from, to}: Transition): boolean {
  return kind !== 'Runtime' && (to === 'stopping' || (to === 'stopped' && from !== 'stopping'));
}

/** Nobody asked for this end: of an error, or after a graceful stop of the process itself. Before 0.148 it is not told. */
export function isUnasked({desired}: Transition): boolean {
  return desired !== undefined && desired !== 'stopped';
}

/** The error that ended the pipeline, in a message of the runner. */
export function errorIn(message: string): string | undefined {
  return errorPattern.exec(message)?.[1];
}
