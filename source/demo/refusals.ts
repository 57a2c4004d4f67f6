import {
  type Answer,
  badApiKey,
  connectionRefused,
  errorAnswer,
  forbidden,
  runnerNotReady,
  runnerTimeout,
  runnerUnreachable,
  tokenExpired,
  unauthorized,
  webConsole,
} from './answers.ts';
import type {Route} from './route.ts';

/** A way in which the server may refuse a request; the table "Error answers" of the API, plus a reset connection. */
export type RefusalKind =
  | 'not-ready'
  | 'unreachable'
  | 'runner-frozen'
  | 'channel-full'
  | 'channel-closed'
  | 'unauthorized'
  | 'token-expired'
  | 'bad-key'
  | 'forbidden'
  | 'web-console'
  | 'reset';

export type Refusal = {
  readonly kind: RefusalKind;
  /** How many requests are refused; default 1. */
  readonly times?: number;
  /** Which requests; default `logs`. */
  readonly of?: 'logs' | 'list' | 'pipeline' | 'session' | 'all';
  /** Only requests that name this pipeline. */
  readonly name?: string;
  /** The value of `retry-after`, of `unreachable`; default `5`. */
  readonly retryAfter?: string;
};

/** Whether a refusal is meant for a request. */
export function refuses(refusal: Refusal, route: Route): boolean {
  const of = refusal.of ?? 'logs';
  if (of !== 'all' && of !== route.kind) return false;
  return refusal.name === undefined || ('name' in route && route.name === refusal.name);
}

/** The answer of a refusal; `reset` has none. */
export function refusalAnswer(refusal: Refusal): Answer | undefined {
  switch (refusal.kind) {
    case 'not-ready':
      return runnerNotReady;
    case 'unreachable':
      return runnerUnreachable(connectionRefused, refusal.retryAfter);
    case 'runner-frozen':
      return runnerUnreachable(runnerTimeout, refusal.retryAfter);
    case 'channel-full':
      return errorAnswer(
        503,
        'RunnerInteractionLogFollowRequestChannelFull',
        'Log follow request channel is full -- this indicates that the runner logging is overwhelmed',
        null,
        {'retry-after': '5'},
      );
    case 'channel-closed':
      return errorAnswer(
        500,
        'RunnerInteractionLogFollowRequestChannelClosed',
        'Log follow request channel is closed -- this indicates that the runner crashed unexpectedly',
        null,
      );
    case 'unauthorized':
      return unauthorized;
    case 'token-expired':
      return tokenExpired;
    case 'bad-key':
      return badApiKey;
    case 'forbidden':
      return forbidden('read', 'none');
    case 'web-console':
      return webConsole;
    case 'reset':
      return undefined;
  }
}
