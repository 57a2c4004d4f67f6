import type {ApiFailure} from '../api/types.ts';
import type {LossCause} from '../buffer/marker.ts';

/** Why there is no log for now. `deleted` waits, above all, for the list to show the name again. */
export type GoneReason = {readonly kind: 'deleted'} | {readonly kind: 'refused'; readonly failure: ApiFailure};

/** One tab's connection. Times are monotonic milliseconds of the injected clock. */
export type ConnectionState =
  | {readonly kind: 'idle'}
  | {readonly kind: 'connecting'; readonly attempt: number}
  | {readonly kind: 'catching-up'; readonly attempt: number; readonly since: number}
  | {readonly kind: 'live'; readonly attempt: number; readonly since: number}
  /** The body ended in the sentinel: the pipeline is being looked up. */
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

/** One line of a tab's history, shown by `i`; the last 20 are kept. `at`: wall milliseconds. */
export type ConnectionEvent = {readonly at: number; readonly text: string};
