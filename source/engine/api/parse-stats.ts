import {readTime} from '../../lib/format.ts';
import {masked} from '../../lib/secrets.ts';
import type {ServerJson} from './server-text.ts';
import type {
  CheckpointReason,
  ConnectorError,
  ConnectorStats,
  ErrorsOfKind,
  PipelineStats,
  Progress,
  TimeSeries,
} from './types.ts';

/** Most entries kept of a response: the server sends far fewer. */
const connectorLimit = 2000;
const errorLimit = 1000;
const sampleLimit = 600;

/**
 * Reads statistics without fields that are missing or of another type; undefined when `json` is none. A step is a
 * connector: a thousand errors of one take 1 to 3 ms.
 */
export function* statsSteps(json: ServerJson): Generator<void, PipelineStats | undefined, void> {
  const metrics = json.field('global_metrics');
  if (!metrics.isObject) return undefined;
  const connectors: ConnectorStats[] = [];
  for (const kind of ['input', 'output'] as const) {
    for (const entry of json.field(`${kind}s`).items ?? []) {
      if (connectors.length === connectorLimit) break;
      const connector = parseConnector(kind, entry);
      if (connector) connectors.push(connector);
      yield;
    }
  }
  return {
    state: metrics.lineOf('state'),
    incarnation: metrics.lineOf('incarnation_uuid'),
    uptime: metrics.countOf('uptime_msecs'),
    bufferedRecords: metrics.countOf('buffered_input_records'),
    outputStall: metrics.countOf('output_stall_msecs'),
    isComplete: metrics.flagOf('pipeline_complete') === true,
    processedRecords: metrics.countOf('total_processed_records'),
    answeredAt: answeredAt(metrics),
    memoryPressure: metrics.lineOf('memory_pressure') || undefined,
    memoryBytes: metrics.countOf('rss_bytes'),
    storageBytes: metrics.countOf('storage_bytes'),
    transaction: parseTransaction(metrics),
    bootstrap: parseBootstrap(metrics),
    checkpoint: parseCheckpoint(json.field('checkpoint_activity')),
    noCheckpoint: parseNoCheckpoint(json),
    connectors,
  };
}

/** The start is in whole seconds. */
function answeredAt(metrics: ServerJson): number | undefined {
  const [start, uptime] = [metrics.countOf('start_time'), metrics.countOf('uptime_msecs')];
  return start === undefined || uptime === undefined ? undefined : start * 1000 + uptime;
}

function parseTransaction(metrics: ServerJson): PipelineStats['transaction'] {
  const status = metrics.lineOf('transaction_status');
  const elapsed = metrics.countOf('transaction_msecs');
  if (elapsed === undefined || (status !== 'TransactionInProgress' && status !== 'CommitInProgress')) return undefined;
  const initiators = metrics.field('transaction_initiators').field('initiated_by_connectors').entries;
  return {
    isCommitting: status === 'CommitInProgress',
    elapsed,
    records: metrics.countOf('transaction_records'),
    connectors: initiators.slice(0, connectorLimit).map(([name]) => name),
    progress: parseProgress(metrics.field('commit_progress')),
  };
}

function parseBootstrap(metrics: ServerJson): PipelineStats['bootstrap'] {
  const phase = metrics.lineOf('concurrent_bootstrap_phase');
  const isConcurrent = phase === 'ConcurrentBootstrapping' || phase === 'Synchronizing';
  if (isConcurrent) {
    const progress = parseProgress(metrics.field('concurrent_bootstrap_progress'));
    return {isSynchronizing: phase === 'Synchronizing', progress};
  }
  if (metrics.flagOf('bootstrap_in_progress') !== true) return undefined;
  return {isSynchronizing: false, progress: parseProgress(metrics.field('commit_progress'))};
}

function parseProgress(json: ServerJson): Progress | undefined {
  const [done, running, remaining] = ['completed', 'in_progress', 'remaining'].map((key) => json.countOf(key));
  if (done === undefined || running === undefined || remaining === undefined) return undefined;
  return {done, all: done + running + remaining};
}

