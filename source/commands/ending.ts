import type {ApiFailure} from '../api/types.ts';
import type {ConnectionState} from '../streams/connection-state.ts';
import {withWhatToDo} from './what-to-do.ts';

/** Exit code: a record that matches `--exit-on` has ended it. */
export const matched = 3;

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
export type Sighting = {
  /** Monotonic milliseconds. */
  readonly now: number;
  readonly connection: ConnectionState;
  /** Bytes of the log that came, in all. */
  readonly received: number;
  /** When the last byte came, known ones of a replay included; wall milliseconds, only compared. */
  readonly lastByteAt: number | undefined;
  /** There has been a log to read. */
  readonly opened: boolean;
  /** The log's end was told: deleted, or ended by the server. */
  readonly logEnded: boolean;
};

export function failure(say: string): Ending {
  return {failed: true, say};
}

/**
 * Why there is no log to begin with, if it is clear: nobody should wait for a server that does not exist. What the
 * server itself calls temporary (a runner that is starting, 503) is no reason.
 */
export function failedToOpen({connection, opened}: Sighting): Ending | undefined {
  if (opened) return undefined;
  if (connection.kind === 'gone') {
    const {reason} = connection;
    const isRefused = reason.kind === 'refused' && reason.failure.kind !== 'cancelled';
    const trouble = isRefused ? withWhatToDo(reason.failure) : undefined;
    return {...failure(trouble ?? 'there is no such pipeline'), ...(trouble === undefined && {unknown: true})};
  }
  if (connection.kind !== 'waiting' || connection.failure?.kind !== 'retryable') return undefined;
  switch (connection.failure.reason) {
    case 'unreachable':
    case 'timeout':
    case 'protocol':
      return failure(withWhatToDo(connection.failure));
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
