import {ApiError} from '../../../engine/api/errors.ts';
import type {ApiClient} from '../../../engine/api/types.ts';
import {ListPoller, loginOf} from '../../../engine/pipelines/list-poller.ts';
import {readHistory} from '../../../engine/pipelines/pipeline-history.ts';
import {StatsPoller} from '../../../engine/pipelines/stats-poller.ts';
import type {Services} from '../../../kit/screen/services.ts';
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

/** `random`: returns numbers in [0, 1), for jitter. */
export function serverFacts({client, clock, random}: {client: ApiClient; clock: Clock; random: () => number}): Facts {
  const poller = new ListPoller({client, clock, random});
  const stats = new StatsPoller({client, clock, random, poller});
  // Before whoever reads both: statistics have the names of each list.
  stats.start();
  const login = loginOf(client, poller.snapshot);
  return {
    poller,
    stats,
    session: login.session,
    serverVersion: login.version,
    listEvery: () => poller.everyRefused,
    setHeard: (heardAt) => poller.setHeard(heardAt),
    start() {
      poller.start();
      login.start();
    },
    stop() {
      poller.stop();
      stats.stop();
      login.stop();
    },
    setAttended(isAttended) {
      poller.setAttended(isAttended);
      stats.setAttended(isAttended);
    },
    async describe(name, signal) {
      try {
        return {kind: 'detail', detail: await client.getPipeline(name, signal)};
      } catch (error) {
        if (error instanceof ApiError) return {kind: 'failure', failure: error.failure};
        throw error;
      }
    },
    history: (name, signal) => readHistory(client, name, signal),
  };
}
