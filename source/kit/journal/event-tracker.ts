import {isSettled} from '../../engine/api/pipeline-state.ts';
import type {Pattern} from '../../engine/buffer/pattern.ts';
import type {Log} from '../../engine/logs/log.ts';
import {forEachLog} from '../../engine/logs/log-manager.ts';
import type {UnaskedEnd} from '../../engine/logs/log-states.ts';
import {isFailing} from '../words/pipeline-words.ts';
import type {Absence} from './absence.ts';
import {Alerts, type AlertsOptions} from './alerts.ts';
import {EventLog, type EventSources} from './event-log.ts';
import {Failures, type Gap} from './failures.ts';
import {LineWatch} from './line-watch.ts';
import type {LogStatus} from './log-status.ts';
import {Outages} from './outages.ts';
import {isOfErrors, type PipelineEvent} from './pipeline-event.ts';
import {type PipelineStatus, statusesById} from './pipeline-status.ts';

export type EventOptions = Omit<AlertsOptions, 'clock' | 'say'> & {
  /** Milliseconds without a key after which the next one shows what happened; 0: never. Default 10 minutes. */
  readonly awayAfter?: number;
  /** Lines that match count as errors. */
  readonly watchPattern?: Pattern | undefined;
  readonly setTitle?: ((text: string) => void) | undefined;
};

type EventServices = EventSources & {
  readonly poller: {readonly refresh: () => void};
  readonly events?: EventOptions;
  /** Shows a change that the user asked for (`Alerts.toggleNotifyOnce`). */
  readonly say?: (text: string) => void;
  /** Shows which connectors have marked a tab. */
  readonly onMarked?: (text: string) => void;
};

const tenMinutes = 600_000;
/** In ms: a key that is held down must not read all logs with every repeat. */
const maxUsedAge = 1000;

/** Follows logs, list and statistics for the event log, and tells what happens: by alerts, and after an absence. */
export class EventTracker {
  readonly log: EventLog;
  readonly alerts: Alerts;
  /** Finds watched lines; undefined: no line is watched. */
  readonly watch: LineWatch | undefined;
  readonly #services: EventServices;
  readonly #options: EventOptions;
  readonly #awayAfter: number;
  #key: {readonly monotonic: number; readonly machine: number; readonly wall: number};
  /** Monotonic time in ms of the last `markUsed`. */
  #usedAt: number;
  readonly #failures: Failures;
  readonly #outages: Outages;

