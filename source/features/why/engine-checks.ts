import {stateOf} from '../../engine/api/pipeline-state.ts';
import type {CheckpointReason, Pipeline, PipelineStats, Progress, TimeSample} from '../../engine/api/types.ts';
import {connectorKey} from '../../engine/pipelines/recent-counts.ts';
import type {KnownStats} from '../../engine/pipelines/stats-poller.ts';
import type {Check, Finding} from '../../kit/facts/finding.ts';
import type {PipelineFacts} from '../../kit/facts/pipeline-facts.ts';
import {adviceFor} from '../../kit/words/guide.ts';
import {clean} from '../../lib/clean.ts';
import {byteSize, count, counted, duration, elapsed, timeOfText} from '../../lib/format.ts';

/** Milliseconds without progress from which on it is said. */
const stillFrom = 30_000;
/** Milliseconds for which records have waited meanwhile: those that have just come are no sign of trouble. */
const waitFrom = 5_000;
/** Milliseconds of a stall by an output: below, an output may only be slow for a moment. */
const stallFrom = 1_000;
/** Milliseconds of a transaction, a checkpoint or its delay from which on it is said: each step of the engine is a transaction. */
const longFrom = 10_000;
/** A checkpoint is written for a while. */
const longWriteFrom = 60_000;

/** Nothing moves, though the pipeline runs. */
export const noProgress: Check = (facts) => {
  const {known, pipeline} = facts;
  const {stats} = known ?? {};
  // The list is newer than the statistics of a pipeline that is paused, or cannot be reached.
  if (stats?.state !== 'Running' || (pipeline && isHalted(pipeline))) return undefined;
  const stall = stats.outputStall ?? 0;
  if (stall >= stallFrom) return stalled(stats, stall);
  const {bufferedRecords = 0} = stats;
  const still = stillFor(known);
  if (still < stillFrom || waitingFor(known) < waitFrom) return undefined;
  // A commit, and a view that is filled, take their time: they have findings of their own.
  const isAtWork = stats.transaction?.isCommitting === true || stats.bootstrap !== undefined;
  return {
    key: 'still',
    severity: isAtWork ? 'notice' : 'degraded',
    source: 'API',
    text: `No record was processed for ${duration(still)}, though the pipeline runs and ${waiting(bufferedRecords)}`,
  };
};

function isHalted({deploymentStatus}: Pick<Pipeline, 'deploymentStatus'>): boolean {
  const {kind} = stateOf(deploymentStatus);
  return kind === 'paused' || kind === 'failed';
}

/** Milliseconds between the first and the last of the last statistics in a row in which records wait. */
function waitingFor({buffered = [], at}: Partial<KnownStats> = {}): number {
  const lastWithout = buffered.findLastIndex(({records}) => records === 0);
  const first = buffered[lastWithout + 1];
  return first === undefined || at === undefined ? 0 : at - first.at;
}

function stalled(stats: PipelineStats, stall: number): Finding {
  const [fullest] = stats.connectors
    .filter(({kind, bufferedRecords = 0}) => kind === 'output' && bufferedRecords > 0)
    .toSorted((a, b) => (b.bufferedRecords ?? 0) - (a.bufferedRecords ?? 0));
  const queue = fullest
    ? `: ${fullest.name} has ${counted(fullest.bufferedRecords ?? 0, 'record', 'records')} to write`
    : '';
  return {
    key: 'stall',
    severity: stall >= stillFrom ? 'degraded' : 'notice',
    source: 'API',
    text: clean(`A full output has held the pipeline up for ${duration(stall)}${queue}`),
    stops: 'all inputs and views wait for it',
    place: fullest && {connector: connectorKey(fullest)},
  };
}

function waiting(records: number): string {
  return counted(records, 'record waits', 'records wait');
}

/** Says what stands still without any trouble, as an addition to a sentence; undefined: records come. */
export function quietWords({known}: Pick<PipelineFacts, 'known'>): string | undefined {
  const {stats} = known ?? {};
  if (stats?.state !== 'Running') return undefined;
  const still = stillFor(known);
  const hasInputs = stats.connectors.some(({kind}) => kind === 'input');
  if (stats.isComplete && hasInputs) return 'All inputs have ended, and all records are processed';
  return still >= stillFrom && stats.bufferedRecords === 0
    ? `No record came in the last ${duration(still)}`
    : undefined;
}

