import {hasState} from '../../engine/api/pipeline-state.ts';
import type {Pipeline, PipelineDetail, RunnerHealth} from '../../engine/api/types.ts';
import type {LossCount, OutputStream} from '../../engine/buffer/markers.ts';
import type {Log} from '../../engine/logs/log.ts';
import {degradedEvery, hasProcess, type KnownStats} from '../../engine/pipelines/stats-poller.ts';
import type {ErrorGroup} from '../../engine/records/error-log.ts';
import type {Outage} from '../words/failure-words.ts';
import {connectorsOf, type KnownConnector, type LoggedFailure} from './connectors.ts';

/** Parts that only the answer about one pipeline has: where it was asked for. */
type AskedDetail = Partial<Pick<PipelineDetail, 'programError' | 'memoryLimit' | 'storageLimit'>>;

/** All that is known of a pipeline now. Nothing of it is of an earlier run, apart from `pipeline` and `previousEnd`. */
export type PipelineFacts = {
  /** Absent if no list has it; its log may be a file. */
  readonly pipeline: (Pipeline & AskedDetail) | undefined;
  /** The server does not answer: all is as it was known last. */
  readonly serverOutage?: Outage | undefined;
  readonly known: KnownStats | undefined;
  /** Known where the server was asked for it: something speaks against the runner. */
  readonly runner?: RunnerHealth | undefined;
  /** Unix time in ms; undefined: `known` is of now. */
  readonly now?: number | undefined;
  readonly connectors: readonly KnownConnector[];
  readonly log: LogFacts | undefined;
  /** Absent if it does not run, or its log is a file. */
  readonly reading: LogReading | undefined;
  /** Absent if the run before ended well, or nobody tells, or that was more than an hour ago. */
  readonly previousEnd?: PreviousEnd | undefined;
  /** Only where the log was read for them. */
  readonly failedCheckpoints?: FailedCheckpoints | undefined;
};

/** An open log. */
export type LogFacts = {
  readonly errors: ReadonlyMap<number, ErrorGroup>;
  /** Id of the first entry of the newest run; 0: not known. */
  readonly firstId: number;
  /** The start of the run is in it. */
  readonly isWhole: boolean;
  readonly losses: LossCount;
  readonly lostStreams: readonly OutputStream[];
};

/**
 * Up to where the log of a run was read: `followed`: all that came until now; `coming`: it is being read; `left`: until
 * then (Unix time in ms), and nobody follows it since; `unread`: nothing; `unreachable`: the server does not give it, for
 * a reason in words.
 */
export type LogReading =
  | {readonly kind: 'followed' | 'coming'}
  | {readonly kind: 'left'; readonly until: number}
  | {readonly kind: 'unread'}
  | {readonly kind: 'unreachable'; readonly since: number | undefined; readonly why: string};

/** The failure in which the run before ended. Unix times in ms; `startedAt`: of the run now. */
export type PreviousEnd = {
  readonly at: number;
  /** In one line. */
  readonly why: string;
  readonly source: 'log' | 'API';
  readonly startedAt: number;
  /** Starts of runs in a row that failed, within an hour, and of this one: at least two. */
  readonly starts: number;
  /** Milliseconds from the first to the last of them. */
  readonly span: number;
};

/** Checkpoints of the newest run that failed, as its log says, and after which the log tells of none that was made. */
export type FailedCheckpoints = {
  readonly count: number;
  /** Unix times in ms of the first and the last one. */
  readonly since: number | undefined;
  readonly last: number | undefined;
  /** Id of the last one. */
  readonly entry: number;
  /** Why that failed. */
  readonly reason: string;
};

/** `detail`: the answer about this pipeline, where it was asked for. */
export type Gathered = Omit<PipelineFacts, 'connectors'> & {
  readonly detail?: PipelineDetail | undefined;
  /** As the answer about this pipeline had it last. */
  readonly storageLimit?: number | undefined;
  /** Connectors that stopped with a fatal error, as logs told. */
  readonly failures: readonly LoggedFailure[];
};

/** Makes facts of what is known of a pipeline, whoever gathered it: the one place that decides what of it is of now. */
export function factsOf({failures, detail, storageLimit, ...gathered}: Gathered): PipelineFacts {
  const {known, pipeline: told} = gathered;
  const listed = storageLimit === undefined || !told ? told : {...told, storageLimit};
  const pipeline = withDetail(listed, detail);
  // A support bundle has statistics without a state.
  const isOfProcess = pipeline && hasState(pipeline) ? hasProcess(pipeline) : known !== undefined;
  if (isOfProcess) return {...gathered, pipeline, connectors: connectorsOf(known, failures)};
  return {...gathered, pipeline, known: undefined, connectors: [], reading: undefined, previousEnd: undefined};
}

function withDetail(listed: PipelineFacts['pipeline'], detail: PipelineDetail | undefined): PipelineFacts['pipeline'] {
  if (!listed || !detail) return listed ?? detail;
  const isSame = detail.programStatus === listed.programStatus;
  const programError = (isSame ? detail.programError : undefined) ?? listed.programError;
  const {memoryLimit, storageLimit} = detail;
  return {...listed, programError, memoryLimit, storageLimit};
}

/** Facts of an open log. */
export function logFacts({errors, losses, snapshot}: Pick<Log, 'errors' | 'losses' | 'snapshot'>): LogFacts {
  const {firstId, isWhole} = errors.connectors;
  const {lostStreams = []} = snapshot.get();
  return {errors: errors.byKey, firstId, isWhole, losses, lostStreams};
}

/** Milliseconds after which statistics are not those of now: twice the time in which those of a degraded pipeline come. */
export const lateFrom = 2 * degradedEvery;

type Asked = Pick<PipelineFacts, 'now' | 'serverOutage'> & {readonly known: Pick<KnownStats, 'at'> | undefined};

/** When the last statistics came, if that was a while ago. Without an answer, all is as it was known last, and said so. */
export function lateSince({known, now, serverOutage}: Asked): number | undefined {
  const at = serverOutage ? undefined : known?.at;
  return at !== undefined && now !== undefined && now - at >= lateFrom ? at : undefined;
}