  constructor(services: EventServices) {
    const {clock, events: options = {}, say, history} = services;
    const {awayAfter = tenMinutes, watchPattern: pattern} = options;
    this.#services = services;
    this.#options = options;
    this.#awayAfter = awayAfter;
    this.log = new EventLog(services);
    this.alerts = new Alerts({...options, clock, say});
    this.watch = pattern && new LineWatch({clock, pattern, onStopped: (text) => this.alerts.warn(text)});
    this.#key = this.#now();
    this.#usedAt = this.#key.monotonic;
    this.#failures = new Failures({
      clock,
      refresh: () => this.#refreshList(),
      history: options.notify || options.onAlert || awayAfter > 0 ? history : undefined,
      append: (events) => this.log.add(events),
      tell: (failures) => this.#tell(failures),
    });
    this.#outages = new Outages({
      clock,
      refresh: () => this.#refreshList(),
      statuses: () => (services.poller.snapshot.get().failure ? undefined : this.log.pipelines),
      tell: (outage) => this.#tell(this.#failures.untold([outage])),
    });
  }

  /** Follows the streams and the list, until the returned function is called. */
  start(): () => void {
    const {logs, poller, stats} = this.#services;
    const leaveLogs = forEachLog(logs, (log) => this.#follow(log));
    const leaveList = poller.snapshot.subscribe(() => this.#onList());
    const leaveStats = stats?.known.subscribe(() => this.#onStats());
    const {names: degraded} = this.log.degraded;
    const leaveDegraded = degraded.subscribe(() => stats?.setDegraded(degraded.get().keys()));
    const leaveEnds = this.log.previousEnds.changes.subscribe(() => this.#tell(this.log.readDegraded()));
    this.#onList();
    return () => {
      this.log.dispose();
      leaveStats?.();
      leaveDegraded();
      leaveEnds();
      leaveLogs();
      leaveList();
      this.#failures.dispose();
      this.#outages.dispose();
      this.alerts.dispose();
    };
  }

  /** Tells now what would be told later. */
  flush(): void {
    this.#failures.flush();
    this.alerts.flush();
  }

  /**
   * A key was pressed. Returns what happened since the key before it, if the user was away; the same if the user then
   * leaves again.
   */
  onKey(): Absence | undefined {
    const before = this.#key;
    const now = this.#now();
    this.#key = now;
    // While the machine sleeps the monotonic clock stops.
    const pause = Math.max(now.monotonic - before.monotonic, now.machine - before.machine);
    if (this.#awayAfter > 0 && pause >= this.#awayAfter) {
      this.#usedAt = Number.NEGATIVE_INFINITY;
      this.#failures.release();
      return this.log.absence;
    }
    if (now.monotonic - this.#usedAt >= maxUsedAge) {
      this.log.markUsed();
      this.#usedAt = now.monotonic;
    }
    return undefined;
  }

  /** Unix time in ms of the last key, or of the start. */
  get usedAt(): number {
    return this.#key.wall;
  }

  /** Tells whether `since` (Unix time in ms) is so long ago that the user wants to know what happened. */
  wasAway(since: number): boolean {
    return this.#awayAfter > 0 && this.#services.clock.wall() - since >= this.#awayAfter;
  }

  #now() {
    const {clock} = this.#services;
    return {monotonic: clock.monotonic(), machine: clock.machine(), wall: clock.wall()};
  }

  #follow(log: Log): () => void {
    this.#onLog(log);
    const stopWatching = this.watch?.follow(log, () => this.#onLog(log));
    const unsubscribe = log.snapshot.subscribe(() => this.#onLog(log));
    return () => {
      // What came since the last frame.
      this.#onLog(log);
      unsubscribe();
      stopWatching?.();
      this.log.forgetLog(log);
    };
  }

  #onLog(log: Log): void {
    const change = this.log.readLog(log);
    const degraded = this.log.readDegraded(log.name);
    if (change) this.#failures.onLog(log.name, endsSince(change.before, change.now));
    if (change || degraded.length > 0) this.#tell([...degraded, ...(change?.events ?? [])]);
  }

  #onList(): void {
    const {pipelines = [], askedAt = 0} = this.#services.poller.snapshot.get();
    this.log.readOutage();
    // What a log tells before its frame is told with what follows from it; one whose connection is open and dead has no frame.
    for (const log of this.log.openLogs) this.#onLog(log);
    const change = this.log.readList();
    this.log.countUnseen();
    const degraded = this.log.readDegraded();
    if (!change) {
      this.#tell(degraded);
      return;
    }
    const {before, now, names, events} = change;
    const failing = pipelines.filter(isFailing).length;
    this.#options.setTitle?.(failing === 0 ? 'pipetail' : `pipetail · ${failing} failing`);
    if (!before) {
      this.#tell(degraded);
      return;
    }
    for (const each of [this.#failures, this.alerts]) each.rename(names);
    const earlier = statusesById(before);
    const statuses = [...now.values()].map((each) => ({
      now: each,
      before: earlier.get(each.id) ?? before.get(each.name),
    }));
    const gaps = statuses.flatMap(({before, now}) => this.#gapBefore(before, now));
    this.#failures.hold(gaps);
    this.#tell([...this.alerts.changes(before, now), ...degraded, ...this.#failures.untold(events)]);
    for (const {before, now} of statuses)
      if (isOtherRun(before, now) && now.failing === undefined) this.#failures.onOtherRun(now.name, askedAt);
    this.#outages.onList(before, now);
    this.#failures.onGaps(gaps);
    for (const name of before.keys()) if (!now.has(name)) this.#failures.forget(name);
  }

  #onStats(): void {
    this.#onList();
    for (const words of this.log.takeMarked()) this.#services.onMarked?.(words);
  }

  /** Alerts of events, which the journal has already. */
  #tell(events: readonly PipelineEvent[]): void {
    const muted = this.log.muted.get();
    // What ended the pipeline is told as its failure.
    const isLoud = (event: PipelineEvent) =>
      !isOfErrors(event) || !(muted.has(event.group.key) || this.log.isOfEnd(event));
    this.alerts.tell(events.filter(isLoud));
  }

  /** The status before, if more may have happened between the two than they tell. */
  #gapBefore(before: PipelineStatus | undefined, now: PipelineStatus): Gap | [] {
    const log = this.#services.logs.get(now.name);
    // One that is cut reports it later, unless its server has forgotten it by then.
    const isReported = log !== undefined && this.log.hasCaughtUp(log) && log.snapshot.get().connection?.kind === 'live';
    // It was created since the last list.
    if (!before) return now.since > now.createdAt ? {before: {...now, since: now.createdAt}, isReported} : [];
    // A start takes some steps, of which the last one is asked about.
    const isStep = !isSettled(now.state) && now.state !== 'Stopping';
    const isMore = now.since !== before.since && (!isStep || (now.endedByRunner && !isReported));
    return isMore || isOtherRun(before, now) ? {before: {...before, name: now.name}, isReported} : [];
  }

  #refreshList(): void {
    const {poller} = this.#services;
    const {pipelines, failure} = poller.snapshot.get();
    // A list that fails keeps to its waits.
    if (pipelines && !failure) poller.refresh();
  }
}

function isOtherRun(before: PipelineStatus | undefined, now: PipelineStatus): boolean {
  return now.deployment !== '' && now.deployment !== before?.deployment;
}

/** The ends that nobody asked for, the oldest first. */
function endsSince(before: LogStatus, {ends}: LogStatus): readonly UnaskedEnd[] {
  const more = ends.count - before.ends.count;
  return more > 0 ? ends.last.slice(-more) : [];
}
