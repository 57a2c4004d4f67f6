/** Limits of one request, in milliseconds. */
export type Timeouts = {
  /** Until TCP (and TLS) stand. */
  readonly connect: number;
  /** From the request to its headers; the server itself waits 10 s for a frozen runner before it answers 503. */
  readonly headers: number;
  /** A whole list or look-up, body included. Logs have no such limit. */
  readonly total: number;
  /** The body of an error, from its headers; what came by then has to do. */
  readonly errorBody: number;
};

export const defaultTimeouts: Timeouts = {connect: 10_000, headers: 15_000, total: 30_000, errorBody: 5000};
