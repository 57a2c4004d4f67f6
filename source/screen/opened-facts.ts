import type {Clock} from '../lib/clock.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import {type BundleFacts, readBundleFacts} from '../logs/bundle-facts.ts';
import type {OpenedLogs} from '../logs/opened-logs.ts';
import type {PipelineHistory} from '../logs/pipeline-history.ts';
import type {KnownStats} from '../logs/stats-poller.ts';
import type {Description, Services} from '../ui/services.ts';

const noHistory: PipelineHistory = {events: [], details: new Map(), stats: undefined, missing: []};

/** What the pages tell of opened logs besides their lines: support bundles have it, other logs have nothing. */
export class OpenedFacts {
  readonly #opened: Pick<OpenedLogs, 'foundAs'>;
  readonly #clock: Clock;
  readonly #known = createStore<ReadonlyMap<string, KnownStats>>(new Map());
  readonly #read = new Map<string, Promise<BundleFacts | undefined>>();

  constructor(opened: Pick<OpenedLogs, 'foundAs'>, clock: Clock) {
    this.#opened = opened;
    this.#clock = clock;
  }

  /** In place of requests for the statistics. */
  get stats(): Services['stats'] {
    const read = (name: string | undefined) => void (name !== undefined && this.#factsOf(name));
    return {known: this.#known satisfies ReadableStore<unknown>, setShown: read, setOpen: read};
  }

  async describe(name: string): Promise<Description> {
    const {pipeline, configuration} = (await this.#factsOf(name)) ?? {};
    return pipeline ? {kind: 'detail', detail: pipeline, configuration} : {kind: 'file'};
  }

  async history(name: string): Promise<PipelineHistory> {
    return (await this.#factsOf(name))?.history ?? noHistory;
  }

  /** Never rejects: what is missing or damaged in a bundle is left out. */
  async #factsOf(name: string): Promise<BundleFacts | undefined> {
    const facts = this.#read.get(name) ?? this.#readFacts(name);
    this.#read.set(name, facts);
    return await facts;
  }

  async #readFacts(name: string): Promise<BundleFacts | undefined> {
    const found = this.#opened.foundAs(name);
    if (found?.kind !== 'bundle') return undefined;
    const facts = await readBundleFacts(found.collections, {clock: this.#clock}).catch(() => undefined);
    if (facts) this.#known.set(new Map([...this.#known.get(), [name, facts.known]]));
    return facts;
  }
}
