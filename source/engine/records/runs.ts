import {bisect} from '../../lib/bisect.ts';
import {losesLines, type Marker} from '../buffer/markers.ts';
import {beginsRun, endsRun, errorIn, inRunnersWords, isUnasked, type Transition, transitionIn} from './transitions.ts';

/** Output of a pipeline's process from one start to the next, and what the runner told of it. */
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
  /** The last state but `unavailable`, and since when it had that; absent: see `state`. */
  readonly held?: {readonly state: string; readonly since: number | undefined} | undefined;
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

/** It has ended, or ends: what runs later is another run. */
export function isOver({state}: Pick<Run, 'state'>): boolean {
  return state === stopped || state === stopping;
}

/** Since when it has its state (Unix time in ms): that it could not be reached for a while, or has it again, begins none. */
export function heldSince({state, stateSince, startedAt, held}: Run): number | undefined {
  return held?.state === state ? held.since : (stateSince ?? startedAt);
}

/** It comes into a state. */
function inState({state: before, stateSince: since, held}: Run, state: string, stateSince: number | undefined) {
  const last = held ?? {state: before, since};
  return {state, stateSince, held: state === last.state || state === unavailable ? last : undefined};
}

/** Findings of the entries so far, but for the runs before the newest one: those are closed. */
type Found = {
  /** Number of all runs, dropped ones included. */
  readonly count: number;
  readonly newest: Run | undefined;
  /** The newest run gets what comes next. */
  readonly isOpen: boolean;
  /** The first entry of those that are of no run yet. */
  readonly blankFrom: number | undefined;
  /** Lines are missing before the next output, which therefore belongs to another run. */
  readonly isStartMissing: boolean;
  /** The log itself has reported the end of the newest run. */
  readonly isEndLogged: boolean;
  /** The next output is of interest: it begins a run, or is the first one since the end of the newest run. */
  readonly awaitsOutput: boolean;
  /** The first output since the end of the newest run: late output of it, or that of a run whose start is not in the log. */
  readonly outputFrom: number | undefined;
};

const none: Found = {
  count: 0,
  newest: undefined,
  isOpen: false,
  blankFrom: undefined,
  isStartMissing: false,
  isEndLogged: false,
  awaitsOutput: false,
  outputFrom: undefined,
};

/**
 * The runs of a log, found entry by entry. A run begins where the resources leave `stopped`: mostly for `provisioning`,
 * or for `stopping` if the start fails at once. One of unknown start begins with output where none is running: at the
 * beginning of the log, or behind lines that are missing.
 *
 * A server's log that begins anew is no start: the process may go on, and the runner reports what has become of it. The
 * runner's lines and markers before the first start of a pipeline are of no run until that start.
 *
 * The list tells the same as the log, earlier or later, and what the log lacks: a runner tells nothing of what another one
 * did. So what it tells is taken by its time, not by its place: it changes nothing that the log has told of later, and
 * where the log is behind, it is taken back for what the log tells of before.
 */
export class Runs {
  #found: Found = none;
  /** Oldest first, the newest one of `#found` last: a log may have tens of thousands, which are never copied. */
  readonly #runs: Run[] = [];
  /** Number of runs dropped before the first of them. */
  #dropped = 0;
  /** The time of the newest transition that the log has told; and, of a log that has begun anew, of the one before. */
  #toldTo: number | undefined;
  #toldBefore: number | undefined;
  /** Markers of the list since the log told something last. */
  #listed: readonly Listed[] = [];

  /** Oldest first. The list changes in place, its runs do not. */
  get list(): readonly Run[] {
    return this.#runs;
  }

  at(id: number): Run | undefined {
    const runs = this.#runs;
    const run = runs[bisect(0, runs.length, (at) => (runs[at]?.firstId ?? 0) <= id) - 1];
    return run?.endId !== undefined && run.endId <= id ? undefined : run;
  }

  /** Adds a line. `isOutput`: it is not the runner's. */
  addEntry(id: number, isOutput: boolean): void {
    const {isOpen, awaitsOutput} = this.#found;
    if (isOpen && !awaitsOutput) return;
    const {isStartMissing, blankFrom, outputFrom = id} = this.#found;
    if (!isOutput) {
      if (!isOpen && blankFrom === undefined) this.#set({blankFrom: id});
    } else if (!isOpen || isStartMissing) this.#startByOutput(id);
    else this.#set({outputFrom, awaitsOutput: false});
  }

