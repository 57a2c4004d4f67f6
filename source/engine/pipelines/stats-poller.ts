import type {Clock} from '../../lib/clock.ts';
import {createStore, type ReadableStore, sameParts} from '../../lib/store.ts';
import {asFailure} from '../api/errors.ts';
import {stateOf} from '../api/pipeline-state.ts';
import type {ApiClient, ApiFailure, ConnectorStats, Pipeline, PipelineStats, TimeSeries} from '../api/types.ts';
import {retryDelay, slowDelay} from '../connection/backoff.ts';
import type {ListPoller} from './list-poller.ts';
import {connectorKey, recently, recentOf, sampled} from './recent-counts.ts';

/** Milliseconds between two requests of a kind for the pipeline whose page is open. */
const openEvery = 10_000;
/** Milliseconds between two for a degraded pipeline, which may be well again without anybody being told. */
export const degradedEvery = 30_000;
/** Milliseconds between the starts of any two requests. */
const startEvery = 1000;
const mostRunning = 2;
/** A request that no other follows by itself is given up after so many failures in a row, until it is wanted again. */
const mostTries = 4;
/** Pipelines of which the last statistics are kept: those that were asked about last. */
const mostKept = 50;
/** Numbers of buffered records that are kept, for their trend: about a minute. */
const trendLength = 7;

/** An endpoint of an HTTP request, which disappears with it: of one that sends records, or asks for those of a view. */
const passingEndpoint = /\.api-(?:ingress-|[0-9a-f]{8}-[0-9a-f]{4}-)/;

/** Answers about a pipeline beside its log. They stay when it stops, until another one has its name. */
export type KnownStats = {
  readonly stats: PipelineStats | undefined;
  /** Unix time in ms of `stats`. */
  readonly at: number | undefined;
  /** Connectors that the same process had, and has no longer: as they were last. */
  readonly gone: readonly ConnectorStats[];
  /** Buffered records of the same process, oldest first. `at`: Unix time in ms. */
  readonly buffered: readonly {readonly at: number; readonly records: number}[];
  /** Earlier counts of the connectors of the same process: see `recentOf`. */
  readonly samples: ReturnType<typeof sampled>;
  /** They are of seconds: a command does not ask for a minute. */
  readonly isBrief?: boolean;
  /** Unix time in ms of the first of the last statistics in a row that have one number of processed records. */
  readonly stillSince?: number | undefined;
  /** Storage at the first of the last statistics in a row in which it did not shrink. `at`: Unix time in ms. */
  readonly growth?: {readonly at: number; readonly bytes: number} | undefined;
  readonly series: TimeSeries | undefined;
  /** Failure of the last request of each kind; undefined when it succeeded. */
  readonly failure: ApiFailure | undefined;
  readonly seriesFailure: ApiFailure | undefined;
};

type What = 'stats' | 'series';

/** A request that is to be sent. `dueAt`: monotonic milliseconds. */
type Job = {readonly name: string; readonly what: What; readonly dueAt: number};

/** Failures in a row of a kind of request; the next is not sent before `until`, in monotonic milliseconds. */
type Failing = {readonly tries: number; readonly until: number};

type StatsPollerOptions = {
  readonly client: Pick<ApiClient, 'getStats' | 'getTimeSeries'>;
  readonly clock: Clock;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  readonly poller: Pick<ListPoller, 'snapshot'>;
};

export const noStats: KnownStats = {
  stats: undefined,
  at: undefined,
  gone: [],
  buffered: [],
  samples: [],
  series: undefined,
  failure: undefined,
  seriesFailure: undefined,
};

/**
 * Requests the statistics of pipelines: of the shown one when it is shown; of any when the list counts more connector
 * errors, and again until a minute has none; of those that `ask` names. While the user watches: of degraded ones every 30 s
 * and, with the time series, every 10 s of the one whose page is open. At most two run at a time, and one begins a second,
 * those for what is on the screen first; none for a pipeline without a process.
 */
