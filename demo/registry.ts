import type {Follower} from './follower.ts';
import {DemoPipeline, type PipelineOptions} from './pipeline.ts';
import {createRandom} from './random.ts';
import type {RingLimits} from './ring.ts';

/** With the same seed the n-th pipeline of a name gets the same id and time stamps. */
export class PipelineRegistry {
  readonly #options: {readonly seed: number; readonly limits: RingLimits; readonly now: () => number};
  readonly #pipelines = new Map<string, DemoPipeline>();
  readonly #created = new Map<string, number>();
  readonly #idTimes = new Set<number>();

  /** `now` returns Unix time in ms. */
  constructor(options: {seed: number; limits: RingLimits; now: () => number}) {
    this.#options = options;
  }

  /** Sorted by id, as the API lists them. */
  get all(): readonly DemoPipeline[] {
    return [...this.#pipelines.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Throws when there is no such pipeline. */
  get(name: string): DemoPipeline {
    const pipeline = this.#pipelines.get(name);
    if (!pipeline) throw new Error(`no demo pipeline is named ${name}`);
    return pipeline;
  }

  add(name: string, options: PipelineOptions): DemoPipeline {
    const life = (this.#created.get(name) ?? 0) + 1;
    this.#created.set(name, life);
    const {seed, limits} = this.#options;
    const now = options.now ?? this.#options.now;
    // A millisecond for each, so that ids sort in the order of creation.
    let idTime = Math.floor(now());
    while (this.#idTimes.has(idTime)) idTime += 1;
    this.#idTimes.add(idTime);
    const random = createRandom(seed, `${name} ${life}`);
    const pipeline = new DemoPipeline(name, {...options, now, idTime, limits, random});
    this.#pipelines.set(name, pipeline);
    return pipeline;
  }

  /** Throws when there is no such pipeline. */
  rename(from: string, to: string): void {
    const pipeline = this.remove(from);
    pipeline.rename(to);
    this.#pipelines.set(to, pipeline);
  }

  remove(name: string): DemoPipeline {
    const pipeline = this.get(name);
    this.#pipelines.delete(name);
    return pipeline;
  }

  /** Of one pipeline or of all; none for an unknown name. */
  followers(name?: string): Follower[] {
    const pipelines = name === undefined ? this.all : this.all.filter((pipeline) => pipeline.name === name);
    return pipelines.flatMap((pipeline) => [...pipeline.followers]);
  }
}