  /** The entry that was added last reports that workers ended by the panic that begins at `panic`. */
  addWorkerPanic(panic: number): void {
    this.#listed = [];
    this.#fail(panic);
  }

  /** The newest run has not run yet, as far as the log tells. `id`: of the entry that was added last. */
  mayFailToStart(id: number): boolean {
    const run = this.#current;
    return run !== undefined && (isStarting(run) || (run.state === unknownState && id - run.firstId < mostOfStart));
  }

  /** The entry that was added last, of the pipeline, reports that it could not be initialized. */
  addFailedStart(id: number): void {
    this.#listed = [];
    this.#fail(id);
    this.#change({startFailed: true});
  }

  /** Adds a message of the runner, after `addEntry`. True: open records end here, as the process ended or began. */
  addMessage(id: number, message: string, time: number | undefined): boolean {
    const transition = transitionIn(message);
    const isError = errorIn(message) !== undefined;
    if (!transition && !isError) return false;
    const isStart = transition !== undefined && beginsRun(transition);
    const later = this.#takeBack(time, isStart);
    if (time !== undefined && this.#isTold(time)) this.#addTold(id, {isStart, isError, time});
    else {
      if (time !== undefined) this.#toldBefore = undefined;
      if (isError) this.#fail(id);
      if (transition) this.#addTransition(id, transition, time);
    }
    for (const {id: listedId, marker} of later) this.#addListed(listedId, marker);
    return isStart || transition?.to === stopped;
  }

  #addTransition(id: number, transition: Transition, time: number | undefined): void {
    this.#toldTo = time ?? this.#toldTo;
    const {to} = transition;
    const run = this.#current;
    const isCutShort = endsRun(transition) && isUnasked(transition) && (beginsRun(transition) || isStarting(run));
    if (beginsRun(transition)) this.#start(id, {startedAt: time, state: to});
    else if (!isOver({state: to}) && (!run || isOver(run)))
      this.#start(id, {startedAt: undefined, state: to, stateSince: time});
    else if (to === stopped) this.#stop(time);
    // The list may have reported the end before.
    else if (run && !isStopped(run)) this.#change(inState(run, to, time));
    if (isCutShort) this.#change({failed: true, startFailed: true});
  }

  /** Adds a marker, instead of `addEntry`, or one that replaces the last marker. True: open records end here. */
  addMarker(id: number, marker: Marker): boolean {
    const {kind, at} = marker;
    if (kind === 'new-life' && marker.because === 'created-again') {
      this.#endAll(id, at);
      this.#toldTo = undefined;
    }
    // After a reconnect the same log continues: its pipeline was not deleted.
    else if (kind === 'reconnected' && !this.#found.isOpen) this.#attachTo();
    this.addEntry(id, false);
    if (kind === 'state') this.#addListed(id, marker);
    if (kind === 'ended' && (marker.because === 'deleted' || marker.because === 'created-again'))
      this.#endAll(id + 1, at);
    if (kind === 'new-life') this.#toldBefore = this.#toldTo;
    // What a server discarded of a log that begins anew may have been a start.
    const {isOpen, isEndLogged, awaitsOutput} = this.#found;
    if (kind === 'discarded' || (isEndLogged && (kind === 'new-life' || losesLines(marker))))
      this.#set({isStartMissing: isOpen, awaitsOutput: awaitsOutput || isOpen});
    return kind === 'ended' || kind === 'new-life';
  }

  /** Entries were dropped before they were added: the next output begins a run of unknown start. */
  reset(): void {
    this.#runs.length = 0;
    this.#dropped = 0;
    this.#found = none;
    this.#toldBefore = undefined;
    this.#listed = [];
  }

  /** Drops the runs that end before the entry `firstId`. */
  dropBefore(firstId: number): void {
    let gone = 0;
    while ((this.#runs[gone]?.endId ?? Number.POSITIVE_INFINITY) <= firstId) gone += 1;
    if (gone === 0) return;
    this.#runs.splice(0, gone);
    this.#dropped += gone;
  }

  get #current(): Run | undefined {
    return this.#found.isOpen ? this.#found.newest : undefined;
  }

  #set(change: Partial<Found>): void {
    this.#found = {...this.#found, ...change};
    const {count, newest, isOpen} = this.#found;
    // One that goes on again, since its end was taken back, may have been dropped.
    this.#dropped = Math.min(this.#dropped, isOpen ? count - 1 : count);
    this.#runs.length = count - this.#dropped;
    if (newest && this.#runs.length > 0) this.#runs[this.#runs.length - 1] = newest;
  }

  #startByOutput(id: number): void {
    const last = this.#listed.at(-1);
    this.#listed = [];
    const isFirst = !this.#found.isOpen;
    this.#start(id, {startedAt: undefined, state: unknownState});
    // It came before the list told of its end, if the log has no other run.
    if (last && (isFirst || !isOver({state: inRunnersWords(last.marker.to)}))) this.#addListed(last.id, last.marker);
  }

  #start(id: number, run: Pick<Run, 'startedAt' | 'state'> & Partial<Pick<Run, 'stateSince'>>): void {
    const {startedAt} = run;
    this.#end(id, startedAt);
    const {count, blankFrom: firstId = id} = this.#found;
    const begun = {firstId, endId: undefined, endedAt: undefined, failed: false, stateSince: startedAt, ...run};
    this.#set({...none, count: count + 1, newest: begun, isOpen: true});
  }

