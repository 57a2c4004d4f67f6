import type {Pause} from '../../lib/presence.ts';
import type {ApiFailure, BodyEnd} from '../api/types.ts';
import type {LossCause, MarkerKind} from '../buffer/markers.ts';

/**
 * Why there is no log for now. `deleted` usually ends when the list shows the name again. `renamed`: its pipeline has this
 * name now, and another log has that.
 */
export type GoneReason =
  | {readonly kind: 'deleted'}
  | {readonly kind: 'renamed'; readonly to: string}
  | {readonly kind: 'refused'; readonly failure: ApiFailure};

/** One tab's connection. Times are monotonic milliseconds of the injected clock. */
export type ConnectionState =
  | {readonly kind: 'idle'}
  | {readonly kind: 'connecting'}
  | {readonly kind: 'catching-up'; readonly since: number}
  | {readonly kind: 'live'}
  /** The body ended in the end marker: the pipeline is being looked up. */
  | {readonly kind: 'ended'}
  /** Waits until `until`, then connects; `tries` failed attempts so far. */
  | {
      readonly kind: 'waiting';
      readonly until: number;
      readonly tries: number;
      readonly cause: LossCause;
      readonly failure: ApiFailure | undefined;
    }
  /**
   * Ends with a slow try at `until`, with a change in the list, or with the user's reconnect. Undefined: no try would find
   * more, as of a renamed pipeline.
   */
  | {readonly kind: 'gone'; readonly reason: GoneReason; readonly until: number | undefined};

/** The server has answered with a log: its bytes are read. */
export function isOpen({kind}: ConnectionState): boolean {
  return kind === 'catching-up' || kind === 'live';
}

/** One line of a tab's history, shown by `i`. */
export type ConnectionEvent = {
  /** Unix time in ms. */
  readonly at: number;
  readonly text: string;
  /** An event replaces the one before it when both have the same key. */
  readonly key?: string;
};

export const eventsKept = 20;

export function withEvent(events: readonly ConnectionEvent[], event: ConnectionEvent): readonly ConnectionEvent[] {
  const isRepeat = event.key !== undefined && event.key === events.at(-1)?.key;
  return [...(isRepeat ? events.slice(0, -1) : events), event].slice(-eventsKept);
}

/** `at`: monotonic milliseconds. */
export type Loss = {readonly cause: LossCause; readonly at: number};

/**
 * A second connection beside one that may be dead, which is read on. `isOpen`: its body is kept. `isFirstAlive`: the first
 * one has brought bytes since.
 */
export type Standby = {
  readonly attempt: number;
  readonly isOpen: boolean;
  readonly isFirstAlive: boolean;
  readonly cause: Doubt;
};

/** Why an open connection may be dead. */
export type Doubt = Extract<LossCause, 'silent' | 'slept'>;

/** All that decides what happens next. The user sees `connection`. */
export type Machine = {
  readonly connection: ConnectionState;
  /** Id of the attempt whose events count; 0 before the first. */
  readonly attempt: number;
  /** The highest id so far: ids are never used twice. */
  readonly lastAttempt: number;
  /** Failed attempts since a connection brought bytes, or the log was live. */
  readonly tries: number;
  /** Connections in a row that were cut soon, and brought only what the log had. */
  readonly uselessCuts: number;
  /** The first loss of the outage; of no further use once a marker has reported it (`MachineContext.decided`). */
  readonly loss: Loss | undefined;
  /** The log has been read since the pipeline was last reported as deleted. */
  readonly opened: boolean;
  /** See `GoneReason`; undefined once a pipeline has the name again. */
  readonly renamedTo: string | undefined;
  readonly standby: Standby | undefined;
  /** The newest request when the last attempt failed: a good answer to a later one ends the wait. Undefined: never. */
  readonly wakeAfter: number | undefined;
  /** The current or last attempt was made early, because the server answered another request. */
  readonly isEarly: boolean;
  /** Attempts of this outage that were made early and failed. */
  readonly earlyFailures: number;
  /** The backoff has been reset in this outage, which happens once. */
  readonly isBackoffReset: boolean;
};

