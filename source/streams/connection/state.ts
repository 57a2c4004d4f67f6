import type {ApiFailure, BodyEnd} from '../../api/types.ts';
import type {LossCause, MarkerKind} from '../../buffer/markers.ts';

/** Why there is no log for now. `deleted` waits, above all, for the list to show the name again. */
export type GoneReason = {readonly kind: 'deleted'} | {readonly kind: 'refused'; readonly failure: ApiFailure};

/** One tab's connection. Times are monotonic milliseconds of the injected clock. */
export type ConnectionState =
  | {readonly kind: 'idle'}
  | {readonly kind: 'connecting'; readonly attempt: number}
  | {readonly kind: 'catching-up'; readonly attempt: number; readonly since: number}
  | {readonly kind: 'live'; readonly attempt: number; readonly since: number}
  /** The body ended in the end marker: the pipeline is being looked up. */
  | {readonly kind: 'ended'; readonly attempt: number}
  /** Waits until `until`, then connects; `tries` failed attempts so far. */
  | {
      readonly kind: 'waiting';
      readonly until: number;
      readonly tries: number;
      readonly cause: LossCause;
      readonly failure: ApiFailure | undefined;
    }
  /** Only a slow try, at `until`, or a change on the server or by the user leads further. */
  | {readonly kind: 'gone'; readonly reason: GoneReason; readonly until: number};

/** One line of a tab's history, shown by `i`. */
export type ConnectionEvent = {
  /** Unix time in ms. */
  readonly at: number;
  readonly text: string;
  /** Events in a row with the same key repeat one story. */
  readonly key?: string;
};

/** Events that a tab keeps. */
export const eventsKept = 20;

/** A history with another event at its end. A repeat replaces the event before. */
export function withEvent(events: readonly ConnectionEvent[], event: ConnectionEvent): readonly ConnectionEvent[] {
  const isRepeat = event.key !== undefined && event.key === events.at(-1)?.key;
  return [...(isRepeat ? events.slice(0, -1) : events), event].slice(-eventsKept);
}

/** Why and when (monotonic milliseconds) the log was lost. */
export type Loss = {readonly cause: LossCause; readonly at: number};

/** A second connection that is to replace a long-silent one; `reading`: its replay is being stitched. */
export type Standby = {readonly attempt: number; readonly reading: boolean};

/** Everything that decides what happens next. `connection` is the part that the user sees. */
export type Machine = {
  readonly connection: ConnectionState;
  /** Id of the attempt whose events count; 0 before the first. */
  readonly attempt: number;
  /** The highest id so far: ids are never used twice. */
  readonly lastAttempt: number;
  /** Failed attempts since the log was last live. */
  readonly tries: number;
  /** The first loss of the outage; of no further use once a marker has reported it (`MachineContext.decided`). */
  readonly loss: Loss | undefined;
  /** The log has been read since the pipeline was last reported as deleted. */
  readonly opened: boolean;
  readonly standby: Standby | undefined;
  /** The newest request when the last attempt failed: a good answer to a later one ends the wait. Undefined: none does. */
  readonly wakeAfter: number | undefined;
  /** The attempt that runs, or that failed last, was not made in its own time: an answer woke it. */
  readonly woken: boolean;
  /** The backoff has started anew in this outage, as it does with the first answer. */
  readonly eased: boolean;
};

/** What happened on one attempt's connection, look-up or timer. */
export type AttemptEvent = {readonly attempt: number} & (
  | {readonly kind: 'opened'}
  /** The replay is over: a quiet moment, a proved overlap or the time cap. */
  | {readonly kind: 'caught-up'}
  | {readonly kind: 'body-ended'; readonly end: BodyEnd; readonly endMarker: boolean}
  | {readonly kind: 'refused'; readonly failure: ApiFailure}
  | {readonly kind: 'looked-up'; readonly found: PipelineAnswer}
  | {readonly kind: 'retry-due'}
  /** No byte came for so long that the connection may be dead. */
  | {readonly kind: 'silent'}
  /** A byte came while a standby was being connected: the connection is alive. */
  | {readonly kind: 'received'}
  /** The standby took too long. */
  | {readonly kind: 'standby-late'}
);