  /** Two runners were there for a while, and the log of the other one has told what came later. */
  #isTold(time: number): boolean {
    return this.#toldBefore !== undefined && time < this.#toldBefore;
  }

  /** Adds what changes no state: only how a run ended, or when it began. */
  #addTold(id: number, {isStart, isError, time}: ToldMessage): void {
    const run = this.#current;
    if (isStart && run && run.startedAt === undefined) this.#change({startedAt: time});
    if (!isError) return;
    const isEarlier = run?.startedAt !== undefined && time < run.startedAt;
    if (isEarlier) this.#changeEarlier(time, (earlier) => failedAt(id, earlier));
    else if (run && isOver(run)) this.#fail(id);
  }

  #stop(time: number | undefined): void {
    this.#change({state: stopped, stateSince: time, endedAt: time});
    this.#set({isEndLogged: true});
  }

  /** `at`: when it had ended at the latest. */
  #end(endId: number, at: number | undefined): void {
    const run = this.#current;
    if (run) this.#change({endId, endedAt: run.endedAt ?? at});
    this.#set({isOpen: false});
  }

  /** The pipeline is gone. */
  #endAll(endId: number, at: number): void {
    this.#end(endId, at);
    this.#listed = [];
  }

  #attachTo(): void {
    const run = this.#runs.at(-1);
    if (!run) return;
    const goesOn = {...run, endId: undefined, endedAt: isStopped(run) ? run.endedAt : undefined};
    this.#set({newest: goesOn, isOpen: true, blankFrom: undefined});
  }

  /** The list reports what the log does not, or not yet. */
  #addListed(id: number, marker: StateMarker): void {
    const last = this.#listed.at(-1);
    // A marker was corrected: none but the last one is.
    if (last?.id === id) {
      this.#restore([last]);
      this.#listed = this.#listed.slice(0, -1);
    }
    const before = this.#found;
    const effect = this.#addState(id, marker);
    this.#listed = [...this.#listed, {id, marker, before, ...effect}].slice(-mostListed);
  }

  #addState(id: number, marker: StateMarker): Effect {
    const {to, startFailed = false, at} = marker;
    const run = this.#current;
    const state = inRunnersWords(to);
    const isBefore = (time: number | undefined) => time !== undefined && at < time;
    // A start that failed is dated a little before the runner logs it.
    if (run && isBefore(run.startedAt) && !(startFailed && isOver(run))) {
      const replaced = this.#changeEarlier(at, (earlier) => ({
        ...failureOf(earlier, marker),
        ...(state === stopped && !isStopped(earlier) && {state, stateSince: at, endedAt: at}),
      }));
      return {begins: false, replaced};
    }
    const isOutdated = isBefore(run?.stateSince);
    if (run && (isOver(run) || !isOutdated)) this.#change(failureOf(run, marker));
    if (isOutdated) return {begins: false};
    if (state === stopped) {
      if (run && !isStopped(run)) this.#change({state, stateSince: at, endedAt: at});
      return {begins: false};
    }
    if (run && !isOver(run)) this.#change(inState(run, state, at));
    if ((run && !isOver(run)) || isOver({state})) return {begins: false};
    this.#start(this.#found.outputFrom ?? id, {startedAt: undefined, state, stateSince: at});
    return {begins: true};
  }

  /**
   * The log tells of this time, and `isStart`, of a start: what the list has told of later is taken back, and a run that it
   * has begun, which is this one. Returns what has to be added again.
   */
  #takeBack(time: number | undefined, isStart: boolean): readonly Listed[] {
    const listed = this.#listed;
    this.#listed = [];
    const firstLater = listed.findIndex(({marker: {at}}) => time !== undefined && time < at);
    const later = firstLater === -1 ? [] : listed.slice(firstLater);
    this.#restore(later);
    const others = listed.slice(0, listed.length - later.length);
    const begun = others.findLastIndex(({begins}) => begins);
    const run = this.#current;
    if (isStart && begun !== -1 && run && !isOver(run)) this.#restore(others.slice(begun));
    return later;
  }

  /** Takes back the last that the list has told, in order: all is as it was before the first of them. */
  #restore(last: readonly Listed[]): void {
    for (const {replaced} of last.toReversed())
      if (replaced && replaced.at >= this.#dropped) this.#runs[replaced.at - this.#dropped] = replaced.run;
    if (last[0]) this.#set(last[0].before);
  }

  #fail(id: number): void {
    this.#change(failedAt(id, this.#current));
  }

  /** Changes the run of that time, unless it is the newest. Returns it as it was. */
  #changeEarlier(time: number, change: (run: Run) => Partial<Run>): Replaced | undefined {
    const runs = this.#runs;
    const place = runs.findLastIndex(({startedAt = time}, each) => each < runs.length - 1 && time >= startedAt);
    const run = runs[place];
    if (!run) return undefined;
    runs[place] = {...run, ...change(run)};
    return {at: this.#dropped + place, run};
  }

  #change(change: Partial<Run>): void {
    const run = this.#current;
    if (!run) return;
    const newest = {...run, ...change};
    this.#set({newest, awaitsOutput: this.#found.awaitsOutput || (!isOver(run) && isOver(newest))});
  }
}

