import type {ReadableStore} from '../../lib/store.ts';

/**
 * The API's responses, and how requests can fail. Types only: every room may read them. All their texts are safe to show
 * (`server-text.ts`), names of pipelines too: those that Feldera permits are not changed by that.
 */

/** From `GET /v0/pipelines?selector=status`. Times are RFC 3339; a status may be an unknown one. */
export type Pipeline = {
  /** A pipeline that is created again under the same name gets another id. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Their names, without the colour that a client may have stored in them. Undefined: not sent, Feldera < 0.313. */
  readonly tags: readonly string[] | undefined;
  readonly createdAt: string;
  /**
   * Counts the changes of its name, program, configuration and platform; before Feldera had tags, of its description, too.
   * Absent: not sent.
   */
  readonly version?: number | undefined;
  /** Counts the changes of the program and of its platform; absent: not sent. */
  readonly programVersion?: number | undefined;
  readonly platformVersion: string;
  /** Each start makes a new one; empty while the pipeline is stopped. */
  readonly deploymentId: string;
  readonly deploymentStatus: string;
  readonly deploymentStatusSince: string;
  readonly deploymentDesiredStatus: string;
  readonly programStatus: string;
  readonly programStatusSince: string;
  readonly storageStatus: string;
  /** Not part of the log. */
  readonly deploymentError: DeploymentError | undefined;
  /** `deployment_runtime_status_details.connector_stats.num_errors`; undefined: not deployed, or Feldera < 0.322. */
  readonly connectorErrors: number | undefined;
  /**
   * `deployment_runtime_status_details.reason`: what the runner says of a process that does not answer as it should. May be
   * a whole answer of the process. Absent: it says nothing.
   */
  readonly runtimeReason?: string | undefined;
  /** Unix time in ms at which the newest checkpoint in the storage was begun; absent: there is none. */
  readonly checkpointAt?: number | undefined;
  /** Compiler messages as text, which a list has only once it was asked for; undefined: not known, or it compiled. */
  readonly programError?: string | undefined;
};

/** A pipeline with the fields that only `GET /v0/pipelines/{name}` has. */
export type PipelineDetail = Pipeline & {
  /** Compiler messages as text; undefined when the program compiled. Needs `selector=all`. */
  readonly programError: string | undefined;
  /** Messages of `programError`. */
  readonly programErrors: readonly ProgramError[];
  /** SQL. Needs `selector=all`. */
  readonly programCode: string;
  /** Limits in MB; undefined: the configuration sets none. Need `selector=all`. */
  readonly memoryLimit?: number | undefined;
  readonly storageLimit?: number | undefined;
};

/** A message of the SQL compiler, or what another step says. */
export type ProgramError = {
  readonly text: string;
  /** Lines of the program with carets, as the compiler quotes them; empty: none. */
  readonly snippet: string;
  /** Lines and columns begin with 1; `end`: its last character. Undefined: it names no place. */
  readonly place: (ProgramPosition & {readonly end: ProgramPosition | undefined}) | undefined;
};

type ProgramPosition = {readonly line: number; readonly column: number};

/** `deployment_error`. */
export type DeploymentError = {
  /** Often several lines; for a panic, with a backtrace. */
  readonly message: string;
  readonly errorCode: string;
  /** Why the pipeline failed, in one line. */
  readonly cause: string;
  /** The error code means that the pipeline never ran: its start failed. */
  readonly endedStart: boolean;
  /** Texts in `details` that `message` lacks, each with its path, such as `details.error.backtrace`. */
  readonly more: readonly (readonly [place: string, text: string])[];
};

/**
 * `GET …/stats?include_connector_errors=true`. The counters begin at 0 at each start of the pipeline. Undefined: not sent,
 * by an old server or for this kind of connector.
 */
export type PipelineStats = {
  /** Such as `Running`. */
  readonly state: string;
  /** Changes when the process starts again; empty before it was sent. */
  readonly incarnation: string;
  /** Milliseconds since the process started. */
  readonly uptime: number | undefined;
  /** Received by the inputs and not processed yet. */
  readonly bufferedRecords: number | undefined;
  /** Milliseconds for which a full output has held the pipeline up; 0: it does not. */
  readonly outputStall: number | undefined;
  /** All inputs have ended and all records are processed. */
  readonly isComplete: boolean;
  /** Since the start of the process. */
  readonly processedRecords?: number | undefined;
  /** Unix time in ms of the answer, by the server's clock; up to a second early. */
  readonly answeredAt?: number | undefined;
  /** Use of the memory limit: `low` (below 85 %), `moderate`, `high` (from 90 % on) or `critical` (from 95 % on). */
  readonly memoryPressure?: string | undefined;
  /** Memory of the process. */
  readonly memoryBytes?: number | undefined;
  readonly storageBytes?: number | undefined;
  /** Absent: none is in progress. */
  readonly transaction?: Transaction | undefined;
  readonly bootstrap?: Bootstrap | undefined;
  readonly checkpoint?: Checkpoint | undefined;
  /** Why no checkpoint can be made until the configuration changes. Empty in the open-source build, which has none. */
  readonly noCheckpoint?: readonly CheckpointReason[] | undefined;
  /** Inputs before outputs, each in the server's order. One that stopped with a fatal error disappears. */
  readonly connectors: readonly ConnectorStats[];
};

