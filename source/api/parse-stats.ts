import {countOf, fieldOf, isObject, stringOf} from '../lib/json.ts';
import type {
  ConnectorError,
  ConnectorErrors,
  ConnectorHealth,
  ConnectorStats,
  PipelineStats,
  TimeSeries,
} from './types.ts';

/** What is kept of a response: the server sends less, by far. */
const connectorLimit = 2000;
const errorLimit = 1000;
const sampleLimit = 600;
/** Characters of one text. */
const textLimit = 64 * 1024;

/** Undefined when `json` is no statistics of a pipeline. Fields that are missing or of another type are left out. */
export function parseStats(json: unknown): PipelineStats | undefined {
  const metrics = fieldOf(json, 'global_metrics');
  if (!isObject(metrics)) return undefined;
  const connectors = [
    ...listOf(json, 'inputs').map((entry) => parseConnector('input', entry)),
    ...listOf(json, 'outputs').map((entry) => parseConnector('output', entry)),
  ];
  return {
    state: stringOf(metrics, 'state'),
    incarnation: stringOf(metrics, 'incarnation_uuid'),
    uptime: countOf(metrics, 'uptime_msecs'),
    memoryBytes: countOf(metrics, 'rss_bytes'),
    memoryPressure: textOf(metrics, 'memory_pressure'),
    cpuMilliseconds: countOf(metrics, 'cpu_msecs'),
    storageBytes: countOf(metrics, 'storage_bytes'),
    bufferedRecords: countOf(metrics, 'buffered_input_records'),
    inputRecords: countOf(metrics, 'total_input_records'),
    processedRecords: countOf(metrics, 'total_processed_records'),
    completedRecords: countOf(metrics, 'total_completed_records'),
    outputStall: countOf(metrics, 'output_stall_msecs'),
    transactionStatus: textOf(metrics, 'transaction_status'),
    isComplete: fieldOf(metrics, 'pipeline_complete') === true,
    connectors: connectors.filter((each) => each !== undefined).slice(0, connectorLimit),
  };
}

/** Undefined when `json` is no time series. */
export function parseTimeSeries(json: unknown): TimeSeries | undefined {
  const now = countOf(json, 'now');
  if (now === undefined || !Array.isArray(fieldOf(json, 'samples'))) return undefined;
  const samples = listOf(json, 'samples')
    .slice(-sampleLimit)
    .flatMap((sample) => {
      const at = countOf(sample, 't');
      const [processedRecords = 0, memoryBytes = 0, storageBytes = 0] = ['r', 'm', 's'].map((key) =>
        countOf(sample, key),
      );
      return at === undefined ? [] : [{at, processedRecords, memoryBytes, storageBytes}];
    });
  return {now, samples};
}

/** Undefined without a name. */
function parseConnector(kind: 'input' | 'output', entry: unknown): ConnectorStats | undefined {
  const name = stringOf(entry, 'endpoint_name');
  if (name === '') return undefined;
  const metrics = fieldOf(entry, 'metrics');
  const isInput = kind === 'input';
  return {
    kind,
    name,
    stream: stringOf(fieldOf(entry, 'config'), 'stream'),
    records: countOf(metrics, isInput ? 'total_records' : 'transmitted_records'),
    bytes: countOf(metrics, isInput ? 'total_bytes' : 'transmitted_bytes'),
    bufferedRecords: bufferedOf(metrics),
    isPaused: switchOf(entry, 'paused'),
    hasEnded: switchOf(metrics, 'end_of_input'),
    latency: countOf(metrics, 'processing_latency_p99_micros'),
    health: parseHealth(fieldOf(entry, 'health')),
    fatalError: textOf(entry, 'fatal_error'),
    errors: [parseErrors(isInput ? 'parse' : 'encode', entry), parseErrors('transport', entry)],
  };
}

/** An output has a queue before its buffer. */
function bufferedOf(metrics: unknown): number | undefined {
  const [buffered, queued] = [countOf(metrics, 'buffered_records'), countOf(metrics, 'queued_records')];
  return buffered === undefined ? queued : buffered + (queued ?? 0);
}

function parseHealth(json: unknown): ConnectorHealth | undefined {
  const status = stringOf(json, 'status');
  return status === '' ? undefined : {status, description: textOf(json, 'description') ?? ''};
}

function parseErrors(kind: ConnectorErrors['kind'], entry: unknown): ConnectorErrors {
  const count = countOf(fieldOf(entry, 'metrics'), `num_${kind}_errors`) ?? 0;
  const key = `${kind}_errors`;
  if (!Array.isArray(fieldOf(entry, key))) return {kind, count, kept: undefined};
  const kept = listOf(entry, key).flatMap((error) => parseError(error) ?? []);
  return {kind, count, kept: kept.toSorted((a, b) => a.index - b.index).slice(-errorLimit)};
}

/** Undefined without an index. */
function parseError(json: unknown): ConnectorError | undefined {
  const index = countOf(json, 'index');
  if (index === undefined) return undefined;
  return {time: stringOf(json, 'timestamp'), index, tag: textOf(json, 'tag'), message: textOf(json, 'message') ?? ''};
}

function listOf(json: unknown, key: string): readonly unknown[] {
  const value = fieldOf(json, key);
  return Array.isArray(value) ? value : [];
}

/** Undefined if the field is missing, empty or no string; cut when it is too long to be kept. */
function textOf(json: unknown, key: string): string | undefined {
  const text = stringOf(json, key);
  if (text.length > textLimit) return `${text.slice(0, textLimit).toWellFormed()}…`;
  return text === '' ? undefined : text;
}

function switchOf(json: unknown, key: string): boolean | undefined {
  const value = fieldOf(json, key);
  return typeof value === 'boolean' ? value : undefined;
}