/** Milliseconds in which no record was processed, by the last statistics or, of the last minute, by the time series. */
function stillFor(known: KnownStats | undefined): number {
  const {stats, at, stillSince, series} = known ?? {};
  const bySeries = stillIn(series?.samples ?? [], stats?.processedRecords);
  return Math.max(bySeries, at === undefined || stillSince === undefined ? 0 : at - stillSince);
}

/** `processed`: by the last statistics: an older series tells nothing of them. */
function stillIn(samples: readonly TimeSample[], processed: number | undefined): number {
  const last = samples.at(-1);
  if (!last || (processed !== undefined && last.processedRecords !== processed)) return 0;
  const moved = samples.findLastIndex(({processedRecords}) => processedRecords !== last.processedRecords);
  return last.at - (samples[moved + 1]?.at ?? last.at);
}

/** Shares of the limit, by the pressure. */
const memoryWords: Readonly<Record<string, string>> = {
  moderate: '85 to 90 %',
  high: '90 to 95 %',
  critical: 'more than 95 %',
};

/** Critical pressure is degraded: the system may end the process next. */
const memory: Check = ({known, pipeline}) => {
  const {memoryPressure: pressure = 'low', memoryBytes} = known?.stats ?? {};
  if (pressure === 'low') return undefined;
  const words = inUseWords(memoryBytes, pipeline?.memoryLimit, memoryWords[pressure]);
  const severity = pressure === 'critical' ? 'degraded' : 'notice';
  return {
    key: 'memory',
    severity,
    source: 'API',
    text: clean(`Memory pressure is ${pressure}${words}`),
    stops: 'cached state is moved to storage, where there is one',
  };
};

/** `limit`: in MB. `share`: of the limit, by the pressure. */
function inUseWords(bytes: number | undefined, limit: number | undefined, share: string | undefined): string {
  if (bytes === undefined) return share === undefined ? '' : `: ${share} of the limit are in use`;
  if (limit !== undefined) return `: ${byteSize(bytes)} of ${count(limit)} MB are in use`;
  return `: ${byteSize(bytes)} are in use${share === undefined ? '' : `, ${share} of the limit`}`;
}

/** Shares of a storage that is nearly full, and of one whose writes will fail soon. */
const storageFrom = 0.85;
const storageDegradedFrom = 0.9;

/** Without a known limit nothing is claimed: writes to a full storage fail, which ends the pipeline. */
const storage: Check = ({known, pipeline}) => {
  const {storageBytes: bytes} = known?.stats ?? {};
  const limit = pipeline?.storageLimit;
  const share = bytes === undefined || !limit ? 0 : bytes / (1_000_000 * limit);
  if (bytes === undefined || limit === undefined || share < storageFrom) return undefined;
  const {growth} = known ?? {};
  const grown = bytes - (growth?.bytes ?? bytes);
  return {
    key: 'storage',
    severity: share < storageDegradedFrom ? 'notice' : 'degraded',
    source: 'API',
    text: `Storage is nearly full: ${byteSize(bytes)} of ${count(limit)} MB are in use, ${count(Math.floor(share * 100))} %`,
    since: grown > 0 ? growth?.at : undefined,
    often: grown > 0 ? `it grew by ${byteSize(grown)}` : undefined,
    stops: 'the pipeline fails when it is full',
    advice: adviceFor('StdIo(StorageFull)'),
  };
};

/** A checkpoint that waits or takes long, and why there can be none. */
const checkpoints: Check = ({known}) => {
  const {checkpoint, noCheckpoint = [], answeredAt} = known?.stats ?? {};
  const never = noCheckpoint.length === 0 ? [] : [neverWords(noCheckpoint)];
  const since = checkpoint?.since;
  const elapsedNow = since === undefined || answeredAt === undefined ? 0 : answeredAt - since;
  const shared = {key: 'checkpoint', severity: 'notice', source: 'API', since} as const;
  if (checkpoint?.kind === 'delayed' && elapsedNow >= longFrom) {
    const why = checkpoint.reasons.length === 0 ? unknown : reasonsWords(checkpoint.reasons);
    const text = clean(`A checkpoint has been delayed for ${elapsed(elapsedNow)}: ${why}`);
    return [{...shared, text, stops: 'no newer checkpoint is made'}, ...never];
  }
  if (checkpoint?.kind === 'in-progress' && elapsedNow >= longWriteFrom)
    return [
      {...shared, text: `A checkpoint has been written for ${elapsed(elapsedNow)}, and is not complete`},
      ...never,
    ];
  return never;
};