type ToldMessage = {readonly isStart: boolean; readonly isError: boolean; readonly time: number};

function failedAt(id: number, {failures = []}: Pick<Run, 'failures'> = {}): Partial<Run> {
  const isKnown = failures.includes(id) || failures.length === mostFailures;
  return {failed: true, ...(!isKnown && {failures: [...failures, id]})};
}

const unknownState = 'unknown';
/** Entries of a run of unknown start that may be of it: to look for its failure takes half a microsecond an error. */
const mostOfStart = 10_000;

function isStarting(run: Pick<Run, 'state'> | undefined): boolean {
  return run !== undefined && startingStates.includes(run.state);
}

/** In the runner's words. */
const startingStates: readonly string[] = ['provisioning', 'provisioned', 'initializing'];

type StateMarker = Extract<Marker, {kind: 'state'}>;

/** An earlier run as it was, and its place among all that there were. */
type Replaced = {readonly at: number; readonly run: Run};

/** Change by a marker of the list: whether it has begun a run, and the earlier one that it has changed. */
type Effect = {readonly begins: boolean; readonly replaced?: Replaced | undefined};

/** A marker of the list, and what was before. */
type Listed = Effect & {readonly id: number; readonly marker: StateMarker; readonly before: Found};

/** Most markers kept while a log stays silent. */
const mostListed = 32;

/** In the runner's words. */
const stopped = 'stopped';
const stopping = 'stopping';
const unavailable = 'unavailable';

/** A start that failed after the end of the run was none of it. */
function failureOf({endedAt}: Run, {error, startFailed, at}: StateMarker): Partial<Run> {
  if (error === undefined || (startFailed && endedAt !== undefined && at > endedAt)) return {};
  return {failed: true, ...(startFailed && {startFailed})};
}

/** The newest run of a log to which nothing is added, from `endId` on: whatever it did last, it has ended there. */
export function endedRun(run: Run, endId: number): Run {
  return run.endId === undefined ? {...run, endId} : run;
}
