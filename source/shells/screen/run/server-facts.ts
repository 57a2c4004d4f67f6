import {ApiError} from '../../../engine/api/errors.ts';
import type {ApiClient} from '../../../engine/api/types.ts';
import {ListPoller, Login} from '../../../engine/pipelines/list-poller.ts';
import {type PipelineHistory, readHistory} from '../../../engine/pipelines/pipeline-history.ts';
import {StatsPoller} from '../../../engine/pipelines/stats-poller.ts';
import type {Description, Services} from '../../../kit/screen/services.ts';
import type {Clock} from '../../../lib/clock.ts';

/** Facts that a screen is told besides the lines of its logs. */
export type Facts = Pick<Services, 'poller' | 'stats' | 'session' | 'serverVersion' | 'describe' | 'history'> & {
  /** See `ServerReturn`. */
  readonly listEvery?: () => number;
  /** `heardAt`: see `LogManager`. */
  readonly setHeard?: (heardAt: () => number) => void;
  readonly start: () => void;
  readonly stop: () => void;
  /** `isAttended`: the user looks at the screen. */
  readonly setAttended: (isAttended: boolean) => void;
};

export class ServerFacts implements Facts {
  readonly poller: ListPoller;
  readonly stats: StatsPoller;
  readonly session: Login['session'];
  readonly serverVersion: Login['version'];
  readonly #login: Login;
  readonly #client: ApiClient;

  /** `random`: returns numbers in [0, 1), for jitter. */
  constructor({client, clock, random}: {client: ApiClient; clock: Clock; random: () => number}) {
    this.poller = new ListPoller({client, clock, random});
    this.stats = new StatsPoller({client, clock, random, poller: this.poller});
    // Before whoever reads both: statistics have the names of each list.
    this.stats.start();
    this.#login = new Login({client, poller: this.poller});
    this.session = this.#login.session;
    this.serverVersion = this.#login.version;
    this.#client = client;
  }

  readonly listEvery = () => this.poller.everyRefused;

  setHeard(heardAt: () => number): void {
    this.poller.setHeard(heardAt);
  }

  start(): void {
    this.poller.start();
    this.#login.start();
  }

  stop(): void {
    this.poller.stop();
    this.stats.stop();
    this.#login.stop();
  }

  setAttended(isAttended: boolean): void {
    this.poller.setAttended(isAttended);
    this.stats.setAttended(isAttended);
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