/** `global_metrics.transaction_…`. Each step of the engine is one, of some milliseconds. */
type Transaction = {
  readonly isCommitting: boolean;
  /** Milliseconds since it began, or since its commit began. */
  readonly elapsed: number;
  readonly records: number | undefined;
  /** Connectors that began it. */
  readonly connectors: readonly string[];
  readonly progress: Progress | undefined;
};

/** Views that are new or changed are filled: `isSynchronizing`: the inputs wait for the end of that. */
type Bootstrap = {readonly isSynchronizing: boolean; readonly progress: Progress | undefined};

/** Operators that are done, and all. */
export type Progress = {readonly done: number; readonly all: number};

/** `checkpoint_activity`. `since`: Unix time in ms by the server's clock, if it can be read. */
type Checkpoint =
  | {readonly kind: 'delayed'; readonly since: number | undefined; readonly reasons: readonly CheckpointReason[]}
  | {readonly kind: 'in-progress'; readonly since: number | undefined};

/** `TransactionInProgress`; `InputEndpointBarrier` with the connector's name. */
export type CheckpointReason = {readonly code: string; readonly connector: string | undefined};

export type ConnectorStats = {
  readonly kind: 'input' | 'output';
  /** `orders.kafka`: the table or view, and the connector's name. */
  readonly name: string;
  readonly stream: string;
  /** An input's: received; an output's: transmitted. */
  readonly records: number | undefined;
  readonly bytes: number | undefined;
  /** Received, or to be transmitted, and not processed yet; an output's queue is included. */
  readonly bufferedRecords: number | undefined;
  /** Sent for an output only by newer versions: a paused output drops its changes. */
  readonly isPaused: boolean | undefined;
  /** Sent for an input only. */
  readonly hasEnded: boolean | undefined;
  /** Microseconds in which 99 % of an input's records were done. */
  readonly latency: number | undefined;
  /** Feldera has none for files, URLs and generators. */
  readonly health: ConnectorHealth | undefined;
  /** The first error that ended it. */
  readonly fatalError: string | undefined;
  /** An input's `parse` and `transport`, an output's `encode` and `transport`. */
  readonly errors: readonly ErrorsOfKind[];
};

type ConnectorHealth = {
  /** `Healthy` or `Unhealthy`. */
  readonly status: string;
  readonly description: string;
};

export type ErrorsOfKind = {
  readonly kind: 'parse' | 'encode' | 'transport';
  /** All since the start of the pipeline. */
  readonly count: number;
  /**
   * By `index`. The server keeps the newest 100 of each tag: what is missing between 1 and `count` was dropped. Undefined:
   * not sent.
   */
  readonly retained: readonly ConnectorError[] | undefined;
};

export type ConnectorError = {
  /** RFC 3339. */
  readonly time: string;
  /** From 1, counted for a connector and kind, across tags. */
  readonly index: number;
  /** Such as `text_event_err`; the log's limit counts for each connector and tag. Undefined: of a fatal error. */
  readonly tag: string | undefined;
  readonly message: string;
};

/** `GET …/events`: the statuses of a pipeline, recorded when one had changed, and every 10 minutes. */
export type MonitorEvent = {
  readonly id: string;
  /** RFC 3339. */
  readonly time: string;
  /** `deploymentStatus` of the pipeline at that time. */
  readonly status: string;
  readonly resourcesDesiredStatus: string;
  /** Empty while nothing is provisioned. */
  readonly runtimeDesiredStatus: string;
  readonly hasError: boolean;
  readonly programStatus: string;
  readonly storageStatus: string;
};

/** `GET …/events/{id}?selector=all`. */
export type MonitorEventDetail = MonitorEvent & {readonly deploymentError: DeploymentError | undefined};

/** `GET …/time_series`: one sample a second, of the last minute, the oldest first. */
export type TimeSeries = {readonly samples: readonly TimeSample[]};

export type TimeSample = {
  /** Unix time in ms. */
  readonly at: number;
  /** Since the start of the pipeline. */
  readonly processedRecords: number;
  readonly memoryBytes: number;
  readonly storageBytes: number;
};

/** `GET /v0/config/session`. */
export type Session = {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly role: string;
  /** Tenants that the credentials belong to; 0 when the server does not send them. */
  readonly memberships: number;
};

export type HttpProxy = {
  /** An IPv6 address has no brackets. */
  readonly host: string;
  readonly port: number;
  /** Connections to the proxy use TLS. */
  readonly secure: boolean;
  /** `user:password`, decoded. */
  readonly login: string | undefined;
  /** The environment variable that names the proxy, for messages. */
  readonly from: string;
};