/** Checkpoints that failed, until a later one is made: the log has the reason, and the list the checkpoints that exist. */
const failedCheckpoints: Check = ({failedCheckpoints: failed, pipeline}) => {
  if (!failed || (pipeline?.checkpointAt ?? 0) > (failed.last ?? Number.POSITIVE_INFINITY)) return undefined;
  const {count: times, since, last, entry, reason} = failed;
  const [words = ''] = reason.trim().split('\n');
  const text = clean(`${times === 1 ? 'A checkpoint' : 'Checkpoints'} failed: ${words === '' ? unknown : words}`);
  return {
    key: 'failed checkpoint',
    severity: 'notice',
    source: 'log',
    text,
    since,
    last,
    often: times === 1 ? undefined : `${count(times)} times`,
    place: {entry},
    advice: adviceFor(reason),
  };
};

function neverWords(reasons: readonly CheckpointReason[]): Finding {
  const text = clean(`No checkpoint can be made: ${reasonsWords(reasons)}`);
  return {key: 'no checkpoint', severity: 'notice', source: 'API', text};
}

const unknown = 'the reason is unknown';

function reasonsWords(reasons: readonly CheckpointReason[]): string {
  return reasons.map(reasonWords).join(', ');
}

/** Feldera's own words (`feldera-types`, suspend.rs), by the code. */
const whyNoCheckpoint: Readonly<Partial<Record<string, (connector: string) => string>>> = {
  Replaying: () => 'the pipeline is replaying the journal',
  Bootstrapping: () => 'the pipeline is bootstrapping',
  TransactionInProgress: () => 'the pipeline is processing a transaction',
  InputEndpointBarrier: (connector) => `input ${connector} is blocking it`,
  Coordination: () => 'the coordinator is blocking it',
  StorageRequired: () => 'storage must be configured',
  UnsupportedInputEndpoint: (connector) => `input ${connector} does not support it`,
};

function reasonWords({code, connector}: CheckpointReason): string {
  const known = Object.hasOwn(whyNoCheckpoint, code) ? whyNoCheckpoint[code] : undefined;
  return known?.(connector ?? '') ?? (connector === undefined ? code : `${code} ${connector}`);
}

const transactions: Check = ({known}) => {
  const {transaction, bootstrap, answeredAt} = known?.stats ?? {};
  // Of a bootstrap, the transaction is a part.
  if (!transaction || transaction.elapsed < longFrom || bootstrap) return undefined;
  const {isCommitting, elapsed: since, records, connectors, progress} = transaction;
  const by = connectors.length === 0 ? '' : ` by ${connectors.slice(0, 3).join(', ')}`;
  const what = isCommitting ? 'A transaction has been committing' : 'A transaction has been in progress';
  const text = clean(`${what} for ${elapsed(since)}${isCommitting ? progressWords(progress) : ''}`);
  return {
    key: 'transaction',
    severity: 'notice',
    source: 'API',
    text,
    since: answeredAt === undefined ? undefined : answeredAt - since,
    often: records === undefined ? undefined : `${counted(records, 'record', 'records')}${clean(by)}`,
    stops: isCommitting ? undefined : 'views do not change before it is committed',
  };
};

const bootstraps: Check = ({known, pipeline}) => {
  const {bootstrap} = known?.stats ?? {};
  if (!bootstrap) return undefined;
  const {isSynchronizing, progress} = bootstrap;
  const isState = ['Bootstrapping', 'ConcurrentBootstrapping', 'Synchronizing'].includes(
    pipeline?.deploymentStatus ?? '',
  );
  return {
    key: 'bootstrap',
    severity: 'notice',
    source: 'API',
    text: `${isSynchronizing ? 'New views are being synchronized' : 'New and changed views are being filled'}${progressWords(progress)}`,
    since: isState ? timeOfText(pipeline?.deploymentStatusSince) : undefined,
    stops: isSynchronizing ? 'inputs are paused until then' : undefined,
  };
};

function progressWords(progress: Progress | undefined): string {
  return progress === undefined ? '' : `: ${count(progress.done)} of ${count(progress.all)} operators are done`;
}

/** Checks of the engine, besides that nothing moves; findings of one severity are said in this order. */
export const engineChecks: readonly Check[] = [
  memory,
  storage,
  failedCheckpoints,
  checkpoints,
  bootstraps,
  transactions,
];
