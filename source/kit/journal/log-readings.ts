import type {Pipeline} from '../../engine/api/types.ts';
import {hasProcess} from '../../engine/pipelines/stats-poller.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import type {LogReading} from '../facts/pipeline-facts.ts';
import type {LogStatus} from './log-status.ts';

/** Milliseconds for which what a log said last is news. */
const freshMs = 60_000;

type LogFlow = Pick<LogStatus, 'flow' | 'cut'>;

/** Tells of each pipeline that runs whether its log was read: whoever says that nothing is wrong with it asks here. */
export class LogReadings {
  readonly #statusOf: (name: string) => LogFlow | undefined;
  readonly #unread = createStore<ReadonlySet<string>>(new Set());
  readonly #flows = createStore(0);
  #listed: ReadonlyMap<string, Pipeline> = new Map();
  /** Left logs, by the id of their pipeline: the run in which its log was followed last, and until when. */
  readonly #left = new Map<string, {readonly run: string; readonly until: number}>();

  /** `statusOf`: the log of that name; undefined: it is not open. */
  constructor(statusOf: (name: string) => LogFlow | undefined) {
    this.#statusOf = statusOf;
  }

  /** The pipelines that run, and of whose log nothing was read in this run, or which cannot be read now. */
  get unread(): ReadableStore<ReadonlySet<string>> {
    return this.#unread;
  }

  /** Changes with the flow of each log. */
  get flows(): ReadableStore<number> {
    return this.#flows;
  }

  /** Those whose logs are not followed now. */
  get notFollowed(): ReadonlySet<string> {
    return this.#where(({kind}) => kind !== 'followed');
  }

  /** Tells how far its log was read; undefined: it does not run. */
  of(name: string): LogReading | undefined {
    const pipeline = this.#listed.get(name);
    if (!pipeline || !hasProcess(pipeline)) return undefined;
    const {flow, cut} = this.#statusOf(name) ?? {};
    if (flow === 'live') return {kind: 'followed'};
    if (flow === 'coming') return {kind: 'coming'};
    if (cut?.why !== undefined) return {kind: 'unreachable', since: cut.since, why: cut.why};
    const left = this.#left.get(pipeline.id);
    return left?.run === runOf(pipeline) ? {kind: 'left', until: left.until} : {kind: 'unread'};
  }

  /** Returns whether its log was read within the last minute. `now`: Unix time in ms. */
  isFresh(name: string, now: number): boolean {
    const reading = this.of(name);
    return reading?.kind === 'followed' || (reading?.kind === 'left' && now - reading.until < freshMs);
  }

  /** Call for each new list. */
  update(pipelines: readonly Pipeline[]): void {
    this.#listed = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
    const runs = new Map(pipelines.filter(hasProcess).map((pipeline) => [pipeline.id, runOf(pipeline)]));
    for (const [id, {run}] of this.#left) if (runs.get(id) !== run) this.#left.delete(id);
    this.#update();
  }

  /** Call when the flow of the log of that name is another one, or the log is closed. `now`: Unix time in ms. */
  onFlow(name: string, before: LogStatus['flow'] | undefined, now: number): void {
    const pipeline = this.#listed.get(name);
    if (before === 'live' && pipeline) this.#left.set(pipeline.id, {run: runOf(pipeline), until: now});
    this.#update();
    this.#flows.set(this.#flows.get() + 1);
  }

  #update(): void {
    const unread = this.#where(({kind}) => kind === 'unread' || kind === 'unreachable');
    const before = this.#unread.get();
    if (unread.size !== before.size || [...unread].some((name) => !before.has(name))) this.#unread.set(unread);
  }

  #where(isWanted: (reading: LogReading) => boolean): ReadonlySet<string> {
    return new Set(
      [...this.#listed.keys()].filter((name) => {
        const reading = this.of(name);
        return reading !== undefined && isWanted(reading);
      }),
    );
  }
}

function runOf({deploymentId, deploymentStatusSince}: Pipeline): string {
  return deploymentId || deploymentStatusSince;
}
