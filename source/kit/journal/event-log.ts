import type {Pipeline, PipelineStats, RunnerHealth} from '../../engine/api/types.ts';
import type {Log} from '../../engine/logs/log.ts';
import type {LogRegistry} from '../../engine/logs/log-manager.ts';
import {isFollowed} from '../../engine/logs/log-snapshot.ts';
import type {ListPoller} from '../../engine/pipelines/list-poller.ts';
import type {PipelineHistory} from '../../engine/pipelines/pipeline-history.ts';
import type {StatsPoller} from '../../engine/pipelines/stats-poller.ts';
import type {Clock} from '../../lib/clock.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import {ConnectorStates, connectorTotal} from '../facts/connector-states.ts';
import {
  type ConnectorIncrease,
  connectorIncrease,
  type ErrorsByConnector,
  errorsByConnector,
  newErrorsWords,
} from '../facts/connectors.ts';
import type {Diagnose} from '../facts/finding.ts';
import {factsOf, type Gathered, logFacts, type PipelineFacts} from '../facts/pipeline-facts.ts';
import {type Absence, absenceOf, type StatusAt} from './absence.ts';
import {Degraded} from './degraded.ts';
import {Journal} from './journal.ts';
import {LogReadings} from './log-readings.ts';
import {type LogChange, type LogStatus, logEvents, logStatus, statusBefore} from './log-status.ts';
import {OnScreen, type ShownLog} from './on-screen.ts';
import {ServerOutage} from './outages.ts';
import {type EventOf, eventKind, isOfEnd, type PipelineEvent, rekey} from './pipeline-event.ts';
import {
  earlierErrors,
  type ListChange,
  listEvents,
  newNames,
  type PipelineStatus,
  type PipelineStatuses,
  pipelineStatuses,
} from './pipeline-status.ts';
import {PreviousEnds} from './previous-ends.ts';
import {type ErrorRow, errorRows, unseenErrors} from './unseen.ts';

export type EventSources = {
  readonly logs: LogRegistry;
  readonly poller: Pick<ListPoller, 'snapshot'>;
  /** Name the connectors whose errors become more; absent: they stay unnamed. */
  readonly stats?: Pick<StatsPoller, 'known' | 'setDegraded'>;
  readonly clock: Clock;
  /** Finds out which pipelines are degraded. */
  readonly diagnose: Diagnose;
  /** See `PreviousEnds`. */
  readonly history?: (name: string, signal: AbortSignal) => Promise<PipelineHistory>;
  /** Absent: nobody asks for it. */
  readonly runner?: ReadableStore<RunnerHealth | undefined>;
};

/** The pipeline when it was last on the screen. */
type LastSeen = {
  readonly status: PipelineStatus | undefined;
  /** The errors of its connectors, as far as they were known then. */
  readonly errors: ErrorsByConnector | undefined;
  /** Unix time in ms of the newest error in its log; -∞: it had none. */
  readonly until: number;
};

/** An open log. */
type OfLog = {
  readonly status: LogStatus;
  /** Status at the last `markUsed`; undefined: it has yet to catch up, and what it has is history. */
  readonly used: LogStatus | undefined;
  /** One past its newest entry when it was last on the screen. */
  readonly seenEnd: number;
};

const never = Number.NEGATIVE_INFINITY;

