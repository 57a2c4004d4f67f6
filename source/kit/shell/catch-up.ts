import type {ApiFailure} from '../../engine/api/types.ts';
import {type ConnectionState, isOpen} from '../../engine/connection/state.ts';
import {serverRing} from '../../engine/stitch/ring-tail.ts';
import {withAdvice} from '../words/failure-words.ts';

/** End of the printing of one log. */
export type Ending = {
  readonly failed: boolean;
  /** The log continues: the printing stops between two lines. */
  readonly continues?: boolean;
  /** There is no such pipeline. */
  readonly unknown?: boolean;
  /** One line for the user. */
  readonly say?: string;
};

type RetryableFailure = Extract<ApiFailure, {kind: 'retryable'}>;

export type CatchUpInput = {
  /** Monotonic time in ms. */
  readonly now: number;
  readonly connection: ConnectionState;
  /** Bytes of the log so far. */
  readonly received: number;
  /** Unix time in ms of the last byte, those of a replay included; only compared. */
  readonly receivedAt: number | undefined;
  readonly opened: boolean;
  /** The server answers, if not this request for the log; undefined: that is not known yet. */
  readonly serverAnswers: boolean | undefined;
  /** Deleted, or ended by the server. */
  readonly logEnded: boolean;
};

/** Milliseconds without a byte after which a log is quiet: longer than TCP needs to send a lost packet again. */
const quietAtLeast = 500;
/** Response times of the server after which a log is quiet, if longer: from far away a replay comes in bursts. */
const quietResponses = 3;
const quietAtMost = 5_000;
/** Milliseconds after which a log that is never quiet is left: 1 Mbit/s brings the whole ring in that time. */
const restlessAfter = 10_000;
/** Milliseconds to wait for a server that responds, but has no log to read. */
const patience = 30_000;
/** The longest replay of a ring: the server does not count the newline of each entry. */
export const ringBytes = serverRing.bytes + serverRing.entries;

/**
 * Decides when a catch-up is over. The server does not mark its end: it is over when the log is quiet, when more than
 * the ring can hold has come, or after a time.
 */
export class CatchUp {
  readonly #startedAt: number;
  #connection: ConnectionState = {kind: 'idle'};
  #requestedAt: number;
  #openedAt: number;
  #quietSince = 0;
  #receivedAt: number | undefined;
  /** Trouble of the last try that has ended. */
  #trouble: string | undefined;

  constructor(now: number) {
    this.#startedAt = now;
    this.#requestedAt = now;
    this.#openedAt = now;
  }

  /** Returns how the catch-up ended; undefined: it has not. Call it at each change of the stream, and at intervals. */
  check(input: CatchUpInput): Ending | undefined {
    this.#update(input);
    const {now, connection, received, logEnded} = input;
    const failed = failedToOpen(input);
    if (failed) return failed;
    if (logEnded) return {failed: false};
    if (received > ringBytes) return leave("ended after as much as the server's buffer can hold");
    if (!isOpen(connection)) return this.#incomplete(input);
    // After a reconnect `live` means that the replay is matched. A log that has not begun is not quiet.
    const hasBegun = this.#receivedAt !== undefined;
    if (connection.kind === 'live' && hasBegun && now - this.#quietSince >= this.#quiet) return {failed: false};
    if (now - this.#openedAt < restlessAfter) return undefined;
    const why = hasBegun ? 'the log never paused' : 'no log was received';
    return leave(`ended after ${restlessAfter / 1000} s: ${why}`);
  }

  #update({now, connection, receivedAt}: CatchUpInput): void {
    if (receivedAt !== this.#receivedAt) this.#quietSince = now;
    this.#receivedAt = receivedAt;
    if (connection === this.#connection) return;
    this.#connection = connection;
    if (connection.kind === 'connecting') this.#requestedAt = now;
    else this.#trouble = troubleOf(connection);
    if (connection.kind !== 'catching-up') return;
    this.#openedAt = connection.since;
    this.#quietSince = connection.since;
  }

  get #quiet(): number {
    const responseTime = this.#openedAt - this.#requestedAt;
    return Math.min(quietAtMost, Math.max(quietAtLeast, quietResponses * responseTime));
  }

  /** Returns how a catch-up without a connection ended; undefined: there may be a connection soon. */
  #incomplete({now, connection, opened}: CatchUpInput): Ending | undefined {
    if (connection.kind !== 'gone' && now - this.#startedAt < patience) return undefined;
    const trouble = this.#trouble;
    if (opened) return failure(`the log is incomplete: ${trouble ?? 'the connection was lost'}`);
    return failure(trouble ?? 'there is no log to read yet: its runner is not ready');
  }
}

function leave(say: string): Ending {
  return {failed: false, continues: true, say};
}

function failure(say: string): Ending {
  return {failed: true, say};
}

/**
 * Why no log can be opened, if that is certain: the user should not wait for a server that does not exist. What the
 * server itself calls temporary (a runner that is starting, 503) is no reason, nor is a cut of a server that answers.
 */
export function failedToOpen({connection, opened, serverAnswers}: CatchUpInput): Ending | undefined {
  if (opened) return undefined;
  if (connection.kind === 'gone') {
    const {reason} = connection;
    const isRefused = reason.kind === 'refused' && reason.failure.kind !== 'cancelled';
    const trouble = isRefused ? withAdvice(reason.failure) : undefined;
    return {...failure(trouble ?? 'there is no such pipeline'), ...(trouble === undefined && {unknown: true})};
  }
  const noAnswer = withoutAnswer(connection);
  return noAnswer && serverAnswers === false ? failure(withAdvice(noAnswer)) : undefined;
}

/** The failure of a request that the server has not answered. */
export function withoutAnswer(connection: ConnectionState): RetryableFailure | undefined {
  if (connection.kind !== 'waiting' || connection.failure?.kind !== 'retryable') return undefined;
  switch (connection.failure.reason) {
    case 'unreachable':
    case 'timeout':
    case 'protocol':
      return connection.failure;
    case 'not-ready':
    case 'not-deployed':
    case 'pipeline-unreachable':
    case 'runner-unreachable':
    case 'server-error':
      return undefined;
  }
}

/** Why a stream has no log now, in one sentence; undefined if it has one, and after a deletion. */
export function troubleOf(connection: ConnectionState): string | undefined {
  if (connection.kind === 'waiting') return messageOf(connection.failure);
  if (connection.kind === 'gone' && connection.reason.kind === 'refused') return messageOf(connection.reason.failure);
  return undefined;
}

function messageOf(reason: ApiFailure | undefined): string | undefined {
  return reason === undefined || reason.kind === 'cancelled' ? undefined : reason.message;
}
