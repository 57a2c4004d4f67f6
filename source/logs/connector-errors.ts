import type {ConnectorErrors, ConnectorStats, Pipeline, PipelineStats} from '../api/types.ts';
import type {ConnectorErrorKind, ConnectorMarker} from '../buffer/markers.ts';
import type {Clock} from '../lib/clock.ts';
import {readTime} from '../lib/format.ts';
import type {ListPoller} from './list-poller.ts';
import type {LogStream} from './log-stream.ts';
import {connectorKey, type StatsPoller} from './stats-poller.ts';

type Marker = ConnectorMarker & {readonly at: number};

/** Errors of a connector and kind that one answer brings into the log, at most: the newest; fewer in a flood. */
const mostOfAKind = 20;
const mostInFlood = 5;
/** UTF-16 units of a message in the log; its page has all of it. */
const mostMessage = 1000;
/** Markers that may come at once, and a second in the long run: they stay in memory. */
const burst = 300;
const perSecond = 0.5;

type FeedOptions = {
  readonly manager: {readonly get: (name: string) => Partial<Pick<LogStream, 'addConnectorErrors'>> | undefined};
  readonly stats: Pick<StatsPoller, 'known'>;
  readonly poller: Pick<ListPoller, 'snapshot'>;
  readonly clock: Pick<Clock, 'wall' | 'monotonic' | 'after'>;
};

/**
 * Adds the connector errors of some pipelines to their logs, as markers, when the statistics bring them: those that came
 * since the pipeline is among the wanted ones. It requests nothing itself.
 */
