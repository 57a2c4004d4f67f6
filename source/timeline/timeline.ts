import type {Pipeline} from '../api/types.ts';
import type {Pattern} from '../buffer/pattern.ts';
import {Search} from '../buffer/search.ts';
import type {Clock} from '../lib/clock.ts';
import {SliceRunner} from '../lib/slices.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import {watchedKey} from '../records/error-log.ts';
import {timeOfBytes} from '../records/line-head.ts';
import type {ListPoller} from '../streams/list-poller.ts';
import type {LogSource} from '../streams/log-source.ts';
import type {LogStream} from '../streams/log-stream.ts';
import {forEachStream, type StreamManager} from '../streams/stream-manager.ts';
import {isFailing} from '../words/pipeline.ts';
import {AwayDetector, type AwaySummary, awaySummary} from './away.ts';
import {type LogStatus, logStatus, type PipelineStatus, pipelineStatuses, type StatusAt, silenceOf} from './events.ts';
import {Incidents} from './incidents.ts';
import {Notifier} from './notify.ts';
import {type ErrorRow, errorRows, unseenConnectorErrors} from './unseen-rows.ts';

/** How the screen asks for attention; nothing of it is there without an entry. */
export type TimelinesOptions = {
  /** Milliseconds without a key after which the next one shows what happened; 0: never. Default 10 minutes. */
  readonly awayAfter?: number;
  /** Lines that match count as errors do. */
  readonly watched?: Pattern | undefined;
  /** Tells a person who does not look at the screen. */
  readonly notify?: ((text: string) => void) | undefined;
  readonly setTitle?: ((text: string) => void) | undefined;
};

const tenMinutes = 600_000;

/** What a person would want to know and may not have seen: errors by fingerprint, failures, and what came while away. */
export class Timelines {
  readonly #manager: StreamManager;
  readonly #poller: ListPoller;
  readonly #clock: Clock;
  readonly #options: TimelinesOptions;
  readonly #muted = createStore<ReadonlySet<number>>(new Set());
  readonly #absence: AwayDetector;
  readonly #news: Notifier | undefined;
  /** Why streams are not followed. */
  readonly #silence = new WeakMap<LogStream, string | undefined>();
  readonly #caughtUp = new WeakSet<LogStream>();
  /** Names of the pipelines whose logs are on the screen: nothing of them is unseen. */
  readonly #viewed: () => readonly string[];
  /** One past the newest entry of each log when it was last on the screen. */
  readonly #seenEnd = new WeakMap<LogSource, number>();
  /** What the list said of a pipeline when its log was last on the screen. */
  readonly #seenStatus = new Map<string, PipelineStatus>();
  readonly #incidents = new Incidents();
  #list: {readonly of: readonly Pipeline[]; readonly sights: ReadonlyMap<string, PipelineStatus>} | undefined;

  constructor(services: {
    readonly manager: StreamManager;
    readonly poller: ListPoller;
    readonly clock: Clock;
    readonly attention?: TimelinesOptions;
    readonly viewed: () => readonly string[];
  }) {
    this.#manager = services.manager;
    this.#poller = services.poller;
    this.#clock = services.clock;
    this.#viewed = services.viewed;
    this.#options = services.attention ?? {};
    const {awayAfter = tenMinutes, notify} = this.#options;
    this.#absence = new AwayDetector({clock: this.#clock, awayAfter, look: () => this.#lookAround()});
    this.#news = notify && new Notifier({clock: this.#clock, notify, muted: () => this.muted});
  }

