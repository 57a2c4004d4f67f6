import type {ApiClient} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';

/** What every tab's stream is made with. */
export type StreamOptions = {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Answers numbers in [0, 1). */
  readonly random: () => number;
  /** Snapshots a second of each tab, at most. */
  readonly fps: number;
  /** Bound of each tab's scrollback in bytes. */
  readonly scrollbackBytes: number;
  /** Milliseconds without a byte after which a connection is replaced; 0: never. Default 5 minutes. */
  readonly silence?: number;
};
