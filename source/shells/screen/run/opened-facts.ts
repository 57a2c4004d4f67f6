import {type BundleFacts, readFacts} from '../../../engine/logs/bundle-facts.ts';
import type {Catalog} from '../../../engine/logs/catalog.ts';
import type {ListSnapshot} from '../../../engine/pipelines/list-poller.ts';
import type {PipelineHistory} from '../../../engine/pipelines/pipeline-history.ts';
import type {KnownStats} from '../../../engine/pipelines/stats-poller.ts';
import type {Description} from '../../../kit/screen/services.ts';
import type {Clock} from '../../../lib/clock.ts';
import {createStore} from '../../../lib/store.ts';
import type {Facts} from './server-facts.ts';

const noList: ListSnapshot = {pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: undefined};
const noHistory: PipelineHistory = {events: [], details: new Map(), stats: undefined, missing: []};

/** What the pages tell of opened logs besides their lines: support bundles have it, other logs have nothing. */
export class OpenedFacts implements Facts {
  /** There is no list to wait for. */
  readonly poller: Facts['poller'] = {
    snapshot: createStore(noList),
    waitingSince: createStore(undefined),
    refresh() {},
  };
  readonly session: Facts['session'] = createStore(undefined);
  readonly serverVersion: Facts['serverVersion'] = createStore(undefined);
  /** In place of requests for the statistics: those of an open page are read. */
  readonly stats: Facts['stats'];
  readonly #catalog: Pick<Catalog, 'find'>;
  readonly #clock: Clock;
  readonly #known = createStore<ReadonlyMap<string, KnownStats>>(new Map());
  readonly #read = new Map<string, Promise<BundleFacts | undefined>>();

  constructor(catalog: Pick<Catalog, 'find'>, clock: Clock) {
    this.#catalog = catalog;
    this.#clock = clock;
    this.stats = {
      known: this.#known,
      setDegraded() {},
      setShown() {},
      setOpen: (name) => void (name !== undefined && this.#factsOf(name)),
    };
  }

  start(): void {}

  stop(): void {}

  setAttended(): void {}

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
    const found = this.#catalog.find(name);
    const facts = found && (await readFacts(found, {clock: this.#clock}).catch(() => undefined));
    if (facts) this.#known.set(new Map([...this.#known.get(), [name, facts.known]]));
    return facts;
  }
}