export class StatsPoller {
  readonly #options: StatsPollerOptions;
  readonly #known = createStore<ReadonlyMap<string, KnownStats>>(new Map());
  /** By pipeline. A new map at each change. */
  readonly known: ReadableStore<ReadonlyMap<string, KnownStats>> = this.#known;
  /** By name and kind, in the order in which they were wanted. */
  readonly #jobs = new Map<string, Job>();
  readonly #failing = new Map<string, Failing>();
  readonly #running = new Set<string>();
  readonly #stop = new AbortController();
  #listed: ReadonlyMap<string, Pipeline> = new Map();
  #list: readonly Pipeline[] | undefined;
  #shown: string | undefined;
  #open: string | undefined;
  #degraded: ReadonlySet<string> = new Set();
  #isAttended = true;
  #startedAt = Number.NEGATIVE_INFINITY;
  #cancelTimer = () => {};
  #leave = () => {};

  constructor(options: StatsPollerOptions) {
    this.#options = options;
  }

  start(): void {
    const {snapshot} = this.#options.poller;
    this.#leave = snapshot.subscribe(() => this.#onList(snapshot.get().pipelines));
    this.#onList(snapshot.get().pipelines);
  }

  /** Also cancels the requests in progress. */
  stop(): void {
    this.#leave();
    this.#stop.abort();
    this.#cancelTimer();
    this.#jobs.clear();
  }

