import type {Pipeline, PipelineStats} from '../api/types.ts';
import type {Pattern} from '../buffer/pattern.ts';
import type {Clock} from '../lib/clock.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import type {ListPoller} from '../logs/list-poller.ts';
import {forEachStream, type Streams} from '../logs/log-manager.ts';
import type {CountedLog, LogSnapshot, LogSource} from '../logs/log-source.ts';
import type {PipelineHistory} from '../logs/pipeline-history.ts';
import type {StatsPoller} from '../logs/stats-poller.ts';
import type {ErrorGroup} from '../records/error-log.ts';
import {reportsEnd} from '../records/line-kind.ts';
import {isFailing} from '../words/pipeline.ts';
import {Alerts, type AlertsOptions} from './alerts.ts';
import {AwayDetector, type AwaySummary, awaySummary} from './away.ts';
import {ConnectorStates, connectorTotal} from './connector-states.ts';
import {
  type ConnectorRise,
  connectorRise,
  type ErrorsByConnector,
  errorsByConnector,
  failuresInLog,
  riseWords,
} from './connectors.ts';
import {type ErrorRow, errorRows, pinnedOf, unseenConnectorErrors} from './error-rows.ts';
import {
  earlierErrors,
  endsSince,
  isFailedAnew,
  type LogStatus,
  listEvents,
  logEvents,
  logStatus,
  newNames,
  type PipelineStatus,
  type PipelineStatuses,
  pipelineStatuses,
  type StatusAt,
} from './events.ts';
import {Failures} from './failures.ts';
import {Incidents, rekey} from './incidents.ts';
import {LineWatch} from './line-watch.ts';
import {OnScreen, type ShownLog} from './on-screen.ts';

export type EventOptions = Omit<AlertsOptions, 'clock' | 'say'> & {
  /** Milliseconds without a key after which the next one shows what happened; 0: never. Default 10 minutes. */
  readonly awayAfter?: number;
  /** Lines that match count as errors. */
  readonly watched?: Pattern | undefined;
  readonly setTitle?: ((text: string) => void) | undefined;
};

type EventServices = {
  readonly logs: Streams<CountedLog>;
  readonly poller: Pick<ListPoller, 'snapshot' | 'refresh'>;
  /** Tells of failures between two lists; absent: they stay unknown. */
  readonly history?: (name: string, signal: AbortSignal) => Promise<PipelineHistory>;
  /** Name the connectors whose errors become more; absent: they stay unnamed. */
  readonly stats?: Pick<StatsPoller, 'known'>;
  readonly clock: Clock;
  readonly events?: EventOptions;
  /** Shows a change that the user asked for (`toggleAwaited`). */
  readonly say?: (text: string) => void;
  /** Shows which connectors have marked a tab. */
  readonly onMarked?: (text: string) => void;
};

const tenMinutes = 600_000;

/** Errors, incidents and failures, and what came while the user was away. The only owner of what the user has seen. */
export class EventFeed {
  readonly #services: EventServices;
  readonly #options: EventOptions;
  readonly #muted = createStore<ReadonlySet<number>>(new Set());
  readonly #awayAfter: number;
  readonly #away: AwayDetector;
  readonly #alerts: Alerts;
  /** Undefined: no line is watched. */
  readonly watch: LineWatch | undefined;
  readonly #incidents = new Incidents();
  readonly #failures: Failures;
  /** The last status of each open log. */
  readonly #logs = new Map<CountedLog, LogStatus>();
  /** Logs that have caught up: what they received before is history. */
  readonly #caughtUp = new WeakSet<CountedLog>();
  /** Numbers of connector errors, and which connectors failed for good. */
  readonly connectors = new ConnectorStates();
  /** Up to where each log was read for them, in a run. */
  readonly #failuresRead = new WeakMap<CountedLog, {readonly run: string; readonly to: number}>();
  readonly #onScreen: OnScreen;
  /** Counts what was seen, for what shows it. */
  readonly #seenTimes = createStore(0);
  #list:
    | {readonly of: readonly Pipeline[]; readonly stats: object | undefined; readonly statuses: PipelineStatuses}
    | undefined;
  /** The list whose events were added. */
  #eventsTo: PipelineStatuses | undefined;
  /** One past the newest entry of each log when it was last on the screen. */
  readonly #seenEnd = new WeakMap<LogSource, number>();
  /** The status of each pipeline when its log was last on the screen. */
  readonly #seenStatus = new Map<string, PipelineStatus>();
  /** The errors of its connectors, as far as they were known then. */
  readonly #seenErrors = new Map<string, ErrorsByConnector>();
  /** Open logs that are marked because connectors have had errors; true: it was said of which. */
  readonly #marked = new Map<string, boolean>();

