import type {ReadableStore} from '../lib/store.ts';

/** The API's responses, and how requests can fail. Types only: every room may read them. */

/** One entry of `GET /v0/pipelines?selector=status`, the fields that pipetail uses. Unknown statuses are kept as sent. */
export type Pipeline = {
  /** Another one for a pipeline that was created again under the same name. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly createdAt: string;
  readonly platformVersion: string;
  /** A new one with each start, the same through pauses; empty while it is stopped. */
  readonly deploymentId: string;
  readonly deploymentStatus: string;
  /** RFC 3339, as sent. */
  readonly deploymentStatusSince: string;
  readonly deploymentDesiredStatus: string;
  readonly programStatus: string;
  /** RFC 3339, as sent. */
  readonly programStatusSince: string;
  readonly storageStatus: string;
  /** Often several lines; not part of the log. */
  readonly deploymentError: DeploymentError | undefined;
  /**
   * `deployment_runtime_status_details.connector_stats.num_errors`; undefined where the server does not
   * send it: for a pipeline that is not deployed, and before Feldera 0.322 for all.
   */
  readonly connectorErrors: number | undefined;
};

/** A pipeline with the fields that only `GET /v0/pipelines/{name}` has. */
export type PipelineDetail = Pipeline & {
  /** Compiler messages, readable in full; undefined when the program compiled. Needs `selector=all`. */
  readonly programError: string | undefined;
};

/** `deployment_error`. Its texts are as the server, or the pipeline, wrote them: they may hold control characters. */
export type DeploymentError = {
  /** Often several lines, of a panic a whole backtrace. */
  readonly message: string;
  readonly errorCode: string;
  /** Why the pipeline failed, in one line. */
  readonly cause: string;
  /** This error alone shows that a start failed: the pipeline never ran. */
  readonly endedStart: boolean;
  /** What its details add to the message, each with its place: `details.error.backtrace`. */
  readonly more: readonly (readonly [place: string, text: string])[];
};

/** The JSON body of the API's errors. */
export type ServerError = {readonly message: string; readonly errorCode: string; readonly details: unknown};

/** `GET /v0/config/session`. */
export type Session = {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly role: string;
  /** How many tenants the credentials belong to; 0 where the server does not send it. */
  readonly memberships: number;
};

/** An HTTP proxy before the server. */
export type HttpProxy = {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** Connections to it use TLS. */
  readonly secure: boolean;
  /** `user:password`, decoded. */
  readonly login: string | undefined;
  /** The variable that named it, for messages. */
  readonly from: string;
};

/** Needs the user, or a change on the server: trying again soon will not help. */
export type FatalReason =
  | 'unknown-pipeline'
  | 'unauthorized'
  /** The server reports that the token has expired. */
  | 'token-expired'
  /** There is no credential; nothing was requested of the server. */
  | 'no-token'
  | 'forbidden'
  | 'unknown-tenant'
  | 'bad-request'
  | 'wrong-url'
  | 'certificate'
  | 'headers-too-large';

/** May pass without a change. `not-ready` is the empty 404: the pipeline exists, its runner does not answer for it yet. */
export type RetryableReason =
  | 'not-ready'
  | 'runner-unreachable'
  | 'server-error'
  | 'unreachable'
  | 'timeout'
  | 'protocol';

/** A token that has expired. */
export type ExpiredToken = {
  /** Its own `exp` (Unix time in ms); undefined: it cannot be read. */
  readonly at: number | undefined;
  /** Tokens are made by a command, which makes the next one automatically. */
  readonly isRenewed: boolean;
};

/** Why a request failed, as one of three paths. `message` is one plain sentence that never holds a credential. */
export type ApiFailure =
  | {
      readonly kind: 'fatal';
      readonly reason: FatalReason;
      readonly message: string;
      readonly url: string;
      readonly status?: number;
      readonly errorCode?: string;
      /** Of `token-expired`. */
      readonly expired?: ExpiredToken;
    }
  | {
      readonly kind: 'retryable';
      readonly reason: RetryableReason;
      readonly message: string;
      readonly url: string;
      readonly status?: number;
      readonly errorCode?: string;
      /** From `Retry-After` (seconds or a date), in milliseconds from now, as sent: the caller caps it. */
      readonly retryAfter?: number;
    }
  | {readonly kind: 'cancelled'};

/**
 * How a body ended. `clean`: the last chunk came. `cut`: the connection closed without it, or broke.
 * `aborted`: we closed it ourselves.
 */
export type BodyEnd =
  | {readonly kind: 'clean'}
  | {readonly kind: 'cut'; readonly message: string}
  | {readonly kind: 'aborted'};

/** The server as the rest of the program sees it; `client.ts` makes one over undici. Every failure is an `ApiError`. */
export type ApiClient = {
  readonly answers: Answers;
  /** Base URL without credentials and without a trailing slash, for showing. */
  readonly baseUrl: string;
  /** All pipelines, in the server's order. Returns the previous array itself while the bytes are the same. */
  readonly listPipelines: (signal: AbortSignal) => Promise<readonly Pipeline[]>;
  readonly getPipeline: (name: string, signal: AbortSignal) => Promise<PipelineDetail>;
  readonly getSession: (signal: AbortSignal) => Promise<Session>;
  /** The version of the server itself, `0.337.0`; that of a pipeline is the one it was compiled with. */
  readonly getVersion: (signal: AbortSignal) => Promise<string>;
  /**
   * Follows one pipeline's logs on a connection of its own. Resolves when the body ends, for whatever reason; rejects
   * when there was no 200 text body at all. Aborting resets the socket.
   */
  readonly followLogs: (name: string, handlers: LogHandlers) => Promise<BodyEnd>;
  /** Closes idle connections. Streams are closed by their signals. */
  readonly close: () => Promise<void>;
};

/** The client's requests, which are numbered from 1 in the order of their start. */
export type Answers = {
  /** Requests that have started. */
  readonly started: number;
  /** The newest request that got its answer (of a log: its headers); 0: none. */
  readonly lastGood: ReadableStore<number>;
};

export type LogHandlers = {
  /** The headers came, 200 text/plain. */
  readonly onOpen: () => void;
  /** Bytes in the order of the wire. The array is valid only during the call. */
  readonly onData: (bytes: Uint8Array) => void;
  readonly signal: AbortSignal;
};
