import type {ApiFailure} from '../../api/types.ts';
import {serverRing} from '../../stitch/ring-tail.ts';
import type {ConnectionState} from '../../streams/connection/state.ts';
import {withAdvice} from '../../words/failures.ts';

/** How the printing of one pipeline's log is over. */
export type Ending = {
  readonly failed: boolean;
  /** The log goes on: we leave it between two lines. */
  readonly midway?: boolean;
  /** There is no such pipeline. */
  readonly unknown?: boolean;
  /** One line about it, where there is something to say. */
  readonly say?: string;
};

/** What is known of a stream at one moment. */
export type CatchUpInput = {
  /** Monotonic milliseconds. */
  readonly now: number;
  readonly connection: ConnectionState;
  /** Bytes of the log that came, in all. */
  readonly received: number;
  /** When the last byte came, known ones of a replay included; wall milliseconds, only compared. */
  readonly receivedAt: number | undefined;
  /** There has been a log to read. */
  readonly opened: boolean;
  /** The log's end was told: deleted, or ended by the server. */
  readonly logEnded: boolean;
};

/**
 * The log is quiet after so many milliseconds without a byte (longer than TCP needs to send a lost packet again) …
 */
const quietAtLeast = 500;
/** … or after so many times as long as the server took to answer: from far away a replay comes in bursts. */
const quietAnswers = 3;
const quietAtMost = 5_000;
/** A log that does not rest is left after so long: a link of 1 Mbit/s has brought the whole ring. */
const restlessAfter = 10_000;
/** A server that is there but has no log to read is given up after so long. */
const patience = 30_000;
/** More than the ring can hold is more than its replay: the newline of each entry is not in the server's count. */
const ringBytes = serverRing.bytes + serverRing.entries;

/**
 * Tells when a catch-up is over. There is no caught-up marker on the wire, so it is over when the log is quiet, when
 * more than the ring can hold has come, or after a time.
 */
export class CatchUp {
  readonly #startedAt: number;
  #connection: ConnectionState = {kind: 'idle'};
  #askedAt: number;
  #openedAt = 0;
  #heardAt = 0;
  #receivedAt: number | undefined;

  /** `now`: monotonic milliseconds. */
  constructor(now: number) {
    this.#startedAt = now;
    this.#askedAt = now;
  }

  /** To be called with each change of the stream, and now and then while there is none. */
  check(sighting: CatchUpInput): Ending | undefined {
    this.#note(sighting);
    const {now, connection, received, logEnded} = sighting;
    const failed = failedToOpen(sighting);
    if (failed) return failed;
    if (logEnded) return {failed: false};
    if (received > ringBytes) return leave("ended after as much as the server's buffer can hold");
    const isOpen = connection.kind === 'catching-up' || connection.kind === 'live';
    if (!isOpen) return this.#incomplete(sighting);
    // A reconnect is not live before what it replayed is told from what was had. What rests has begun.
    const hasBegun = this.#receivedAt !== undefined;
    if (connection.kind === 'live' && hasBegun && now - this.#heardAt >= this.#quiet) return {failed: false};
    if (now - this.#openedAt < restlessAfter) return undefined;
    const why = hasBegun ? 'the log did not come to rest' : 'nothing of the log came';
    return leave(`ended after ${restlessAfter / 1000} s: ${why}`);
  }

  #note({now, connection, receivedAt}: CatchUpInput): void {
    if (receivedAt !== this.#receivedAt) this.#heardAt = now;
    this.#receivedAt = receivedAt;
    if (connection === this.#connection) return;
    this.#connection = connection;
    if (connection.kind === 'connecting') this.#askedAt = now;
    if (connection.kind !== 'catching-up') return;
    this.#openedAt = connection.since;
    this.#heardAt = connection.since;
  }

  get #quiet(): number {
    const answerTook = this.#openedAt - this.#askedAt;
    return Math.min(quietAtMost, Math.max(quietAtLeast, quietAnswers * answerTook));
  }

  /** There is no connection: perhaps soon again. */
  #incomplete({now, connection, opened}: CatchUpInput): Ending | undefined {
    if (connection.kind !== 'gone' && now - this.#startedAt < patience) return undefined;
    const trouble = troubleOf(connection);
    if (opened) return failure(`the log has not come whole: ${trouble ?? 'the connection was lost'}`);
    return failure(trouble ?? 'there is no log to read yet: its runner is not ready');
  }
}

function leave(say: string): Ending {
  return {failed: false, midway: true, say};
}

/** Exit code: a record that matches `--exit-on` has ended it. */
export const matched = 3;

export function failure(say: string): Ending {
  return {failed: true, say};
}

/**
 * Why there is no log to begin with, if it is clear: nobody should wait for a server that does not exist. What the
 * server itself calls temporary (a runner that is starting, 503) is no reason.
 */
export function failedToOpen({connection, opened}: CatchUpInput): Ending | undefined {
  if (opened) return undefined;
  if (connection.kind === 'gone') {
    const {reason} = connection;
    const isRefused = reason.kind === 'refused' && reason.failure.kind !== 'cancelled';
    const trouble = isRefused ? withAdvice(reason.failure) : undefined;
    return {...failure(trouble ?? 'there is no such pipeline'), ...(trouble === undefined && {unknown: true})};
  }
  if (connection.kind !== 'waiting' || connection.failure?.kind !== 'retryable') return undefined;
  switch (connection.failure.reason) {
    case 'unreachable':
    case 'timeout':
    case 'protocol':
      return failure(withAdvice(connection.failure));
    case 'not-ready':
    case 'runner-unreachable':
    case 'server-error':
      return undefined;
  }
}

/** What keeps a stream from its log, in one sentence; undefined while nothing does, and for a deletion. */
export function troubleOf(connection: ConnectionState): string | undefined {
  if (connection.kind === 'waiting') return messageOf(connection.failure);
  if (connection.kind === 'gone' && connection.reason.kind === 'refused') return messageOf(connection.reason.failure);
  return undefined;
}

function messageOf(reason: ApiFailure | undefined): string | undefined {
  return reason === undefined || reason.kind === 'cancelled' ? undefined : reason.message;
}