function parseCheckpoint(json: ServerJson): PipelineStats['checkpoint'] {
  const timeOf = (key: string) => {
    const at = readTime(json.lineOf(key));
    return Number.isNaN(at) ? undefined : at;
  };
  switch (json.lineOf('status')) {
    case 'delayed':
      return {kind: 'delayed', since: timeOf('delayed_since'), reasons: parseReasons(json.field('reasons'))};
    case 'in_progress':
      return {kind: 'in-progress', since: timeOf('started_at')};
    default:
      return undefined;
  }
}

/** `suspend_error` has them, too, also of older pipelines. */
function parseNoCheckpoint(json: ServerJson): readonly CheckpointReason[] {
  const sent = json.field('permanent_checkpoint_errors');
  const reasons = parseReasons(sent.isMissing ? json.field('suspend_error').field('Permanent') : sent);
  return reasons.some(({code}) => code === 'EnterpriseFeature') ? [] : reasons;
}

/** Each is a text, or an object with the name of a connector: `{"InputEndpointBarrier": "orders.kafka"}`. */
function parseReasons(json: ServerJson): readonly CheckpointReason[] {
  return (json.items ?? []).slice(0, connectorLimit).flatMap((item): readonly CheckpointReason[] => {
    if (item.text !== undefined) return [{code: item.text, connector: undefined}];
    return item.entries.map(([code]) => ({code, connector: item.lineOf(code) || undefined}));
  });
}

/** Reads a time series; undefined when `json` is none. */
export function parseTimeSeries(json: ServerJson): TimeSeries | undefined {
  const {items} = json.field('samples');
  if (items === undefined) return undefined;
  const samples = items.slice(-sampleLimit).flatMap((sample) => {
    const at = sample.countOf('t');
    const [processedRecords = 0, memoryBytes = 0, storageBytes = 0] = ['r', 'm', 's'].map((key) => sample.countOf(key));
    return at === undefined ? [] : [{at, processedRecords, memoryBytes, storageBytes}];
  });
  return {samples};
}

/** Reads a connector; undefined without a name. */
function parseConnector(kind: 'input' | 'output', entry: ServerJson): ConnectorStats | undefined {
  const name = entry.lineOf('endpoint_name');
  if (name === '') return undefined;
  const metrics = entry.field('metrics');
  const isInput = kind === 'input';
  return {
    kind,
    name,
    stream: entry.field('config').lineOf('stream'),
    records: metrics.countOf(isInput ? 'total_records' : 'transmitted_records'),
    bytes: metrics.countOf(isInput ? 'total_bytes' : 'transmitted_bytes'),
    bufferedRecords: bufferedOf(metrics),
    isPaused: entry.flagOf('paused'),
    hasEnded: metrics.flagOf('end_of_input'),
    latency: metrics.countOf('processing_latency_p99_micros'),
    health: parseHealth(entry.field('health')),
    fatalError: masked(entry.textOf('fatal_error')) || undefined,
    errors: [parseErrors(isInput ? 'parse' : 'encode', entry), parseErrors('transport', entry)],
  };
}

/** An output has a queue before its buffer. */
function bufferedOf(metrics: ServerJson): number | undefined {
  const [buffered, queued] = [metrics.countOf('buffered_records'), metrics.countOf('queued_records')];
  return buffered === undefined ? queued : buffered + (queued ?? 0);
}

function parseHealth(json: ServerJson): ConnectorStats['health'] {
  const status = json.lineOf('status');
  return status === '' ? undefined : {status, description: masked(json.textOf('description'))};
}

function parseErrors(kind: ErrorsOfKind['kind'], entry: ServerJson): ErrorsOfKind {
  const count = entry.field('metrics').countOf(`num_${kind}_errors`) ?? 0;
  const {items} = entry.field(`${kind}_errors`);
  if (items === undefined) return {kind, count, retained: undefined};
  // One without an index is left out.
  const sent = items.flatMap((json) => {
    const index = json.countOf('index');
    return index === undefined ? [] : [{json, index}];
  });
  const newest = sent.toSorted((a, b) => a.index - b.index).slice(-errorLimit);
  return {kind, count, retained: newest.map(({json, index}) => parseError(json, index))};
}

function parseError(json: ServerJson, index: number): ConnectorError {
  const [time, tag] = [json.lineOf('timestamp'), json.lineOf('tag') || undefined];
  let message: string | undefined;
  return {
    time,
    index,
    tag,
    // Most of a thousand errors are never shown.
    get message() {
      message ??= masked(json.textOf('message'));
      return message;
    },
  };
}
