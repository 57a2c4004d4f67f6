import type {Marker} from '../buffer/markers.ts';

/** The entries from one start of the pipeline to the next. Each entry of a log is in one run. */
export type Run = {
  /** The first entry, which may have been dropped. */
  readonly firstId: number;
  /** One past the last entry; undefined for the newest run unless its log has ended. */
  readonly endId: number | undefined;
  /** Unix time in ms; undefined if the start is not in the log. */
  readonly startedAt: number | undefined;
  /** Unix time in ms of the change to `stopped` or of the log's end; undefined while the pipeline may be running. */
  readonly endedAt: number | undefined;
  /** The last state in the runner's words: `running`, `stopped`, …; `unknown` before the first transition. */
  readonly state: string;
  /**
   * The runner reported an error of the resources or the runtime, the pipeline list an error of the deployment, or the
   * pipeline the end of its workers by a panic: the runner then reports a stop like any other.
   */
  readonly failed: boolean;
  /** The records that tell of that, in the order of the log: panics and errors of the runner; absent: none. */
  readonly failures?: readonly number[];
};

/** Failures of a run that are kept: a process ends once, which two or three records report. */
const mostFailures = 10;

/**
 * The runs of a log, found entry by entry. A run begins where the resources leave `stopped`: mostly for `provisioning`,
 * or for `stopping` if the start fails at once. Entries before the first start, or after the end of a log, are a run of
 * unknown start.
 */
export class Runs {
  readonly #runs: Run[] = [];
  /** The newest run has only markers and lines of the runner. */
  #isBlank = true;
  /** The next entry begins a run, unless it is the marker of a reconnect to the same log. */
  #logEnded = false;

  /** Oldest first. The list changes in place, its runs do not. */
  get list(): readonly Run[] {
    return this.#runs;
  }

  at(id: number): Run | undefined {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#runs[middle]?.firstId ?? 0) <= id) low = middle + 1;
      else high = middle;
    }
    const run = this.#runs[low - 1];
    return run?.endId !== undefined && run.endId <= id ? undefined : run;
  }

  /** Adds a line. `isOutput`: it is not the runner's. */
  addEntry(id: number, isOutput: boolean): void {
    if (this.#runs.length === 0 || this.#logEnded) this.#start(id, undefined, 'unknown');
    if (isOutput) this.#isBlank = false;
  }

  /** The entry that was added last reports that workers ended by the panic that begins at `panic`. */
  addWorkerPanic(panic: number): void {
    this.#fail(panic);
  }

  /** Adds a message of the runner, after `addEntry`. True: open records end here, as the process ended or began. */
  addMessage(id: number, message: string, time: number | undefined): boolean {
    if (errorIn(message) !== undefined) this.#fail(id);
    if (message === endOfLogs) {
      this.#change({state: 'stopped', endedAt: time});
      return true;
    }
    const transition = transitionIn(message);
    if (!transition) return false;
    const {to} = transition;
    const run = this.#runs.at(-1);
    const begins = beginsRun(transition);
    const isNew = run?.state === 'unknown' && this.#isBlank ? run.endedAt !== undefined : begins;
    const hasRestarted = run?.endedAt !== undefined && to !== 'stopped' && to !== 'stopping';
    if (isNew || hasRestarted) this.#start(id, begins ? time : undefined, to);
    else if (to === 'stopped') this.#change({state: to, endedAt: time});
    else this.#change({state: to, ...(begins && {startedAt: time})});
    return begins || to === 'stopped';
  }

  /** Adds a marker, instead of `addEntry`. True: open records end here. */
  addMarker(id: number, marker: Marker): boolean {
    // After a reconnect the same log continues: it had not ended.
    if (marker.kind === 'reconnected' && this.#logEnded) {
      this.#logEnded = false;
      const run = this.#runs.at(-1);
      this.#change({endId: undefined, endedAt: run?.state === 'stopped' ? run.endedAt : undefined});
    }
    if (marker.kind === 'new-life' && this.#runs.length > 0 && !this.#logEnded) {
      this.#change({endedAt: this.#runs.at(-1)?.endedAt ?? marker.at});
      this.#start(id, undefined, 'unknown');
    } else this.addEntry(id, false);
    if (marker.kind === 'state' && marker.error !== undefined) this.#change({failed: true});
    if (marker.kind !== 'ended') return marker.kind === 'new-life';
    this.#change({endId: id + 1, endedAt: this.#runs.at(-1)?.endedAt ?? marker.at});
    this.#logEnded = true;
    return true;
  }

  /** Entries were dropped before they were added: the next entry begins a run of unknown start. */
  reset(): void {
    this.#runs.length = 0;
    this.#isBlank = true;
    this.#logEnded = false;
  }

  /** Drops the runs that end before the entry `firstId`. */
  dropBefore(firstId: number): void {
    let gone = 0;
    while ((this.#runs[gone]?.endId ?? Number.POSITIVE_INFINITY) <= firstId) gone += 1;
    if (gone > 0) this.#runs.splice(0, gone);
  }

  #start(id: number, startedAt: number | undefined, state: string): void {
    if (this.#runs.length > 0) this.#change({endId: id});
    this.#runs.push({firstId: id, endId: undefined, startedAt, endedAt: undefined, state, failed: false});
    this.#isBlank = state === 'unknown';
    this.#logEnded = false;
  }

  #fail(id: number): void {
    const {failures = []} = this.#runs.at(-1) ?? {};
    const isKnown = failures.includes(id) || failures.length === mostFailures;
    this.#change({failed: true, ...(!isKnown && {failures: [...failures, id]})});
  }

  #change(change: Partial<Run>): void {
    const run = this.#runs.pop();
    if (run) this.#runs.push({...run, ...change});
  }
}

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
  return kind !== 'Runtime' && from === 'stopped';
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