/** Reasons that need the user or a change on the server: a retry soon does not help. */
export type FatalReason =
  | 'unknown-pipeline'
  | 'unauthorized'
  | 'token-expired'
  /** There is no credential, so no request was sent. */
  | 'no-token'
  | 'forbidden'
  | 'unknown-tenant'
  | 'bad-request'
  | 'wrong-url'
  /** The server, or the pipeline, is older than this part of the API. */
  | 'unsupported'
  | 'certificate'
  | 'headers-too-large';

/**
 * Reasons that may pass. `not-ready` is the empty 404: the pipeline exists, but its runner is not ready. `not-deployed`: the
 * pipeline does not run, so it has no statistics. `pipeline-unreachable`: it should run, but its process does not answer.
 */
export type RetryableReason =
  | 'not-ready'
  | 'not-deployed'
  | 'runner-unreachable'
  | 'pipeline-unreachable'
  | 'server-error'
  | 'unreachable'
  | 'timeout'
  | 'protocol';

/** `at`: the token's `exp` as Unix time in ms; undefined: it cannot be read. */
export type ExpiredToken = {readonly at: number | undefined};

/** Source that renews its token without the user. */
export type TokenMaker = 'command' | 'file';

/** Why a request failed. `message` is one sentence for the user, without credentials. */
export type ApiFailure =
  | {
      readonly kind: 'fatal';
      readonly reason: FatalReason;
      readonly message: string;
      /** Status of the response, if there was one. */
      readonly status?: number;
      readonly expired?: ExpiredToken;
      /** Source of a token that the user did not give as it is. */
      readonly renewedBy?: TokenMaker;
    }
  | {
      readonly kind: 'retryable';
      readonly reason: RetryableReason;
      readonly message: string;
      /** The cause in two words, such as `connection refused`, if there are better ones than for the reason. */
      readonly brief?: string;
      /** `Retry-After` in ms from now, not yet limited. */
      readonly retryAfter?: number;
    }
  | {readonly kind: 'cancelled'};

/** End of a body. `cut`: the connection closed or broke before the last chunk. `aborted`: we closed it. */
export type BodyEnd =
  | {readonly kind: 'clean'}
  | {readonly kind: 'cut'; readonly message: string}
  | {readonly kind: 'aborted'};

/** Health of the runner, which starts and stops pipelines, and has their logs; without it, no state changes. */
export type RunnerHealth = {
  readonly isHealthy: boolean;
  readonly message: string;
  /** Unix times in ms: since when it is so, and of the last check. */
  readonly since: number | undefined;
  readonly checkedAt: number | undefined;
};

/** Feldera's API. Every failure is an `ApiError`. */
export type ApiClient = {
  readonly answers: Answers;
  /** Without credentials and trailing slash: it may be shown. */
  readonly baseUrl: string;
  /** In the server's order. Returns the previous array itself when nothing has changed. */
  readonly listPipelines: (signal: AbortSignal) => Promise<readonly Pipeline[]>;
  readonly getPipeline: (name: string, signal: AbortSignal) => Promise<PipelineDetail>;
  /** Fails with `not-deployed` unless the pipeline is deployed. */
  readonly getStats: (name: string, signal: AbortSignal) => Promise<PipelineStats>;
  /** Fails as `getStats` does. In the pipeline's first second, it returns no samples. */
  readonly getTimeSeries: (name: string, signal: AbortSignal) => Promise<TimeSeries>;
  /** The newest first: what the server keeps, some hours to days. Fails with `unsupported` before Feldera 0.292. */
  readonly listEvents: (name: string, signal: AbortSignal) => Promise<readonly MonitorEvent[]>;
  /** Fails with `bad-request` when the server no longer has the event. */
  readonly getEvent: (name: string, id: string, signal: AbortSignal) => Promise<MonitorEventDetail>;
  /** Returns the server's last check. Fails with `unsupported` on an old server. */
  readonly getRunnerHealth: (signal: AbortSignal) => Promise<RunnerHealth>;
  readonly getSession: (signal: AbortSignal) => Promise<Session>;
  /** The server's version, such as `0.337.0`; a pipeline may have been compiled by another one. */
  readonly getVersion: (signal: AbortSignal) => Promise<string>;
  /** Resolves when the body ends, for any reason; rejects when no log came. Aborting resets the connection. */
  readonly followLogs: (name: string, handlers: LogHandlers) => Promise<BodyEnd>;
  /** Ends JSON requests and the making of a token; log streams end by their signals. */
  readonly close: () => Promise<void>;
};

/** The client's requests, numbered from 1 in the order of their start. */
export type Answers = {
  /** Number of the newest request. */
  readonly started: number;
  /** Number of the newest request with a good answer (for a log: its headers); 0: none. */
  readonly lastGood: ReadableStore<number>;
  /** The server has answered in the scheme of its URL, also with a refusal. */
  readonly hasAnswered: boolean;
};

export type LogHandlers = {
  /** The headers came: 200, text/plain. */
  readonly onOpen: () => void;
  /** The array is valid only during the call. */
  readonly onData: (bytes: Uint8Array) => void;
  readonly signal: AbortSignal;
};