/** Event on one attempt's connection, look-up or timer. */
export type AttemptEvent = {readonly attempt: number} & (
  | {readonly kind: 'opened'}
  | {readonly kind: 'caught-up'}
  | ({readonly kind: 'body-ended'; readonly end: BodyEnd} & BodySummary)
  | {readonly kind: 'refused'; readonly failure: ApiFailure}
  | {readonly kind: 'looked-up'; readonly found: PipelineAnswer}
  | {readonly kind: 'retry-due'}
  /** No byte came for long, or none soon after a sleep: the connection may be dead. */
  | {readonly kind: 'silent'; readonly cause: Doubt}
  /** A byte came while there was a standby. */
  | {readonly kind: 'received'}
  | {readonly kind: 'standby-late'}
);

export type BodySummary = {
  /** Its last line was the end marker. */
  readonly endMarker: boolean;
  /** No byte, only what the log had, or what it had not. */
  readonly brought: 'nothing' | 'known' | 'new';
  /** Milliseconds since its first byte. */
  readonly lasted: number;
};

/** Answer of the look-up after the end of a log: a pipeline with the same id, with another one, or none. */
export type PipelineAnswer =
  | {readonly kind: 'same'}
  | {readonly kind: 'other'}
  | {readonly kind: 'failed'; readonly failure: ApiFailure};

/** Events of the user, the clock, the list: they count for every attempt. */
export type OutsideEvent =
  | {readonly kind: 'reconnect'}
  /** The machine slept, or the process was stopped. */
  | {readonly kind: 'slept'; readonly of: Pause}
  /** The list shows the pipeline: for the first time or again (`appeared`), with another id, or no more. */
  | {readonly kind: 'listed'; readonly as: 'appeared' | 'replaced' | 'missing'}
  /** See `GoneReason`. */
  | {readonly kind: 'renamed'; readonly to: string}
  /** The server gave a good answer to this request, of any part of the program. */
  | {readonly kind: 'server-answered'; readonly request: number}
  | {readonly kind: 'close'};

export type MachineEvent = AttemptEvent | OutsideEvent;

/** Task for `Connection`. `drop` ends all that belongs to an attempt. */
export type Effect =
  | {readonly kind: 'connect'; readonly attempt: number}
  | {readonly kind: 'drop'; readonly attempt: number}
  | {readonly kind: 'wait'; readonly attempt: number; readonly milliseconds: number}
  | {readonly kind: 'look-up'; readonly attempt: number}
  /** The body of the standby is kept, until it is read or dropped. */
  | {readonly kind: 'keep'; readonly attempt: number; readonly cause: Doubt}
  /** This attempt is read from now on; it begins with a replay. */
  | {readonly kind: 'start-replay'; readonly attempt: number; readonly loss: Loss | undefined}
  | {readonly kind: 'settle'; readonly attempt: number}
  /** Reads on what the socket still holds; `silent` when no more comes. */
  | {readonly kind: 'drain'; readonly attempt: number; readonly of: Pause}
  | {readonly kind: 'mark-ended'; readonly because: EndCause};

export type EndCause = Extract<MarkerKind, {kind: 'ended'}>['because'];

/** The log reader, as the connection uses it. */
export type BodyReceiver = {
  /** The attempt whose body is read. */
  readonly attempt: number | undefined;
  /** Id of the pipeline, as the log itself names it. */
  readonly pipelineId: string | undefined;
  /** See `MachineContext.decided`. */
  readonly decided: boolean;
  /** Monotonic milliseconds of the last byte, of the last opening, or of the end of a sleep. */
  readonly quietSince: number;
  /** Keeps the body of an attempt, unread, while another one is read. */
  keep(attempt: number, cause: Doubt): void;
  /** Reads this attempt from now on, in place of another one; what was kept of it first. */
  start(replay: {
    readonly attempt: number;
    readonly loss: Loss | undefined;
    readonly pipelineId: string | undefined;
  }): void;
  /** The array is valid only during the call. */
  receive(attempt: number, bytes: Uint8Array): void;
  /** No more comes on the attempt. */
  end(attempt: number): BodySummary;
  /** Returns whether a kept attempt may replace the other one, which has had time to speak. */
  isReplayOver(attempt: number): boolean;
  /** Milliseconds after which to check `isReplayOver` (again). */
  checkAfter(attempt: number): number;
  /** The machine slept, or the process was stopped, until now: it did not wait for bytes. */
  awake(of: Pause): void;
  /** The replay is over: what is undecided must be decided now. */
  settle(): void;
  /** The log has ended; its open line ends too, unless the pipeline was only stopped. */
  markEnded(because: EndCause): void;
};
