import type {ReadableStore} from '../lib/store.ts';

/** What the API answers, and how its answers can fail. Types only: every room may read them. */

/** One entry of `GET /v0/pipelines?selector=status`, the fields that pipetail uses. Unknown statuses are kept as sent. */
export type Pipeline = {
  /** Tells a re-created pipeline from its predecessor of the same name. */
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
   * `deployment_runtime_status_details.connector_stats.num_errors`; undefined where the server does not tell: of a
   * pipeline that is not deployed, and before Feldera 0.322 of none.
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
  /** The error by itself says that a start failed: the pipeline never got to run. */
  readonly endedStart: boolean;
  /** What its details hold that the message does not say, each with its place: `details.error.backtrace`. */
  readonly more: readonly (readonly [place: string, text: string])[];
};

/** The JSON body of the API's errors. */
export type ServerError = {readonly message: string; readonly errorCode: string; readonly details: unknown};

/** `GET /v0/config/session`. */
export type Session = {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly role: string;
  /** How many tenants the credentials belong to; 0 where the server does not say. */
  readonly memberships: number;
};

/** An HTTP proxy on the way to the server. */
export type HttpProxy = {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** It is spoken to over TLS. */
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
  /** The server says that the token is over. */
  | 'token-expired'
  /** The credential itself could not be had; nothing was asked of the server. */
  | 'no-token'
  | 'forbidden'
  | 'unknown-tenant'
  | 'bad-request'
  | 'wrong-url'
  | 'certificate'
  | 'headers-too-large';

/** May pass by itself. `not-ready` is the empty 404: the pipeline exists, its runner does not answer for it yet. */
export type RetryableReason =
  | 'not-ready'
  | 'runner-unreachable'
  | 'server-error'
  | 'unreachable'
  | 'timeout'
  | 'protocol';

/** A token that is over. */
export type ExpiredToken = {
  /** Its own `exp`, in wall milliseconds; undefined: it cannot be read. */
  readonly at: number | undefined;
  /** Tokens are made by a command, which makes another one by itself. */
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
  /** All pipelines, in the server's order. Answers the previous array itself while the bytes are the same. */
  readonly listPipelines: (signal: AbortSignal) => Promise<readonly Pipeline[]>;
  readonly getPipeline: (name: string, signal: AbortSignal) => Promise<PipelineDetail>;
  readonly getSession: (signal: AbortSignal) => Promise<Session>;
  /** The version of the server itself, `0.337.0`; that of a pipeline is the one it was compiled with. */
  readonly getVersion: (signal: AbortSignal) => Promise<string>;
  /**
   * Follows one pipeline's logs on a connection of its own. Resolves when the body ends, for whatever reason; rejects
   * when there was no 200 text body to begin with. Aborting resets the socket.
   */
  readonly followLogs: (name: string, handlers: LogHandlers) => Promise<BodyEnd>;
  /** Closes idle connections. Streams are closed by their signals. */
  readonly close: () => Promise<void>;
};

/** What the server has answered to the client's requests, which are numbered from 1 in the order of their beginning. */
export type Answers = {
  /** Requests that have begun. */
  readonly started: number;
  /** The newest request that got what it asked for (of a log: its headers); 0: none. */
  readonly lastGood: ReadableStore<number>;
};

export type LogHandlers = {
  /** The headers came, 200 text/plain. */
  readonly onOpen: () => void;
  /** Bytes in the order of the wire; the array is the callee's to keep only until it returns. */
  readonly onData: (bytes: Uint8Array) => void;
  readonly signal: AbortSignal;
};
