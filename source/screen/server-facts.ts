import {ApiError} from '../api/errors.ts';
import type {ApiClient} from '../api/types.ts';
import {type PipelineHistory, readHistory} from '../logs/pipeline-history.ts';
import {StatsPoller} from '../logs/stats-poller.ts';
import type {Description, Services} from '../ui/services.ts';

/** What the pages tell of pipelines besides their logs. */
export type Facts = Pick<Services, 'stats' | 'describe' | 'history'> & {
  readonly start: () => void;
  readonly stop: () => void;
  /** `watched`: the user looks at the screen. */
  readonly setWatched: (watched: boolean) => void;
};

/** What a server tells. */
export class ServerFacts implements Facts {
  readonly stats: StatsPoller;
  readonly #client: ApiClient;

  constructor(options: ConstructorParameters<typeof StatsPoller>[0] & {readonly client: ApiClient}) {
    this.stats = new StatsPoller(options);
    this.#client = options.client;
  }

  start(): void {
    this.stats.start();
  }

  stop(): void {
    this.stats.stop();
  }

  setWatched(watched: boolean): void {
    this.stats.setWatched(watched);
  }

  async describe(name: string, signal: AbortSignal): Promise<Description> {
    try {
      return {kind: 'detail', detail: await this.#client.getPipeline(name, signal)};
    } catch (error) {
      if (error instanceof ApiError) return {kind: 'failure', failure: error.failure};
      throw error;
    }
  }

  async history(name: string, signal: AbortSignal): Promise<PipelineHistory> {
    return await readHistory(this.#client, name, signal);
  }
}