  constructor(services: EventServices) {
    const {clock, events: options = {}} = services;
    const {awayAfter = tenMinutes} = options;
    this.#services = services;
    this.#options = options;
    this.#awayAfter = awayAfter;
    this.#away = new AwayDetector({clock, awayAfter, status: () => this.#status()});
    this.watch =
      options.watched && new LineWatch({clock, pattern: options.watched, onStopped: (text) => this.#alerts.warn(text)});
    this.#alerts = new Alerts({...options, clock, say: services.say});
    this.#onScreen = new OnScreen({
      clock,
      onSeen: (pipelines) => this.#markSeen(pipelines),
      onLeft: ({log}) => this.#leave(log()),
    });
    this.#failures = new Failures({
      clock,
      refresh: () => this.#refreshList(),
      history: options.notify || options.onAlert ? services.history : undefined,
      tell: (failures) => {
        this.#away.onEvents(failures);
        this.#alerts.tell(failures);
      },
    });
  }

  /** Follows the streams and the list, until the returned function is called. */
  start(): () => void {
    const {logs, poller} = this.#services;
    const leaveStreams = forEachStream(logs, (stream) => this.#follow(stream));
    const leaveList = poller.snapshot.subscribe(() => this.#onList());
    const leaveStats = this.#services.stats?.known.subscribe(() => this.#onStats());
    this.#onList();
    return () => {
      this.#onScreen.stop();
      leaveStats?.();
      leaveStreams();
      leaveList();
      this.#failures.dispose();
      this.#alerts.dispose();
    };
  }

  /** Tells now what would be told later. */
  flush(): void {
    this.#failures.flush();
    this.#alerts.flush();
  }

  /** Keys of error groups that the user muted in this session. */
  get muted(): ReadableStore<ReadonlySet<number>> {
    return this.#muted;
  }

  /** In all logs. */
  toggleMute(key: number): void {
    const muted = new Set(this.#muted.get());
    if (!muted.delete(key)) muted.add(key);
    this.#muted.set(muted);
  }

  /** See `Alerts.toggleAwaited`. */
  toggleAwaited(name: string): boolean {
    return this.#alerts.toggleAwaited(name);
  }

  /** The tab whose log is on the screen from now on. Undefined: none, or a page that is not about it. */
  setShown(shown: ShownLog | undefined): void {
    this.#onScreen.setShown(shown);
  }

  /** The user used the log that is on the screen: what it has is seen. */
  onAction(): void {
    this.#onScreen.onAction();
  }

  /** Changes when something was seen. */
  get seenTimes(): ReadableStore<number> {
    return this.#seenTimes;
  }

  #leave(log: LogSource | undefined): void {
    if (log) this.#seenEnd.set(log, log.snapshot.get().endId);
  }

  #markSeen(pipelines: readonly string[]): void {
    const statuses = this.#pipelines();
    const isNew = this.unseenErrors(pipelines) > 0;
    for (const name of pipelines) {
      const status = statuses?.get(name);
      const errors = this.#services.logs.get(name)?.errors;
      // The log is ahead of the list: what it tells is seen, too, when the list counts it.
      const connectorErrors = connectorTotal(status?.connectorErrors ?? 0, errors?.connectors).all;
      errors?.markSeen(connectorErrors);
      this.#incidents.markSeen(name);
      if (status) this.#seenStatus.set(name, {...status, connectorErrors});
      const stats = this.#statsOf(name);
      if (stats) this.#seenErrors.set(name, errorsByConnector(stats));
      this.#marked.delete(name);
    }
    if (isNew) this.#seenTimes.set(this.#seenTimes.get() + 1);
  }

  hasUnseenEntries(log: LogSource): boolean {
    return log.snapshot.get().endId > (this.#seenEnd.get(log) ?? 0);
  }

  /**
   * Of these pipelines: errors in their open logs, watched lines and withheld errors included, and those that the API
   * counts besides.
   */
  unseenErrors(pipelines: readonly string[]): number {
    return pipelines.reduce((sum, name) => sum + this.#unseenErrorsOf(name), 0);
  }

  #unseenErrorsOf(name: string): number {
    const errors = this.#services.logs.get(name)?.errors;
    const status = this.#pipelines()?.get(name);
    const isSeen = this.#onScreen.isSeen(name);
    const muted = this.#muted.get();
    const failed = this.connectors.failed(name);
    const pinned = failed.length === 0 ? 0 : pinnedOf(failed, errors?.byKey, {isSeen, muted}).length;
    if (isSeen) return pinned;
    const counted = status ? unseenConnectorErrors(status, this.#seenStatus.get(name), errors?.connectors) : 0;
    return pinned + counted + (errors?.unseenCount(muted) ?? 0);
  }

  get errorRows(): readonly ErrorRow[] {
    return errorRows({
      logs: this.#open().map((stream) => this.#logStatus(stream)),
      pipelines: this.#pipelines()?.values() ?? [],
      incidents: this.#incidents.all,
      viewed: new Set(this.#onScreen.seen),
      failedOf: (name) => this.connectors.failed(name),
      muted: this.#muted.get(),
      seen: this.#seenStatus,
      riseOf: (pipeline) => this.#riseOf(pipeline),
    });
  }

  #statsOf(name: string): PipelineStats | undefined {
    return this.#services.stats?.known.get().get(name)?.stats;
  }

  /** The connectors whose errors have become more since the log of the pipeline was last on the screen. */
  #riseOf(pipeline: PipelineStatus): ConnectorRise {
    const {name, connectorErrors} = pipeline;
    const more = connectorErrors - earlierErrors(this.#seenStatus.get(name), pipeline);
    return connectorRise(this.#statsOf(name), this.#seenErrors.get(name), more);
  }

  /** Says once, for each tab that became marked by them, which connectors have errors; the statistics come a little later. */
  #onStats(): void {
    this.#onList();
    for (const [name, isSaid] of this.#marked) {
      const pipeline = this.#pipelines()?.get(name);
      if (isSaid || !pipeline || this.#onScreen.shows(name)) continue;
      const rise = this.#riseOf(pipeline);
      if (rise.length === 0) continue;
      this.#marked.set(name, true);
      this.#services.onMarked?.(`${name}: connector errors, ${riseWords(rise, {withNumbers: true})}`);
    }
  }

  /** Groups of errors that were dropped for newer ones, in all open logs. */
  get droppedErrorGroups(): number {
    return this.#open().reduce((sum, {errors}) => sum + errors.dropped, 0);
  }

  /** A key was pressed. Returns what happened since the key before it, if the user was away. */
  onKey(): AwaySummary | undefined {
    const before = this.#away.onKey();
    return (
      before &&
      awaySummary(before.status, this.#status(), {
        muted: this.#muted.get(),
        riseOf: (name, count) => connectorRise(this.#statsOf(name), undefined, count),
        happened: before.happened,
      })
    );
  }

  /** Unix time in ms of the last key, or of the start. */
  get usedAt(): number {
    return this.#away.keyAt;
  }

  /** Whether pipetail did not run for so long that the user wants to know what happened. `since`: Unix time in ms. */
  wasAway(since: number): boolean {
    return this.#awayAfter > 0 && this.#services.clock.wall() - since >= this.#awayAfter;
  }

  #status(): StatusAt {
    const caughtUp = this.#open().filter((stream) => this.#caughtUp.has(stream));
    return {
      at: this.#services.clock.wall(),
      logs: caughtUp.map((stream) => this.#logStatus(stream)),
      pipelines: this.#pipelines(),
    };
  }

  #logStatus(stream: CountedLog): LogStatus {
    return logStatus(stream, this.#logs.get(stream), this.#services.clock.wall());
  }

  #open(): readonly CountedLog[] {
    const {logs} = this.#services;
    return logs.names.get().flatMap((name) => logs.get(name) ?? []);
  }

  #pipelines(): PipelineStatuses | undefined {
    const {pipelines} = this.#services.poller.snapshot.get();
    const stats = this.#services.stats?.known.get();
    if (pipelines && (this.#list?.of !== pipelines || this.#list.stats !== stats)) {
      this.connectors.update(pipelines, stats ?? new Map());
      const statuses = pipelineStatuses(pipelines, this.#list?.statuses, this.connectors);
      this.#list = {of: pipelines, stats, statuses};
    }
    return this.#list?.statuses;
  }

  #follow(stream: CountedLog): () => void {
    // The status before the first byte: what was lost while pipetail was not running is unseen, too.
    this.#onLog(stream);
    const stopWatching = this.watch?.follow(stream, () => this.#onLog(stream));
    const unsubscribe = stream.snapshot.subscribe(() => this.#onLog(stream));
    return () => {
      // What came since the last frame.
      this.#onLog(stream);
      unsubscribe();
      stopWatching?.();
      this.#logs.delete(stream);
      if (this.#pipelines()?.has(stream.name)) this.#incidents.forgetLog(stream.name);
      else this.#incidents.forget(stream.name);
    };
  }

  #onLog(stream: CountedLog): void {
    const before = this.#logs.get(stream);
    const now = this.#logStatus(stream);
    this.#logs.set(stream, now);
    const events = before ? logEvents(before, now, this.#muted.get()) : [];
    if (events.length > 0) this.#onScreen.onNews(stream.name);
    if (now.errors !== before?.errors) this.#readFailures(stream);
    this.#incidents.add(events, 'log', this.#services.clock.wall());
    if (before && this.#caughtUp.has(stream)) {
      this.#away.onEvents(events);
      this.#failures.onLog(stream.name, endsSince(before, now));
      // What ended the pipeline is told as its failure.
      this.#alerts.tell(events.filter((event) => event.kind !== 'errors' || !isOfEnd(event.group)));
    } else if (isFollowed(stream.snapshot.get())) {
      this.#caughtUp.add(stream);
      this.#away.onCaughtUp(now);
    }
  }

  /** Reads which connectors failed for good, of each run once: old lines are unpacked to be read. */
  #readFailures(stream: CountedLog): void {
    const {name, buffer, errors} = stream;
    this.#pipelines();
    const {run} = this.connectors.counted(name);
    const read = this.#failuresRead.get(stream);
    const from = Math.max(errors.connectors.firstId, read?.run === run ? read.to : 0);
    this.connectors.addFailures(name, failuresInLog(buffer, errors.byKey.values(), from));
    // The last line may be open.
    this.#failuresRead.set(stream, {run, to: buffer.endId - 1});
  }

  #onList(): void {
    const {logs, poller, clock} = this.#services;
    const {pipelines} = poller.snapshot.get();
    const now = this.#pipelines();
    const before = this.#eventsTo;
    if (!pipelines || !now || now === before) return;
    this.#eventsTo = now;
    const failing = pipelines.filter(isFailing).length;
    this.#options.setTitle?.(failing === 0 ? 'pipetail' : `pipetail · ${failing} failing`);
    if (!before) {
      this.#away.onFirstList(now);
      return;
    }
    this.#rename(newNames(before, now));
    const events = listEvents(before, now);
    // Of a new run, a log may have told before the list.
    for (const stream of this.#open()) this.#readFailures(stream);
    for (const {pipeline} of events) this.#onScreen.onNews(pipeline);
    const untold = this.#failures.untold(events);
    this.#away.onEvents(untold);
    this.#alerts.tell([...this.#alerts.changes(before, now), ...untold]);
    this.#failures.onGaps([...now.values()].flatMap((each) => this.#gapBefore(before.get(each.name), each)));
    for (const {kind, pipeline} of events) {
      const isMarked = kind === 'connectors' && logs.get(pipeline) && !this.#marked.has(pipeline);
      if (isMarked && !this.#onScreen.shows(pipeline)) this.#marked.set(pipeline, false);
    }
    const restarts = events.filter(({kind}) => kind === 'restarted');
    this.#incidents.add(restarts, 'list', clock.wall());
    // A new pipeline of this name is another one. With an open log, it is forgotten when the log is closed.
    for (const name of before.keys()) {
      if (now.has(name)) continue;
      this.#failures.forget(name);
      if (!logs.get(name)) this.#incidents.forget(name);
    }
  }

  /** The status before, if a run may have failed between the two that no log reports. */
  #gapBefore(before: PipelineStatus | undefined, now: PipelineStatus): PipelineStatus | [] {
    const log = this.#services.logs.get(now.name);
    const isReported = log && this.#caughtUp.has(log);
    if (!before || isReported) return [];
    const isOtherRun = now.deployment !== '' && now.deployment !== before.deployment;
    return isOtherRun || (now.endedByRunner && isFailedAnew(before, now)) ? before : [];
  }

  #refreshList(): void {
    const {poller} = this.#services;
    const {pipelines, failure} = poller.snapshot.get();
    // A list that fails keeps to its waits.
    if (pipelines && !failure) poller.refresh();
  }

  /** All that is kept by name follows a pipeline to another one. */
  #rename(names: ReadonlyMap<string, string>): void {
    if (names.size === 0) return;
    for (const values of [this.#seenStatus, this.#seenErrors, this.#marked]) rekey<unknown>(values, names);
    this.#incidents.rename(names);
    this.#failures.rename(names);
    this.#alerts.rename(names);
  }
}

function isOfEnd({example}: ErrorGroup): boolean {
  return reportsEnd(Buffer.from(example.buffer, example.byteOffset, example.length));
}

/** All that the log had at first was read; what comes now is new. */
function isFollowed({connection, file}: LogSnapshot): boolean {
  return connection?.kind === 'live' || file?.kind === 'followed';
}
