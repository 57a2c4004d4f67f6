import type {Pipeline} from '../../engine/api/types.ts';
import type {Log} from '../../engine/logs/log.ts';
import type {EndedRun} from '../../engine/logs/log-states.ts';
import type {PipelineHistory} from '../../engine/pipelines/pipeline-history.ts';
import {hasProcess} from '../../engine/pipelines/stats-poller.ts';
import {isPanicLine} from '../../engine/records/line-kind.ts';
import {clean} from '../../lib/clean.ts';
import type {Clock} from '../../lib/clock.ts';
import {readTime} from '../../lib/format.ts';
import {masked} from '../../lib/secrets.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import type {PreviousEnd} from '../facts/pipeline-facts.ts';
import {errorWords} from './event-words.ts';
import {isEnding} from './pipeline-status.ts';

/** Milliseconds of a run in which the end of the one before is told, and in which starts are counted. */
export const hour = 3_600_000;
/** Starts within an hour, failed ones included, from which on they are counted, and a failed start is told, too. */
export const manyStarts = 3;
/** Pipelines whose events are asked for after one list. */
const mostAsked = 15;

/** A run that failed. Unix times in ms. `hasRun`: it was not only starting. */
type FailedRun = Omit<EndedRun, 'at' | 'cause'> & Pick<PreviousEnd, 'at' | 'why'>;

/** Returns how the run before ended, as the log proves; undefined: not in a failure, or the log does not reach back. */
export function endInLog({runsBefore, errors}: Pick<Log, 'runsBefore' | 'errors'>): PreviousEnd | undefined {
  const {ended, startedAt} = runsBefore;
  const panics = () => [...errors.byKey.values()].filter(({example}) => isPanicLine(example, 0, example.length));
  const failed = ended.map(({at, cause, ...run}): FailedRun | undefined => {
    if (at === undefined) return undefined;
    if (cause !== undefined) return {...run, at, why: masked(clean(cause))};
    // The runner does not say that a panic ended the process.
    const panic = panics().findLast(({lastAt}) => lastAt >= (run.startedAt ?? at) && lastAt <= at);
    return panic && {...run, at, why: errorWords({example: panic.latest, key: panic.key}, 0).text};
  });
  const inRow = failed.slice(failed.lastIndexOf(undefined) + 1).flatMap((each) => each ?? []);
  return previousEnd(inRow, startedAt, 'log');
}

/** Returns how the run before ended, as the API's events tell; the oldest of them shows no beginning. */
export function endInHistory({events, details}: Pick<PipelineHistory, 'events' | 'details'>): PreviousEnd | undefined {
  let failed: FailedRun[] = [];
  let run: {readonly startedAt: number; hasRun: boolean} | undefined;
  let end: {readonly at: number; why?: string} | undefined;
  for (const {id, status, time, hasError} of events.toReversed()) {
    const at = readTime(time);
    if (isEnding(status)) {
      end ??= {at};
      if (hasError) end.why ??= details.get(id)?.deploymentError?.cause ?? 'the reason is unknown';
      continue;
    }
    if (end) {
      const {why} = end;
      // What began before the first event may have ended before it, too.
      failed = run && why !== undefined ? [...failed, {...run, at: end.at, why: clean(why)}] : [];
      run = {startedAt: at, hasRun: false};
      end = undefined;
    }
    run ??= {startedAt: Number.NaN, hasRun: false};
    run.hasRun ||= status === 'Running';
  }
  return end ? undefined : previousEnd(failed, run?.startedAt, 'API');
}

function previousEnd(
  failed: readonly FailedRun[],
  startedAt: number | undefined,
  source: PreviousEnd['source'],
): PreviousEnd | undefined {
  const last = failed.at(-1);
  if (!last || startedAt === undefined) return undefined;
  const [first = last, ...others] = failed.filter(({at}) => startedAt - at < hour);
  const starts = others.length + 2;
  if (!last.hasRun && starts < manyStarts) return undefined;
  return {at: last.at, why: last.why, source, startedAt, starts, span: startedAt - (first.startedAt || first.at)};
}

type Options = {
  readonly clock: Pick<Clock, 'wall'>;
  readonly logOf: (name: string) => Pick<Log, 'runsBefore' | 'errors'> | undefined;
  /** See `Services.history`; absent: only logs tell. */
  readonly history?: ((pipeline: string, signal: AbortSignal) => Promise<PipelineHistory>) | undefined;
};

/** Knows of pipelines that run for less than an hour how the run before ended, if that was a failure. */
export class PreviousEnds {
  readonly #options: Options;
  /** Ends that the API's events tell, by the deployment that runs; undefined: none, or not yet. */
  readonly #told = new Map<string, PreviousEnd | undefined>();
  readonly #changes = createStore(0);
  readonly #closing = new AbortController();
  #listed: ReadonlyMap<string, Pipeline> = new Map();
  /** One pipeline after the other. */
  #asking = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
  }

  dispose(): void {
    this.#closing.abort();
  }

  /** Changes when the API's events tell more. */
  get changes(): ReadableStore<number> {
    return this.#changes;
  }

  /** Pipelines of which something may be known. */
  get names(): readonly string[] {
    return [...this.#listed.keys()].filter((name) => this.of(name));
  }

  /** Returns how its run before ended; undefined: not in a failure, or nobody tells, or that was longer ago. */
  of(name: string): PreviousEnd | undefined {
    const pipeline = this.#listed.get(name);
    if (!pipeline) return undefined;
    const {clock, logOf} = this.#options;
    const log = logOf(name);
    const end = (log && endInLog(log)) ?? this.#told.get(pipeline.deploymentId);
    return end && clock.wall() - end.startedAt < hour ? end : undefined;
  }

  /** Call for each new list. */
  update(pipelines: readonly Pipeline[]): void {
    const now = this.#options.clock.wall();
    // Only of those whose state is new: a run is at least as old as its state.
    const young = pipelines.filter(
      (each) => hasProcess(each) && now - readTime(each.deploymentStatusSince) < hour && each.deploymentId !== '',
    );
    this.#listed = new Map(young.map((pipeline) => [pipeline.name, pipeline]));
    const deployments = new Set(young.map(({deploymentId}) => deploymentId));
    for (const id of this.#told.keys()) if (!deployments.has(id)) this.#told.delete(id);
    for (const {name, deploymentId} of young.filter((each) => !this.#told.has(each.deploymentId)).slice(0, mostAsked)) {
      this.#told.set(deploymentId, undefined);
      this.#asking = this.#asking.then(() => this.#ask(name, deploymentId));
    }
  }

  /** Never rejects. */
  async #ask(name: string, deployment: string): Promise<void> {
    const {history} = this.#options;
    const {signal} = this.#closing;
    const answer = signal.aborted ? undefined : await history?.(name, signal).catch(() => undefined);
    const end = answer && endInHistory(answer);
    if (!end || !this.#told.has(deployment)) return;
    this.#told.set(deployment, end);
    this.#changes.set(this.#changes.get() + 1);
  }
}