  /** Begins to watch the streams and the list. Answers its end. */
  start(): () => void {
    const leaveStreams = forEachStream(this.#manager, (stream) => this.#follow(stream));
    const leaveList = this.#poller.snapshot.subscribe(() => this.#onList());
    this.#onList();
    return () => {
      leaveStreams();
      leaveList();
      this.#news?.dispose();
    };
  }

  /** Shapes that are of no interest, for this session. */
  get muted(): ReadonlySet<number> {
    return this.#muted.get();
  }

  /** Changes with every fingerprint that is muted or not any more. */
  get mutes(): ReadableStore<ReadonlySet<number>> {
    return this.#muted;
  }

  /** Mutes a fingerprint in all logs, or hears of it again. */
  toggleMute(key: number): void {
    const muted = new Set(this.muted);
    if (!muted.delete(key)) muted.add(key);
    this.#muted.set(muted);
  }

  /** The log of a tab was on the screen until now; `log`: undefined while its streams are not open. */
  markSeen({log, pipelines}: {readonly log: LogSource | undefined; readonly pipelines: readonly string[]}): void {
    if (log) this.#seenEnd.set(log, log.snapshot.get().endId);
    const statuses = this.#pipelines();
    for (const name of pipelines) {
      this.#manager.get(name)?.errors.markSeen();
      const status = statuses?.get(name);
      if (status) this.#seenStatus.set(name, status);
      this.#incidents.markSeen(name);
    }
  }

  /** Whether entries came to this log since its tab was last on the screen. */
  hasUnseenEntries(log: LogSource): boolean {
    return log.snapshot.get().endId > (this.#seenEnd.get(log) ?? 0);
  }

  /** Errors in the logs of these pipelines that were not on the screen, watched lines too. */
  unseenErrors(pipelines: readonly string[]): number {
    const viewed = this.#viewed();
    const unseen = pipelines.filter((name) => !viewed.includes(name));
    return unseen.reduce((sum, name) => sum + (this.#manager.get(name)?.errors.unseenCount(this.muted) ?? 0), 0);
  }

  /** Errors of this pipeline's connectors that came since its log was last on the screen. */
  unseenConnectorErrors(name: string): number {
    const status = this.#pipelines()?.get(name);
    return status && !this.#viewed().includes(name) ? unseenConnectorErrors(status, this.#seenStatus.get(name)) : 0;
  }

  /** The rows of the errors page. */
  get unseenRows(): readonly ErrorRow[] {
    return errorRows({
      logs: this.#open().map((stream) => this.#sightOf(stream)),
      pipelines: this.#pipelines()?.values() ?? [],
      incidents: this.#incidents.all,
      viewed: new Set(this.#viewed()),
      muted: this.muted,
      seen: this.#seenStatus,
    });
  }

  /** Kinds of errors that gave way to newer ones, in all open logs. */
  get droppedShapes(): number {
    return this.#open().reduce((sum, {errors}) => sum + errors.dropped, 0);
  }

  /** A key was pressed. Answers what happened since the one before, if that was long ago and anything did. */
  onKey(): AwaySummary | undefined {
    const left = this.#absence.onKey();
    return left && awaySummary(left, this.#lookAround(), this.muted);
  }

  #lookAround(): StatusAt {
    return {at: this.#clock.wall(), logs: this.#logs(), pipelines: this.#pipelines()};
  }

  /** What a log brought before it had caught up is history, and no news. */
  #logs(): readonly LogStatus[] {
    return this.#open().flatMap((stream) => (this.#caughtUp.has(stream) ? this.#sightOf(stream) : []));
  }

  #sightOf(stream: LogStream): LogStatus {
    return logStatus(stream, this.#silence.get(stream));
  }

  #open(): readonly LogStream[] {
    return this.#manager.names.get().flatMap((name) => this.#manager.get(name) ?? []);
  }

  #pipelines(): ReadonlyMap<string, PipelineStatus> | undefined {
    const {pipelines} = this.#poller.snapshot.get();
    if (pipelines && this.#list?.of !== pipelines)
      this.#list = {of: pipelines, sights: pipelineStatuses(pipelines, this.#list?.sights)};
    return this.#list?.sights;
  }

  #follow(stream: LogStream): () => void {
    const {watched} = this.#options;
    const tell = () => {
      if (this.#caughtUp.has(stream)) this.#news?.noteLog(this.#sightOf(stream));
    };
    // From its very beginning: what was lost while pipetail was not running is not seen either.
    this.#noteIncidents(stream);
    const endOfWatch = watched && watchLines(stream, watched, {clock: this.#clock, onFound: tell});
    const unsubscribe = stream.snapshot.subscribe(() => {
      const {connection} = stream.snapshot.get();
      this.#silence.set(stream, silenceOf(connection, this.#silence.get(stream)));
      this.#noteIncidents(stream);
      if (connection.kind === 'live' && !this.#caughtUp.has(stream)) {
        this.#caughtUp.add(stream);
        this.#absence.onCaughtUp(this.#sightOf(stream));
      }
      tell();
    });
    return () => {
      unsubscribe();
      endOfWatch?.();
      this.#news?.forget(stream.name);
      this.#incidents.forget(stream.name);
    };
  }

  #noteIncidents(stream: LogStream): void {
    const {name, losses} = stream;
    this.#incidents.noteLog({name, toll: losses, silent: this.#silence.get(stream)}, this.#clock.wall());
  }

  #onList(): void {
    const {pipelines} = this.#poller.snapshot.get();
    if (!pipelines) return;
    const sights = this.#pipelines();
    this.#absence.onFirstList(sights);
    if (!sights) return;
    this.#incidents.noteList(sights, this.#clock.wall());
    this.#news?.noteList(sights);
    const failing = pipelines.filter(isFailing).length;
    this.#options.setTitle?.(failing === 0 ? 'pipetail' : `pipetail · ${failing} failing`);
  }
}

/** Counts the lines of a stream that match a pattern among its errors, a little after they came. Answers its end. */
function watchLines(
  stream: LogStream,
  pattern: Pattern,
  {clock, onFound}: {clock: Clock; onFound: () => void},
): () => void {
  const {buffer, errors} = stream;
  const search = new Search(buffer, pattern);
  let next = buffer.firstId;
  const note = () => {
    // The open line may still grow.
    const end = Math.min(search.countExactUpTo, buffer.hasOpenLine ? buffer.endId - 1 : buffer.endId);
    let found = false;
    for (let id = search.nextAfter(next - 1); id !== undefined && id < end; id = search.nextAfter(id)) {
      const line = buffer.lineAt(id);
      if (line) errors.add(line, {id, at: timeOfBytes(line) ?? clock.wall(), key: watchedKey});
      found = true;
    }
    next = Math.max(next, end);
    if (found) onFound();
  };
  const runner = new SliceRunner({clock, step: (maxBytes) => search.step(maxBytes), onSlice: note});
  const unsubscribe = stream.snapshot.subscribe(() => runner.wake());
  runner.wake();
  return () => {
    unsubscribe();
    runner.dispose();
  };
}
