import type {ServerJson} from './server-text.ts';
import type {
  ConnectorError,
  ConnectorHealth,
  ConnectorStats,
  ErrorsOfKind,
  PipelineStats,
  TimeSeries,
} from './types.ts';

/** What is kept of a response: the server sends less, by far. */
const connectorLimit = 2000;
const errorLimit = 1000;
const sampleLimit = 600;
/** Characters of one text. */
const textLimit = 64 * 1024;

/**
 * Undefined when `json` is no statistics of a pipeline. Fields that are missing or of another type are left out. In steps
 * of a connector each: a thousand errors of one take 1 to 3 ms.
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
    connectors,
  };
}

/** Undefined when `json` is no time series. */
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

/** Undefined without a name. */
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
    fatalError: textOf(entry, 'fatal_error'),
    errors: [parseErrors(isInput ? 'parse' : 'encode', entry), parseErrors('transport', entry)],
  };
}

/** An output has a queue before its buffer. */
function bufferedOf(metrics: ServerJson): number | undefined {
  const [buffered, queued] = [metrics.countOf('buffered_records'), metrics.countOf('queued_records')];
  return buffered === undefined ? queued : buffered + (queued ?? 0);
}

function parseHealth(json: ServerJson): ConnectorHealth | undefined {
  const status = json.lineOf('status');
  return status === '' ? undefined : {status, description: textOf(json, 'description') ?? ''};
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
  return {time, index, tag, message: textOf(json, 'message') ?? ''};
}

/** Undefined if the field is missing, empty or no string; cut when it is too long to be kept. */
function textOf(json: ServerJson, key: string): string | undefined {
  const text = json.textOf(key);
  if (text.length > textLimit) return `${text.slice(0, textLimit).toWellFormed()}…`;
  return text === '' ? undefined : text;
}