/** Keeps what logs, list and statistics tell of pipelines, and up to where the user has seen it. */
export class EventLog {
  readonly #sources: EventSources;
  /** Numbers of connector errors, and which connectors stopped with a fatal error. */
  readonly connectors: ConnectorStates;
  readonly readings = new LogReadings((name) => this.#lastOf(name));
  readonly previousEnds: PreviousEnds;
  readonly #muted = createStore<ReadonlySet<number>>(new Set());
  readonly #journal = new Journal();
  /** By the pipeline's id, where it was asked about: no list has it. */
  readonly #storageLimits = new Map<string, number | undefined>();
  /** Pipelines at the last `markUsed`. */
  #used: Omit<StatusAt, 'logs'>;
  readonly #logs = new Map<Log, OfLog>();
  #list:
    | {readonly of: readonly Pipeline[]; readonly stats: object | undefined; readonly statuses: PipelineStatuses}
    | undefined;
  /** The list whose events were read. */
  #read: PipelineStatuses | undefined;
  readonly #onScreen: OnScreen;
  readonly #seen = new Map<string, LastSeen>();
  readonly #unseenCounts = new WeakMap<Log, number>();
  readonly #unseenChanges = createStore(0);
  readonly degraded: Degraded;
  readonly #outage = new ServerOutage();
  /** Open logs that are marked because connectors have had errors; true: it was said of which. */
  readonly #marked = new Map<string, boolean>();

  constructor(sources: EventSources) {
    const {clock, diagnose, logs, history} = sources;
    this.#sources = sources;
    this.connectors = new ConnectorStates(sources);
    this.previousEnds = new PreviousEnds({clock, history, logOf: (name) => logs.get(name)});
    this.#onScreen = new OnScreen({
      clock: sources.clock,
      onSeen: (pipelines) => this.#markSeen(pipelines),
      onLeft: ({log}) => this.#update(log(), {seenEnd: log()?.snapshot.get().endId ?? 0}),
    });
    this.#used = this.#now();
    const {connectors, previousEnds} = this;
    const began = clock.monotonic();
    const startedAt = () => clock.wall() - (clock.monotonic() - began);
    this.degraded = new Degraded({
      connectors,
      previousEnds,
      why: (name) => diagnose(this.facts(name)),
      clock,
      startedAt,
    });
  }

  dispose(): void {
    this.#onScreen.stop();
    this.degraded.dispose();
    this.previousEnds.dispose();
  }

  /**
   * Returns what newly makes pipelines degraded. Call when lists or statistics tell more, or the log of `name` does.
   */
  readDegraded(name?: string): readonly PipelineEvent[] {
    if (!this.pipelines) return [];
    const events = name === undefined ? this.degraded.update(this.pipelines.keys()) : this.degraded.updateOne(name);
    this.add(events);
    return events;
  }

  /** Keys of error groups that the user muted in this session. */
  get muted(): ReadableStore<ReadonlySet<number>> {
    return this.#muted;
  }

  /** Mutes a group of errors in all logs, or takes that back. */
  toggleMute(key: number): void {
    const muted = new Set(this.#muted.get());
    if (!muted.delete(key)) muted.add(key);
    this.#muted.set(muted);
    this.countUnseen();
  }

  /** Returns the events of an open log since the last call; undefined: until now it read what was there before. */
  readLog(log: Log): LogChange | undefined {
    const {status: before, used, seenEnd = 0} = this.#logs.get(log) ?? {};
    const {until, status: {connectorErrors: counted = 0} = {}} = this.#seen.get(log.name) ?? {};
    if (!before && until !== undefined) log.errors.startSeen({until, counted});
    const now = this.#statusOf(log);
    this.#logs.set(log, {status: now, used: used ?? (isFollowed(log.snapshot.get()) ? now : undefined), seenEnd});
    if (now.flow !== before?.flow || now.cut?.why !== before.cut?.why) this.#onFlow(log.name, before?.flow);
    // Since before its first byte, however much was read by now: what was lost before the start is unseen, too.
    const events = logEvents(before ?? statusBefore(now), now);
    if (now.errors !== before?.errors) this.#readFailures(log);
    for (const event of events) this.#journal.append(event, {now: now.at, isHistory: !used});
    if (events.some((event) => !('group' in event) || !this.#muted.get().has(event.group.key)))
      this.#onScreen.onNews(log.name);
    this.#countUnseenOf([log]);
    return before && used && {before, now, events};
  }

  /** All that it had at first was read. */
  hasCaughtUp(log: Log): boolean {
    return this.#logs.get(log)?.used !== undefined;
  }

  /** The log is closed: nothing is left of its entries. */
  forgetLog(log: Log): void {
    const {status} = this.#logs.get(log) ?? {};
    this.#logs.delete(log);
    this.#onFlow(log.name, status?.flow);
    this.#journal.forgetLog(log.name);
    if (!this.pipelines?.has(log.name)) this.#journal.forget(log.name);
  }

  /** Reads whether lists come. */
  readOutage(): void {
    const {poller, clock} = this.#sources;
    const outage = this.#outage.update(poller.snapshot.get(), clock.wall());
    if (outage) this.add([outage]);
  }

  /** Returns the events since the list of the last call; undefined: nothing new is known. */
  readList(): ListChange | undefined {
    const now = this.pipelines;
    const before = this.#read;
    if (!now || now === before) return undefined;
    this.#read = now;
    if (!before) {
      this.#used = {...this.#used, pipelines: this.#used.pipelines ?? now};
      return {before, now, names: new Map(), events: []};
    }
    const names = newNames(before, now);
    for (const values of [this.#seen, this.#marked]) rekey<unknown>(values, names);
    this.#journal.rename(names);
    // The log of another one goes on with it: what it has of it first was before.
    for (const name of names.values()) {
      const log = this.#sources.logs.get(name);
      if (log && log.connection?.pipelineId !== now.get(name)?.id) this.#update(log, {used: undefined});
    }
    const events = listEvents(before, now);
    // Of a new run, a log may have told before the list.
    for (const log of this.openLogs) this.#readFailures(log);
    for (const {kind, pipeline} of events) {
      this.#onScreen.onNews(pipeline);
      const isMarked = kind === 'connectors' && this.#sources.logs.get(pipeline) && !this.#marked.has(pipeline);
      if (isMarked && !this.#onScreen.shows(pipeline)) this.#marked.set(pipeline, false);
    }
    // A new pipeline of this name is another one. With an open log, it is forgotten when the log is closed.
    for (const name of before.keys()) if (!now.has(name) && !this.#sources.logs.get(name)) this.#journal.forget(name);
    return {before, now, names, events};
  }

  /** The pipelines of the last list; undefined before the first one. */
  get pipelines(): PipelineStatuses | undefined {
    const {pipelines} = this.#sources.poller.snapshot.get();
    const stats = this.#sources.stats?.known.get();
    if (pipelines && (this.#list?.of !== pipelines || this.#list.stats !== stats)) {
      this.connectors.update(pipelines);
      if (this.#list?.of !== pipelines) for (const each of [this.readings, this.previousEnds]) each.update(pipelines);
      const statuses = pipelineStatuses(pipelines, this.#list?.statuses, this.connectors);
      this.#list = {of: pipelines, stats, statuses};
    }
    return this.#list?.statuses;
  }

  get openLogs(): readonly Log[] {
    const {logs} = this.#sources;
    return logs.names.get().flatMap((name) => logs.get(name) ?? []);
  }

  /** The tab whose log is on the screen from now on. Undefined: none, or a page that is not about it. */
  setShown(shown: ShownLog | undefined): void {
    this.#onScreen.setShown(shown);
    this.countUnseen();
  }

  /** The user used the log that is on the screen: what it has is seen. */
  onAction(): void {
    this.#onScreen.onAction();
  }

  /** Changes when the number of unseen errors of an open log does: who shows them hears of other numbers only. */
  get unseenChanges(): ReadableStore<number> {
    return this.#unseenChanges;
  }

  /** Counts unseen errors again. Call when anything that they depend on, besides lines, may have changed. */
  countUnseen(): void {
    this.#countUnseenOf(this.openLogs);
  }

  hasUnseenEntries(log: Log): boolean {
    return log.snapshot.get().endId > (this.#logs.get(log)?.seenEnd ?? 0);
  }

  /**
   * Returns the number of unseen errors of these pipelines: errors in their open logs, watched lines and suppressed
   * errors included, and those that the API counts besides.
   */
  unseenErrors(pipelines: readonly string[]): number {
    const muted = this.#muted.get();
    return pipelines.reduce((sum, name) => {
      const errors = this.#sources.logs.get(name)?.errors;
      return sum + unseenErrors(this.#stateOf(name, this.pipelines?.get(name)), errors, muted);
    }, 0);
  }

  /** All that is known of a pipeline. `asked`: only where it is asked for. */
  facts(name: string, asked: Pick<Gathered, 'detail' | 'serverOutage' | 'failedCheckpoints'> = {}): PipelineFacts {
    const {logs, clock, runner} = this.#sources;
    const log = logs.get(name);
    const told = {...this.connectors.ofRun(name), log: log && logFacts(log), reading: this.readings.of(name)};
    const previousEnd = this.previousEnds.of(name);
    const {detail} = asked;
    if (detail) this.#storageLimits.set(detail.id, detail.storageLimit);
    const storageLimit = this.#storageLimits.get(told.pipeline?.id ?? '');
    return factsOf({...asked, ...told, previousEnd, storageLimit, now: clock.wall(), runner: runner?.get()});
  }

  /** The rows of the errors page. */
  get errorRows(): readonly ErrorRow[] {
    const logs = new Map(this.openLogs.map((log) => [log.name, this.#statusOf(log)]));
    const listed = Map.groupBy(this.#journal.listed, ({all}) => all.pipeline);
    const names = new Set([...(this.pipelines?.keys() ?? []), ...listed.keys(), ...logs.keys()]);
    const views = [...names].map((name) => {
      const status = this.pipelines?.get(name);
      return {
        ...this.#stateOf(name, status),
        name,
        log: logs.get(name),
        listed: listed.get(name) ?? [],
        increase: () => (status ? this.#increaseOf(status) : []),
        uncounted: () => this.connectors.uncounted(name),
      };
    });
    return errorRows(views, this.#muted.get());
  }

  /** Groups of errors that were dropped for newer ones, in all open logs. */
  get droppedErrorGroups(): number {
    return this.openLogs.reduce((sum, {errors}) => sum + errors.dropped, 0);
  }

  /** The user reads on: an absence begins now. */
  markUsed(): void {
    this.#used = this.#now();
    for (const log of this.#caughtUpLogs) this.#update(log, {used: this.#statusOf(log)});
    this.#journal.markUsed();
  }

  /** This happened, beside what logs tell: each failure once, whoever reports it. */
  add(events: readonly PipelineEvent[]): void {
    for (const event of events) {
      this.#journal.append(event, {now: this.#sources.clock.wall()});
      if (eventKind(event).listedBy) this.#onScreen.onNews(event.pipeline);
    }
  }

  /** Events since `markUsed`; undefined: none. */
  get absence(): Absence | undefined {
    const increaseOf = (name: string, count: number) => connectorIncrease(this.#statsOf(name), undefined, count);
    const muted = this.#muted.get();
    const before = {...this.#used, logs: [...this.#logs].flatMap(([{name}, {used}]) => (used ? {...used, name} : []))};
    const now = {...this.#now(), logs: this.#caughtUpLogs.map((log) => this.#statusOf(log))};
    const {happened: told, dropped} = this.#journal;
    const {notFollowed} = this.readings;
    const outage = this.#outage.now;
    const happened = outage ? [...told, outage] : told;
    return absenceOf(before, now, {
      happened,
      dropped,
      muted,
      increaseOf,
      notFollowed,
      isOfEnd: (event) => this.isOfEnd(event),
    });
  }

  /** These errors report how the process ended, which is told as its failure. */
  isOfEnd({pipeline, group}: Pick<EventOf<'errors' | 'watched'>, 'pipeline' | 'group'>): boolean {
    return isOfEnd(group, this.#sources.logs.get(pipeline)?.buffer.runnerAt(group.lastId));
  }

  /** Words that say once, for each tab that became marked by them, which connectors have errors. */
  takeMarked(): readonly string[] {
    return [...this.#marked].flatMap(([name, isSaid]) => {
      const pipeline = this.pipelines?.get(name);
      if (isSaid || !pipeline || this.#onScreen.shows(name)) return [];
      const increase = this.#increaseOf(pipeline);
      if (increase.length === 0) return [];
      this.#marked.set(name, true);
      return `${name}: ${newErrorsWords(increase)}`;
    });
  }

  #countUnseenOf(logs: readonly Log[]): void {
    let isOther = false;
    for (const log of logs) {
      const count = this.unseenErrors([log.name]);
      isOther ||= count !== this.#unseenCounts.get(log);
      this.#unseenCounts.set(log, count);
    }
    if (isOther) this.#unseenChanges.set(this.#unseenChanges.get() + 1);
  }

  #now(): Omit<StatusAt, 'logs'> {
    return {at: this.#sources.clock.wall(), pipelines: this.pipelines};
  }

  get #caughtUpLogs(): readonly Log[] {
    return this.openLogs.filter((log) => this.hasCaughtUp(log));
  }

  #stateOf(name: string, status: PipelineStatus | undefined) {
    const {status: seen} = this.#seen.get(name) ?? {};
    return {status, seen, isViewed: this.#onScreen.isSeen(name), failed: this.connectors.failed(name)};
  }

  #statusOf(log: Log): LogStatus {
    const {poller, clock} = this.#sources;
    const list = poller.snapshot.get();
    return logStatus(log, this.#logs.get(log)?.status, {now: clock.wall(), list, endedAt: log.connection?.endedAt});
  }

  #statsOf(name: string): PipelineStats | undefined {
    return this.#sources.stats?.known.get().get(name)?.stats;
  }

  /** The connectors whose errors have become more since the pipeline was seen. */
  #increaseOf(pipeline: PipelineStatus): ConnectorIncrease {
    const {name, connectorErrors} = pipeline;
    const {status, errors} = this.#seen.get(name) ?? {};
    return connectorIncrease(this.#statsOf(name), errors, connectorErrors - earlierErrors(status, pipeline));
  }

  #lastOf(name: string): LogStatus | undefined {
    const log = this.#sources.logs.get(name);
    return log && this.#logs.get(log)?.status;
  }

  #onFlow(name: string, before: LogStatus['flow'] | undefined): void {
    this.readings.onFlow(name, before, this.#sources.clock.wall());
  }

  /** Reads which connectors stopped with a fatal error. */
  #readFailures(log: Log): void {
    // Of the newest list's run.
    if (this.pipelines) this.connectors.readFailures(log);
  }

  #update(log: Log | undefined, change: {readonly used?: LogStatus | undefined; readonly seenEnd?: number}): void {
    const of = log && this.#logs.get(log);
    if (of) this.#logs.set(log, {...of, ...change});
  }

  /** The seen position of each of these pipelines is now. */
  #markSeen(names: readonly string[]): void {
    for (const name of names) {
      const status = this.pipelines?.get(name);
      const errors = this.#sources.logs.get(name)?.errors;
      // The log is ahead of the list: what it tells is seen, too, when the list counts it.
      const connectorErrors = connectorTotal(status?.connectorErrors ?? 0, errors?.connectors).all;
      errors?.markSeen(connectorErrors);
      const stats = this.#statsOf(name);
      const before = this.#seen.get(name);
      this.#seen.set(name, {
        status: status ? {...status, connectorErrors} : before?.status,
        errors: stats ? errorsByConnector(stats) : before?.errors,
        until: Math.max(errors?.newestAt ?? never, before?.until ?? never),
      });
      this.#marked.delete(name);
    }
    const seen = new Set(names);
    this.#journal.markSeen(seen);
    this.countUnseen();
  }
}