/** What the look-up after the end of a log found: a pipeline with the same id, with another one, or none. */
export type PipelineAnswer =
  | {readonly kind: 'same'}
  | {readonly kind: 'other'}
  | {readonly kind: 'failed'; readonly failure: ApiFailure};

/** What came from outside: the user, the clock, the list. They count whatever attempt is running. */
export type OutsideEvent =
  | {readonly kind: 'reconnect'; readonly cause: 'asked' | 'slept'}
  /** The list shows the pipeline: for the first time or again (`appeared`), with another id, or no more. */
  | {readonly kind: 'listed'; readonly as: 'appeared' | 'replaced' | 'missing'}
  /** The server gave a good answer to this request of any part of the program. */
  | {readonly kind: 'server-answered'; readonly request: number}
  | {readonly kind: 'close'};

export type MachineEvent = AttemptEvent | OutsideEvent;

/** What the log stream has to do. All that belongs to an attempt ends with `drop`. */
export type Effect =
  | {readonly kind: 'connect'; readonly attempt: number}
  | {readonly kind: 'drop'; readonly attempt: number}
  | {readonly kind: 'wait'; readonly attempt: number; readonly milliseconds: number}
  | {readonly kind: 'look-up'; readonly attempt: number}
  /** The attempt's bytes are the ones to read from now on, and they begin with a replay. */
  | {readonly kind: 'start-replay'; readonly attempt: number; readonly loss: Loss | undefined}
  /** The replay is over: what is still undecided has to be decided. */
  | {readonly kind: 'settle'; readonly attempt: number}
  | {readonly kind: 'mark-ended'; readonly because: EndCause};

export type EndCause = Extract<MarkerKind, {kind: 'ended'}>['because'];

/** The moment of an event. */
export type MachineContext = {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** A random number in [0, 1) for the jitter. */
  readonly roll: number;
  /** The last replay has found its place in the log: a marker has reported the outage, and new lines came. */
  readonly decided: boolean;
  /** Requests to the server that have started so far, of the whole program. */
  readonly requests: number;
};

export type Step = {readonly machine: Machine; readonly effects: readonly Effect[]};

/** What reads the bodies of a log's connections, as the connection needs it: the log reader. */
export type BodyReceiver = {
  /** The attempt whose body is read. */
  readonly attempt: number | undefined;
  /** Id of the pipeline, as the log itself names it. */
  readonly pipelineId: string | undefined;
  /** The log does not name its pipeline. */
  readonly isNameless: boolean;
  /** The pipeline's id has not come since the log began. */
  readonly lacksId: boolean;
  /** See `MachineContext.decided`. */
  readonly decided: boolean;
  /** Monotonic milliseconds of the last byte, or of the last opening. */
  readonly quietSince: number;
  /** Milliseconds after which to check `isReplayOver` (again). */
  readonly checkAfter: number;
  /** The attempt's replay comes now. `beside`: the connection that stays open until this one has replaced it. */
  start(replay: {
    readonly attempt: number;
    readonly loss: Loss | undefined;
    readonly pipelineId: string | undefined;
    readonly beside: number | undefined;
  }): void;
  /** Bytes of the attempt's body. The array is valid only during the call. */
  receive(attempt: number, bytes: Uint8Array): void;
  /** No more comes on the attempt. Returns whether its last line was the end marker. */
  end(attempt: number): boolean;
  isReplayOver(): boolean;
  /** The replay is over: what is undecided has to be decided. */
  settle(): void;
  /** The log has ended. If it was not just stopped, nothing will complete its open line. */
  markEnded(because: EndCause): void;
  /** The id that the server gave while the attempt is read. It counts where the log itself does not name it. */
  setPipelineId(attempt: number, pipelineId: string): void;
};
