import type {Clock} from '../source/lib/clock.ts';
import type {DemoPipeline, PipelineOptions} from './pipeline.ts';
import type {Random} from './random.ts';
import type {RingLimits} from './ring.ts';

export type DemoServerOptions = {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** `/feldera`, for an API behind a proxy; default none. */
  readonly basePath?: string;
  /** Default 1. */
  readonly seed?: number;
  readonly clock?: Clock;
  /** The bearer token that requests must carry; default none. */
  readonly apiKey?: string;
  /** The caller's tenants; default: `default`, as admin. With several a request must name one. */
  readonly tenants?: readonly DemoTenant[];
  /** One chunk for each entry, as recorded (default), or chunks that end anywhere. */
  readonly chunking?: 'entries' | 'ragged';
  readonly ringLimits?: RingLimits;
  /** Entries a follower may be behind; default 100,000. */
  readonly followerLimit?: number;
  /** Default: all is there, as in Feldera 0.337. */
  readonly lacks?: readonly NewPart[];
  /** Default: no pipelines. */
  readonly scenario?: Scenario;
};

/**
 * What older servers do not have. `events` came with 0.292. `connector-errors`: neither counted in the list (0.322) nor
 * listed in the statistics, whose parameter is ignored. Routes that are missing are answered with an empty 404.
 */
export type NewPart = 'events' | 'stats' | 'time-series' | 'connector-errors' | 'connector-counts';

/** `role`: the caller's. */
export type DemoTenant = {readonly name: string; readonly role: string};

/** `afterBytes`: of the log, without chunk framing. */
export type Cut = {readonly name?: string; readonly afterBytes?: number; readonly reset?: boolean};
export type CutNext = {readonly name?: string; readonly afterBytes: number; readonly times?: number};
/** `path`: with its query. */
export type RequestSeen = {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly tenant: string | undefined;
};

/** What a scenario uses of a `DemoServer`. */
export type Demo = {
  readonly seed: number;
  readonly clock: Clock;
  pipeline(name: string): DemoPipeline;
  addPipeline(name: string, options?: PipelineOptions): DemoPipeline;
  stopApi(): Promise<void>;
  freeze(name?: string): void;
};

/** The life of one pipeline: the script acts on it, and yields the milliseconds before the next step. */
export type Scene = {
  readonly name: string;
  /** Milliseconds before now when the script begins: a first connection gets what happened since. */
  readonly historyMs: number;
  readonly script: (stage: Stage) => Generator<number, void, void>;
};

/** Puts pipelines on a server, and plays their scenes until the signal aborts. */
export type Scenario = (server: Demo, signal: AbortSignal) => void;

/** All that a script may use, so that the same seed and clock give the same bytes. */
type Stage = {
  readonly random: Random;
  /** The time in the scene: Unix time in ms. */
  readonly now: () => number;
  /** Creates the scene's pipeline. */
  readonly create: (options?: Omit<PipelineOptions, 'now'>) => DemoPipeline;
};
