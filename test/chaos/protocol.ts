/**
 * Messages between the engine and the process of the demo server, over Node's IPC with structured clones.
 * Positions in a log are entries counted through all its lives, from 0.
 */

/** One disturbance of the server. Times are milliseconds, bytes are bytes of the log. */
export type Fault =
  /** The API dies under the connections: FIN at an exact byte. */
  | {readonly kind: 'api-killed'; readonly name: string; readonly afterBytes: number}
  | {readonly kind: 'api-reset'; readonly name: string}
  /** The API's connection to the runner breaks: a clean end without the end marker. */
  | {readonly kind: 'runner-connection-lost'; readonly name: string}
  /** A cut, and the next connections are cut too: most of them within the replay. */
  | {readonly kind: 'cut-again'; readonly name: string; readonly afterBytes: readonly number[]}
  /** The connections go silent for a while, then are cut or go on. */
  | {readonly kind: 'frozen'; readonly name: string; readonly milliseconds: number; readonly cut: boolean}
  /** A cut, and the next requests are refused. */
  | {readonly kind: 'refused'; readonly name: string; readonly as: Refused; readonly times: number}
  /** The API is down for a while, for all pipelines. */
  | {readonly kind: 'api-restarted'; readonly milliseconds: number}
  /** The runner is gone for a while, and every ring with it. */
  | {readonly kind: 'runner-killed'; readonly milliseconds: number}
  | {readonly kind: 'runner-stopped'; readonly milliseconds: number}
  /** Deleted, and created again under the same name. */
  | {readonly kind: 'created-again'; readonly name: string}
  /** Cut at an exact byte; more than the ring holds is written before a connection is accepted again. */
  | {readonly kind: 'outage'; readonly name: string; readonly afterBytes: number; readonly burst: number}
  /** The same for all pipelines, with the API down. */
  | {readonly kind: 'api-outage'; readonly milliseconds: number; readonly burst: number}
  /** A line larger than the ring empties it; with a cut inside that line, its rest is lost. */
  | {readonly kind: 'oversized-line'; readonly name: string; readonly cutAt: number | undefined};

export type Refused = 'not-ready' | 'unreachable' | 'channel-full' | 'channel-closed' | 'reset';
export type FaultKind = Fault['kind'];

/** What the server's process is started with. */
export type WorldOptions = {
  readonly seed: number;
  readonly names: readonly string[];
  /** Entries a second, all pipelines together. */
  readonly rate: number;
  /** Share of the lines that are always the same, from 0 to 1. */
  readonly identical: number;
  /** Name and version of the clients that follow every pipeline: a fault is over when all are back. */
  readonly readers: readonly string[];
};

export type Request = {readonly id: number} & (
  | ({readonly do: 'start'} & WorldOptions)
  /** Returns when every reader of these pipelines is connected and has been sent all of the log. */
  | {readonly do: 'settle'}
  | {readonly do: 'write'}
  | {readonly do: 'fault'; readonly fault: Fault}
  /** From now on faults may clear or overrun the rings. */
  | {readonly do: 'end-intact'}
  /** Stops writing; each log gets a last line. */
  | {readonly do: 'finish'}
  | {readonly do: 'truth'; readonly name: string}
);

export type Answer = {
  readonly id: number;
  readonly error?: string;
  readonly url?: string;
  readonly truth?: Truth;
};

/** All that was ever logged in one life of a ring, as sent. */
type LifeTruth = {
  readonly pipelineId: string;
  readonly wire: Uint8Array;
  /** Where each entry ends in `wire`. */
  readonly ends: readonly number[];
};

/** One connection: it sent the bytes [from, sent) of a life, and [from, sure) of them cannot have been lost on the way. */
export type ConnectionTruth = {
  readonly reader: string;
  readonly life: number;
  readonly from: number;
  readonly sent: number;
  readonly sure: number;
};

/** A fault with the positions between which it made itself felt. */
export type FaultTruth = {
  readonly fault: Fault;
  /** Milliseconds since the start. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
};

/** What really happened to one pipeline's log. */
export type Truth = {
  readonly name: string;
  readonly lives: readonly LifeTruth[];
  readonly connections: readonly ConnectionTruth[];
  readonly faults: readonly FaultTruth[];
  /** Everything before this position had to get through unharmed. */
  readonly intactUntil: number;
};

const clearing: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'runner-killed',
  'runner-stopped',
  'created-again',
  'outage',
  'api-outage',
  'oversized-line',
]);

/** Whether a fault may clear or overrun a ring: then, and only then, may entries be lost. */
export function clearsRing(kind: FaultKind): boolean {
  return clearing.has(kind);
}

/** The last line of every log: a reader that has it has come to the end. */
export const lastWords = 'the end of the chaos';
