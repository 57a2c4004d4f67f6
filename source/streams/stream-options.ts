import type {ApiClient} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import type {SharedFrames} from '../lib/shared-frames.ts';
import type {ReadableStore} from '../lib/store.ts';
import type {Recordings} from '../storage/recordings.ts';

/** What every tab's stream is made with. */
export type StreamOptions = {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Answers numbers in [0, 1). */
  readonly random: () => number;
  /** Snapshots a second of each tab, at most. */
  readonly fps: number;
  /** Snapshots a second at this time, while it is less than `fps`: nobody looks. Default: always `fps`. */
  readonly fpsNow?: ReadableStore<number>;
  /** The frames in which snapshots come, where several tabs share them. Default: each has its own. */
  readonly frames?: SharedFrames;
  /** Bound of each tab's scrollback in bytes. */
  readonly scrollbackBytes: number;
  /** Bound of all tabs together, in bytes. Default: none. */
  readonly memoryBytes?: number;
  /** Milliseconds without a byte after which a connection is replaced; 0: never. Default 5 minutes. */
  readonly silence?: number;
  /** Where tabs can be recorded. */
  readonly recordings?: {
    readonly of: Recordings;
    /** Every tab is, from its beginning on. */
    readonly all: boolean;
    /** What was recorded before is put into the scrollback. */
    readonly showPast: boolean;
  };
};
