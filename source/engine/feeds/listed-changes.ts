import type {Clock} from '../../lib/clock.ts';
import {readTime} from '../../lib/format.ts';
import {isCompileStep, isUndeployed} from '../api/pipeline-state.ts';
import type {Pipeline} from '../api/types.ts';
import type {MarkerKind} from '../buffer/markers.ts';
import type {ConnectionState, OutsideEvent} from '../connection/state.ts';
import type {LogStates} from '../logs/log-states.ts';

/** Milliseconds after the list within which the log reports a state, if it reports the state at all. */
const reportedWithin = 5_000;

type ChangesOptions = {
  readonly clock: Clock;
  /** States and errors that the log reports. */
  readonly states: Pick<LogStates, 'hasState' | 'hasError' | 'isLastState'>;
  readonly connection: () => ConnectionState;
  /** `at`: Unix time in ms. */
  readonly addEvent: (text: string, at: number) => void;
  readonly addMarker: (marker: MarkerKind, at: number) => void;
};

type Waiting = ListedChange & {
  /** Unix times in ms: of the marker, and from when on its error may be in the log. */
  readonly at: number;
  readonly errorFrom: number;
  /** Monotonic time in ms until which it waits. */
  readonly until: number;
  /** The pipeline in the list that has told of it. */
  readonly listed: Pipeline;
};

/**
 * Changes in the list become markers where the log itself does not report them, before the list or after it: in the order of
 * the list, and below the lines that a log which was cut has of the time before.
 */
export class ListedChanges {
  readonly #options: ChangesOptions;
  readonly #waiting: Waiting[] = [];
  /** The pipeline in the newest list. */
  #listed: Pipeline | undefined;
  #cancelTimer = () => {};

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  dispose(): void {
    this.#waiting.length = 0;
    this.#cancelTimer();
  }

  /**
   * Takes the pipeline of the newest list; undefined: not there. Returns what that means for its connection; undefined: nothing
   * new.
   */
  update(now: Pipeline | undefined): Extract<OutsideEvent, {kind: 'listed'}>['as'] | undefined {
    const before = this.#listed;
    this.#listed = now;
    if (!now) return before && 'missing';
    if (!before) return 'appeared';
    if (before.id !== now.id) return 'replaced';
    for (const change of changesBetween(before, now)) this.#add(change, before, now);
    return undefined;
  }

  #add({marker, since}: ListedChange, before: Pipeline, now: Pipeline): void {
    const {clock, addEvent} = this.#options;
    const at = Number.isNaN(since) ? clock.wall() : since;
    // The runner tells of an error before the stop, which may take long.
    const errorFrom = isUndeployed(marker.to) ? readTime(before.deploymentStatusSince) : since;
    if (marker.kind === 'state' && marker.error !== undefined)
      addEvent(`${marker.startFailed ? 'start failed' : 'failed'}: ${marker.error}`, at);
    this.#waiting.push({marker, since, at, errorFrom, until: clock.monotonic() + reportedWithin, listed: now});
    this.settle();
  }

  /** Decides on the changes that wait. Call it when the connection has another state, too. */
  settle(): void {
    const {clock, addMarker} = this.#options;
    this.#cancelTimer();
    for (let [first] = this.#waiting; first; [first] = this.#waiting) {
      const isTold = this.#isTold(first);
      if (isTold === undefined) {
        this.#cancelTimer = clock.after(first.until - clock.monotonic(), () => this.settle());
        return;
      }
      this.#waiting.shift();
      if (!isTold) addMarker(first.marker, first.at);
    }
  }

  /** Tells whether the log reports the change; undefined: it may still do so. */
  #isTold({marker, since, errorFrom, until, listed: then}: Waiting): boolean | undefined {
    const {clock, states, connection} = this.#options;
    const isDue = clock.monotonic() >= until;
    if (!isDue && comingKinds.has(connection().kind)) return undefined;
    if (marker.kind === 'program') return false;
    const {to, error} = marker;
    if (error !== undefined) return states.hasState(to, since) && states.hasError(error, {at: errorFrom, until: since});
    const isStill = this.#listed !== undefined && !hasOtherState(then, this.#listed);
    const isTold = isStill ? states.isLastState(to, since) : states.hasState(to, since);
    return isTold || (isDue ? false : undefined);
  }
}

/** Lines of before the change come yet. */
const comingKinds: ReadonlySet<ConnectionState['kind']> = new Set(['connecting', 'catching-up', 'waiting', 'ended']);

type ListedChange = {
  readonly marker: Extract<MarkerKind, {kind: 'state' | 'program'}>;
  /** Time of the change by the server's clock, as Unix time in ms; NaN: it sent none. */
  readonly since: number;
};

/** Changes of a pipeline's state, program or error between two lists. */
function changesBetween(before: Pipeline, now: Pipeline): readonly ListedChange[] {
  const changes: ListedChange[] = [];
  const isSameProgram = before.programStatusSince === now.programStatusSince || isCompileStep(now.programStatus);
  if (before.programStatus !== now.programStatus || !isSameProgram) {
    changes.push({
      marker: {kind: 'program', from: before.programStatus, to: now.programStatus},
      since: readTime(now.programStatusSince),
    });
  }
  const error = isNewError(before, now) ? now.deploymentError : undefined;
  if (error || hasOtherState(before, now)) {
    changes.push({
      marker: {
        kind: 'state',
        from: before.deploymentStatus,
        to: now.deploymentStatus,
        ...(error && {error: error.cause}),
        ...(error?.endedStart && {startFailed: true}),
      },
      since: readTime(now.deploymentStatusSince),
    });
  }
  return changes;
}

/** Tells whether the state is another one, or the same again. */
function hasOtherState(before: Pipeline, now: Pipeline): boolean {
  const isLater = readTime(now.deploymentStatusSince) > readTime(before.deploymentStatusSince);
  return before.deploymentStatus !== now.deploymentStatus || isLater;
}

/** An equal error is new when the date of the state has changed: a start failed once more. */
function isNewError(before: Pipeline, now: Pipeline): boolean {
  const {deploymentError: error, deploymentStatus, deploymentStatusSince} = before;
  if (now.deploymentError === undefined) return false;
  const isNew = deploymentStatus === now.deploymentStatus && deploymentStatusSince !== now.deploymentStatusSince;
  return error === undefined || error.message !== now.deploymentError.message || isNew;
}