export class ConnectorErrorFeed {
  readonly #options: FeedOptions;
  readonly #followed = new Map<string, FollowedErrors>();

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Follows list and statistics, until the returned function is called. */
  start(): () => void {
    const {stats, poller} = this.#options;
    const leave = [
      poller.snapshot.subscribe(() => this.#onList()),
      stats.known.subscribe(() => {
        for (const name of this.#followed.keys()) this.#onStats(name);
      }),
    ];
    return () => {
      for (const each of leave) each();
      this.setWanted(new Set());
    };
  }

  /** Names of the pipelines whose logs show connector errors. */
  setWanted(names: ReadonlySet<string>): void {
    for (const [name, followed] of this.#followed) {
      if (names.has(name)) continue;
      followed.cancelWait();
      this.#followed.delete(name);
    }
    for (const name of names) if (!this.#followed.has(name)) this.#follow(name);
  }

  #follow(name: string): void {
    const {stats, clock} = this.#options;
    const followed = new FollowedErrors({now: clock.monotonic(), stats: stats.known.get().get(name)?.stats});
    followed.setListed(this.#listed(name));
    this.#followed.set(name, followed);
  }

  #listed(name: string): Pipeline | undefined {
    return this.#options.poller.snapshot.get().pipelines?.find((pipeline) => pipeline.name === name);
  }

  #onList(): void {
    for (const [name, followed] of this.#followed) if (!followed.isListed) followed.setListed(this.#listed(name));
  }

  #onStats(name: string): void {
    const {manager, stats, clock} = this.#options;
    const followed = this.#followed.get(name);
    const now = stats.known.get().get(name)?.stats;
    const stream = manager.get(name);
    if (!followed || !now || !stream?.addConnectorErrors || followed.hasRead(now)) return;
    const wait = followed.wait(clock.monotonic());
    followed.cancelWait();
    // What is new then is read once, with the number of what is left out.
    if (wait > 0) followed.cancelWait = clock.after(wait, () => this.#onStats(name));
    else stream.addConnectorErrors(followed.read(now, {listed: this.#listed(name), wall: clock.wall()}));
  }
}

/** The index of the newest error that is read, by connector and kind. */
type Read = ReadonlyMap<string, number>;

/** Where the new errors begin. `unknown`: new ones besides, of which not even the connector is known. */
type Start = {
  readonly from: Read;
  readonly unknown?: {readonly count: number; readonly because: 'dropped' | 'no-texts'};
};

/** How far the errors of one pipeline are read. */
class FollowedErrors {
  cancelWait = () => {};
  #stats: PipelineStats | undefined;
  #hasAnswer = false;
  #read: Read;
  #listed: Pipeline | undefined;
  #left = burst;
  #leftAt: number;

  /** `stats`: what is known by now, all of it old. */
  constructor({now, stats}: {readonly now: number; readonly stats: PipelineStats | undefined}) {
    this.#stats = stats;
    this.#read = stats ? endOf(stats) : new Map();
    this.#leftAt = now;
  }

  get isListed(): boolean {
    return this.#listed !== undefined;
  }

  /** As the list has the pipeline at the beginning. */
  setListed(pipeline: Pipeline | undefined): void {
    this.#listed = pipeline;
  }

  hasRead(stats: PipelineStats): boolean {
    return stats === this.#stats;
  }

  /** Milliseconds until the next errors may be added. */
  wait(monotonic: number): number {
    this.#left = Math.min(burst, this.#left + ((monotonic - this.#leftAt) / 1000) * perSecond);
    this.#leftAt = monotonic;
    return this.#left > 0 ? 0 : Math.ceil(((1 - this.#left) / perSecond) * 1000);
  }

  /** The markers of what is new, the oldest first. */
  read(
    stats: PipelineStats,
    {listed, wall}: {readonly listed: Pipeline | undefined; readonly wall: number},
  ): readonly Marker[] {
    const {from, unknown} = this.#startOf(stats, listed);
    const most = this.#left < burst / 2 ? mostInFlood : mostOfAKind;
    const markers = [
      ...(unknown
        ? [{kind: 'more-connector-errors', ...unknown, connector: undefined, of: undefined, at: wall} as const]
        : []),
      ...stats.connectors.flatMap((connector) =>
        connector.errors.flatMap((errors) =>
          markersOf(connector, errors, {from: from.get(keyOf(connector, errors)) ?? 0, most, wall}),
        ),
      ),
    ];
    this.#stats = stats;
    this.#read = endOf(stats);
    this.#hasAnswer = true;
    this.#left -= markers.length;
    return markers.toSorted((a, b) => a.at - b.at);
  }

  #startOf(stats: PipelineStats, listed: Pipeline | undefined): Start {
    // Counted by the process that was known, on and on.
    if (this.#stats?.incarnation === stats.incarnation) return {from: this.#read};
    const isNewProcess = this.#hasAnswer || (this.#listed && this.#listed.deploymentId !== listed?.deploymentId);
    if (isNewProcess) return {from: new Map()};
    // The first answer does not say which errors are old; the list counted those, of all connectors.
    const all = stats.connectors.reduce((sum, connector) => sum + allErrors(connector), 0);
    const before = this.#listed?.connectorErrors ?? all;
    return startOfNewest(stats, Math.max(0, all - before));
  }
}

function keyOf(connector: ConnectorStats, {kind}: ConnectorErrors): string {
  return `${connectorKey(connector)} ${kind}`;
}

/** As the server counts them. */
export function allErrors({errors}: Pick<ConnectorStats, 'errors'>): number {
  return errors.reduce((sum, {count}) => sum + count, 0);
}

type KeptError = {
  readonly connector: ConnectorStats;
  readonly errors: ConnectorErrors;
  readonly index: number;
  /** Unix time in ms. */
  readonly at: number;
};

/** The errors of all connectors that the server has sent, the newest first. */
export function keptErrors({connectors}: PipelineStats): readonly KeptError[] {
  const kept = connectors.flatMap((connector) =>
    connector.errors.flatMap((errors) =>
      (errors.kept ?? []).map(({index, time}) => ({connector, errors, index, at: readTime(time) || 0})),
    ),
  );
  return kept.toSorted((a, b) => b.at - a.at || b.index - a.index);
}

function endOf({connectors}: PipelineStats): Read {
  return new Map(
    connectors.flatMap((connector) =>
      connector.errors.map((errors) => [keyOf(connector, errors), errors.kept?.at(-1)?.index ?? errors.count] as const),
    ),
  );
}

/** Of the newest `count` errors of all connectors. */
function startOfNewest(stats: PipelineStats, count: number): Start {
  const newest = keptErrors(stats).slice(0, count);
  const from = new Map(endOf(stats));
  // The newest first: the last one of each is its oldest.
  for (const {connector, errors, index} of newest) from.set(keyOf(connector, errors), index - 1);
  const left = count - newest.length;
  if (left === 0) return {from};
  const hasTexts = stats.connectors.every(({errors}) => errors.every((each) => each.count === 0 || each.kept));
  return {from, unknown: {count: left, because: hasTexts ? 'dropped' : 'no-texts'}};
}

/** `from`: the index of the last error before them. */
function markersOf(
  {name: connector}: ConnectorStats,
  {kind: of, count, kept}: ConnectorErrors,
  {from, most, wall}: {readonly from: number; readonly most: number; readonly wall: number},
): readonly Marker[] {
  const more = (errors: number, because: 'dropped' | 'too-many' | 'no-texts', at: number): readonly Marker[] =>
    errors > 0 ? [{kind: 'more-connector-errors', connector, of, count: errors, because, at}] : [];
  if (kept === undefined) return more(count - from, 'no-texts', wall);
  const fresh = kept.filter(({index}) => index > from);
  const last = fresh.at(-1);
  if (!last) return kept.length === 0 ? more(count - from, 'dropped', wall) : [];
  const shown = fresh
    .slice(-most)
    .map(({time, message}) => errorMarker(connector, of, message, readTime(time) || wall));
  const at = shown[0]?.at ?? wall;
  return [
    ...more(last.index - from - fresh.length, 'dropped', at),
    ...more(fresh.length - shown.length, 'too-many', at),
    ...shown,
  ];
}

function errorMarker(connector: string, of: ConnectorErrorKind, text: string, at: number): Marker {
  const isCut = text.length > mostMessage;
  const message = (isCut ? `${text.slice(0, mostMessage).toWellFormed()}…` : text).replaceAll(/\s*\n\s*/g, ' ').trim();
  return {kind: 'connector-error', connector, of, message, at};
}