  /** The pipeline whose log is on the screen. */
  setShown(name: string | undefined): void {
    if (name === this.#shown) return;
    const before = this.#shown;
    this.#shown = name;
    // While the cursor runs through the list, only the last pipeline is asked about.
    if (before !== undefined && before !== this.#open) this.#drop(before, 'stats');
    if (name !== undefined && !this.#running.has(keyOf('stats', name))) this.#want(name, 'stats');
    this.#next();
  }

  /** The pipeline whose page is open. */
  setOpen(name: string | undefined): void {
    if (name === this.#open) return;
    const before = this.#open;
    this.#open = name;
    if (before !== undefined) for (const what of ['stats', 'series'] as const) this.#drop(before, what);
    this.#wantOpen();
  }

  /** Asks about these pipelines once, as far as nothing is known of them. */
  ask(names: Iterable<string>): void {
    for (const name of names)
      if (!this.#known.get().has(name) && !this.#running.has(keyOf('stats', name))) this.#want(name, 'stats');
    this.#next();
  }

  /** The pipelines that are degraded. */
  setDegraded(names: Iterable<string>): void {
    this.#degraded = new Set(names);
    if (this.#isAttended) this.#wantDegraded();
  }

  /** `isAttended`: the user looks at the screen. */
  setAttended(isAttended: boolean): void {
    this.#isAttended = isAttended;
    if (!isAttended) return;
    this.#wantDegraded();
    this.#wantOpen();
  }

  #onList(pipelines: readonly Pipeline[] | undefined): void {
    if (!pipelines || pipelines === this.#list) return;
    const before = this.#listed;
    const isFirst = this.#list === undefined;
    this.#list = pipelines;
    this.#listed = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
    this.#follow(before, pipelines);
    for (const {name, what} of this.#jobs.values()) if (!this.#hasProcess(name)) this.#jobs.delete(keyOf(what, name));
    for (const pipeline of pipelines) {
      const {name} = pipeline;
      const earlier = before.get(name);
      const isOther = earlier?.id !== pipeline.id || earlier.deploymentId !== pipeline.deploymentId;
      const isNew = hasProcess(pipeline) && (isOther || !hasProcess(earlier));
      if (isNew) this.#forgetFailures(name);
      if (isNew && name === this.#shown) this.#want(name, 'stats');
      if (isNew && name === this.#open) this.#wantOpen();
      if (!isFirst && hasRisen(earlier, pipeline)) this.#want(name, 'stats');
    }
    this.#next();
  }

  /** They are of an earlier process. */
  #forgetFailures(name: string): void {
    for (const what of ['stats', 'series'] as const) this.#failing.delete(keyOf(what, name));
    const known = this.#known.get().get(name);
    if (known?.failure || known?.seriesFailure)
      this.#set(name, {...known, failure: undefined, seriesFailure: undefined});
  }

  /** Keeps what is known: of a renamed pipeline under its new name; of one that is gone, until another has its name. */
  #follow(before: ReadonlyMap<string, Pipeline>, now: readonly Pipeline[]): void {
    const names = new Map(now.map(({id, name}) => [id, name]));
    const known = this.#known.get();
    const followed = new Map<string, KnownStats>();
    for (const [name, stats] of known) {
      const to = names.get(before.get(name)?.id ?? '') ?? (this.#listed.has(name) ? undefined : name);
      if (to !== undefined) followed.set(to, stats);
    }
    if (!sameParts([...followed.keys()], [...known.keys()])) this.#known.set(followed);
  }

  #wantOpen(): void {
    const name = this.#open;
    if (name === undefined || !this.#isAttended) return;
    for (const what of ['stats', 'series'] as const) if (!this.#running.has(keyOf(what, name))) this.#want(name, what);
    this.#next();
  }

  #wantDegraded(): void {
    const wall = this.#options.clock.wall();
    for (const name of this.#degraded) {
      const age = wall - (this.#known.get().get(name)?.at ?? 0);
      if (!this.#running.has(keyOf('stats', name)))
        this.#want(name, 'stats', Math.min(degradedEvery, degradedEvery - age));
    }
    this.#next();
  }

  /** A request in `wait` ms at the latest, as soon as the others allow it, or after its backoff. `#next` sends it. */
  #want(name: string, what: What, wait = 0): void {
    if (this.#stop.signal.aborted || !this.#hasProcess(name)) return;
    const key = keyOf(what, name);
    const now = this.#options.clock.monotonic();
    const dueAt = Math.max(now, now + wait, this.#failing.get(key)?.until ?? now);
    if (dueAt < (this.#jobs.get(key)?.dueAt ?? Number.POSITIVE_INFINITY)) this.#jobs.set(key, {name, what, dueAt});
  }

  /** Milliseconds between two requests of that kind, now; undefined: no other follows by itself. */
  #everyOf(name: string, what: What): number | undefined {
    if (!this.#isAttended || !this.#hasProcess(name)) return undefined;
    if (name === this.#open) return openEvery;
    return what === 'stats' && this.#degraded.has(name) ? degradedEvery : undefined;
  }

  #drop(name: string, what: What): void {
    this.#jobs.delete(keyOf(what, name));
    if (what === 'stats') this.#wantAgain(name);
  }

  /** Once more in a minute, while connectors had errors in the last one: that they have none is in no list. */
  #wantAgain(name: string): void {
    const known = this.#known.get().get(name);
    if (!known?.stats || known.at === undefined) return;
    if (!known.stats.connectors.some((each) => !each.isPaused && allErrors(recentOf(known, each)) > 0)) return;
    this.#want(name, 'stats', known.at + recently - this.#options.clock.wall());
  }

  #hasProcess(name: string): boolean {
    return hasProcess(this.#listed.get(name));
  }

  /** Starts the request whose turn it is, or waits for its time. */
  #next(): void {
    this.#cancelTimer();
    if (this.#running.size >= mostRunning) return;
    const now = this.#options.clock.monotonic();
    const waiting = [...this.#jobs.values()].filter(({what, name}) => !this.#running.has(keyOf(what, name)));
    if (waiting.length === 0) return;
    const firstDue = waiting.reduce((first, {dueAt}) => Math.min(first, dueAt), Number.POSITIVE_INFINITY);
    const wait = Math.max(firstDue, this.#startedAt + startEvery) - now;
    if (wait > 0) {
      this.#cancelTimer = this.#options.clock.after(wait, () => this.#next());
      return;
    }
    const due = waiting.filter(({dueAt}) => dueAt <= now);
    const job = due.find(({name}) => name === this.#open) ?? due.find(({name}) => name === this.#shown) ?? due[0];
    if (!job) return;
    this.#startedAt = now;
    void this.#request(job);
    this.#next();
  }

  /** Never rejects: a failure is part of what is known. */
  async #request({name, what}: Job): Promise<void> {
    const {client, clock} = this.#options;
    const key = keyOf(what, name);
    const {signal} = this.#stop;
    const startedAt = clock.monotonic();
    const id = this.#listed.get(name)?.id;
    this.#jobs.delete(key);
    this.#running.add(key);
    const answer = await (what === 'stats' ? client.getStats(name, signal) : client.getTimeSeries(name, signal)).catch(
      asFailure,
    );
    this.#running.delete(key);
    if (signal.aborted) return;
    const listed = this.#listed.get(name);
    if (listed && listed.id !== id) {
      // Another pipeline has the name now.
      this.#next();
      return;
    }
    const known = this.#known.get().get(name) ?? noStats;
    if ('kind' in answer) {
      this.#set(name, {...known, [what === 'stats' ? 'failure' : 'seriesFailure']: answer});
      this.#onFailure(answer, name, what);
    } else {
      if ('samples' in answer) this.#set(name, {...known, series: answer, seriesFailure: undefined});
      else this.#set(name, withStats(known, answer, clock.wall()));
      this.#failing.delete(key);
      // Errors may have risen since the answer was made: then the next request is due already.
      const every = this.#everyOf(name, what);
      if (every !== undefined) this.#want(name, what, startedAt + every - clock.monotonic());
      if (what === 'stats') this.#wantAgain(name);
    }
    this.#next();
  }

  #onFailure(failure: ApiFailure, name: string, what: What): void {
    const {clock, random} = this.#options;
    const key = keyOf(what, name);
    const tries = (this.#failing.get(key)?.tries ?? 0) + 1;
    const wait = failure.kind === 'fatal' ? slowDelay(random()) : retryDelay(failure, tries, random());
    this.#failing.set(key, {tries, until: clock.monotonic() + wait});
    this.#jobs.delete(key);
    // What the server or the pipeline lacks, it still lacks in a minute.
    const isLacking = failure.kind === 'fatal' && failure.reason === 'unsupported';
    if (isLacking || (this.#everyOf(name, what) === undefined && tries % mostTries === 0)) return;
    this.#want(name, what);
  }

  #set(name: string, stats: KnownStats): void {
    const others = [...this.#known.get()].filter(([each]) => each !== name);
    this.#known.set(new Map([...others.slice(1 - mostKept), [name, stats]]));
  }
}

function keyOf(what: What, name: string): string {
  return `${what} ${name}`;
}

/** Returns whether there is a process that can answer: the pipeline is deployed, and not just being so. */
export function hasProcess(pipeline: Pipeline | undefined): boolean {
  return pipeline !== undefined && stateOf(pipeline.deploymentStatus).has === 'process';
}

/** Returns whether more connector errors are counted; those of another run, or a first number, from 0. */
function hasRisen(before: Pipeline | undefined, {connectorErrors = 0, deploymentId}: Pipeline): boolean {
  const isSameRun = before?.deploymentId === deploymentId;
  return connectorErrors > ((isSameRun && before?.connectorErrors) || 0);
}

function withStats(known: KnownStats, stats: PipelineStats, at: number): KnownStats {
  const isSameProcess = known.stats !== undefined && known.stats.incarnation === stats.incarnation;
  const before = isSameProcess ? [...known.gone, ...(known.stats?.connectors ?? [])] : [];
  const here = new Set(stats.connectors.map(connectorKey));
  const gone = before.filter((each) => !here.has(connectorKey(each)) && !passingEndpoint.test(each.name));
  const {bufferedRecords: records, processedRecords, storageBytes: bytes} = stats;
  const isStill = isSameProcess && processedRecords !== undefined && known.stats?.processedRecords === processedRecords;
  const stillSince = isStill ? known.stillSince : at;
  const buffered = [...(isSameProcess ? known.buffered : []), ...(records === undefined ? [] : [{at, records}])];
  const samples = sampled(isSameProcess ? known.samples : [], stats, at);
  const isGrowing = isSameProcess && bytes !== undefined && bytes >= (known.stats?.storageBytes ?? 0);
  const growth = isGrowing && known.growth ? known.growth : bytes === undefined ? undefined : {at, bytes};
  return {
    ...known,
    stats,
    at,
    gone,
    stillSince,
    growth,
    buffered: buffered.slice(-trendLength),
    samples,
    failure: undefined,
  };
}

/** Sums the errors as the server counts them. */
export function allErrors({errors}: Pick<ConnectorStats, 'errors'>): number {
  return errors.reduce((sum, {count}) => sum + count, 0);
}
