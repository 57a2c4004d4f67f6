import {
  colourLine,
  jsonLine,
  type Level,
  type LogEvent,
  type Panic,
  panicError,
  panicLines,
  panicMessage,
  plainLine,
} from './log-lines.ts';
import type {DemoPipeline} from './pipeline.ts';
import type {Random} from './random.ts';
import type {Endpoint} from './run.ts';

export type ProcessLog = (
  level: Level,
  target: string,
  message: string,
  more?: Pick<LogEvent, 'span' | 'fields'>,
) => void;

/** In colour (Feldera's default), with NO_COLOR, or as JSON; `host`: in a pipeline of several hosts. */
type LogShape = {readonly shape: 'colour' | 'plain' | 'json'; readonly host?: number};

/** On stderr. As text, a message of several lines is several entries, because the runner reads the output line by line. */
export function processLog(pipeline: DemoPipeline, {shape, host}: LogShape): ProcessLog {
  const tag = {name: pipeline.name, ...(host !== undefined && {host})};
  return (level, target, message, more) => {
    const event = {level, target, message, ...more};
    const stamp = pipeline.stamp();
    if (shape === 'json') pipeline.print('stderr', jsonLine(pipeline, stamp, event));
    else {
      const text = shape === 'plain' ? plainLine(tag, stamp, event) : colourLine(tag, stamp, event);
      for (const line of text.split('\n')) pipeline.print('stderr', line);
    }
  };
}

export const server = 'dbsp_adapters::server';
export const controller = 'dbsp_adapters::controller';
export const kafkaInput = 'dbsp_adapters::transport::kafka::ft::input';

export function kafkaSpan(topic: string): Pick<LogEvent, 'span'> {
  return {span: {name: 'kafka_input', fields: `topic="${topic}"`}};
}

export function fileSpan(path: string): Pick<LogEvent, 'span'> {
  return {span: {name: 'file_input', fields: `path="${path}"`}};
}

export type Connector = {
  /** `orders.kafka`: the table or view, and the connector's name. */
  readonly endpoint: string;
  readonly transport: {readonly name: string; readonly config: Readonly<Record<string, unknown>>};
  readonly format: {readonly name: string; readonly config: Readonly<Record<string, unknown>>} | null;
};

export type Deployment = {
  /** Port of its HTTP server. */
  readonly port: number;
  /** Default 1. */
  readonly workers?: number;
  readonly inputs?: readonly Connector[];
  readonly outputs?: readonly Connector[];
};

const json = {name: 'json', config: {array: false, update_format: 'raw'}};

export function kafkaInputOf(endpoint: string, topic: string): Connector {
  const config = {
    'auto.offset.reset': 'earliest',
    'bootstrap.servers': 'redpanda:9092',
    group_join_timeout_secs: 10,
    include_headers: null,
    include_offset: null,
    include_partition: null,
    include_timestamp: null,
    include_topic: null,
    log_level: null,
    partitions: null,
    poller_threads: null,
    region: null,
    resume_earliest_if_data_expires: false,
    start_from: 'earliest',
    synchronize_partitions: false,
    topic,
  };
  return {endpoint, transport: {name: 'kafka_input', config}, format: json};
}

export function fileOutputOf(endpoint: string, path: string): Connector {
  return {endpoint, transport: {name: 'file_output', config: {path}}, format: {name: 'json', config: {}}};
}

export function deltaInputOf(endpoint: string, uri: string): Connector {
  const config = {
    cdc_delete_filter: null,
    cdc_order_by: null,
    datetime: null,
    end_version: null,
    filter: null,
    max_concurrent_readers: null,
    mode: 'snapshot',
    num_parsers: 4,
    skip_unused_columns: false,
    snapshot_filter: null,
    timestamp_column: null,
    transaction_mode: 'snapshot',
    uri,
    verbose: 0,
    version: null,
  };
  return {endpoint, transport: {name: 'delta_table_input', config}, format: null};
}

function endpointOf(kind: Endpoint['kind'], {endpoint, transport}: Connector): Endpoint {
  return {kind, name: endpoint, hasHealth: transport.name.startsWith('kafka')};
}

/** Megabytes. */
const memory = 25_276;

/** Records that may come before the end of the configuration, because they are on stderr. */
const early = 4;

/** Starts with the timing of the recordings: the process logs before `running`. `logs`: one for each host. */
export function* startProcess(
  pipeline: DemoPipeline,
  logs: readonly ProcessLog[],
  deployment: Deployment,
  random: Random,
): Generator<number, void, void> {
  pipeline.setDesired('Running');
  yield 10 + random.integer(20);
  pipeline.provision([
    ...(deployment.inputs ?? []).map((each) => endpointOf('input', each)),
    ...(deployment.outputs ?? []).map((each) => endpointOf('output', each)),
  ]);
  yield 380 + random.integer(400);
  const events = startupEvents(pipeline.state.deploymentId, deployment);
  for (const log of logs) {
    const say = ({level, target, message}: LogEvent) => log(level, target, message);
    const configuration = configurationLines(pipeline, deployment, logs.length);
    const mixed = random.chance(0.4) ? 20 + random.integer(configuration.length - 20) : configuration.length;
    for (const line of configuration.slice(0, mixed)) pipeline.print('stdout', line);
    events.slice(0, early).forEach(say);
    for (const line of configuration.slice(mixed)) pipeline.print('stdout', line);
    yield 1 + random.integer(3);
    events.slice(early, -1).forEach(say);
    yield 12 + random.integer(12);
    events.slice(-1).forEach(say);
  }
  yield 900 + random.integer(150);
  pipeline.provisioned();
  yield 6 + random.integer(4);
  pipeline.setRunning();
}

/** The user stops the pipeline; its process needs a moment to end. */
export function* stopProcess(pipeline: DemoPipeline, random: Random): Generator<number, void, void> {
  pipeline.setDesired('Stopped');
  yield 10 + random.integer(20);
  pipeline.stopping();
  yield 10 + random.integer(10);
  pipeline.stopped();
}

/** The largest 64-bit number, which a JavaScript number cannot represent. */
const forever = '18446744073709551615';

function connectorsJson(connectors: readonly Connector[] = []): Record<string, unknown> {
  const entries = connectors
    .toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1))
    .map(({endpoint, transport, format}): [string, unknown] => [
      endpoint,
      {
        enable_output_buffer: false,
        format: format && {config: format.config, name: format.name},
        index: null,
        labels: [],
        max_output_buffer_size_records: 10_000_000,
        max_output_buffer_time_millis: forever,
        max_queued_records: 1_000_000,
        paused: false,
        send_snapshot: false,
        start_after: null,
        stream: endpoint.split('.')[0],
        transport: {config: transport.config, name: transport.name},
      },
    ]);
  return Object.fromEntries(entries);
}

/** The process prints it on stdout, without a prefix, one entry for each line (recording 27). */
export function configurationLines(
  {id, name}: {readonly id: string; readonly name: string},
  {workers = 1, inputs, outputs}: Omit<Deployment, 'port'>,
  hosts = 1,
): string[] {
  const folder = `/var/lib/feldera/runner/pipeline-${id}`;
  const configuration = {
    given_name: name,
    global: {
      checkpoint_during_suspend: true,
      clock_resolution_usecs: 1_000_000,
      clock_timezone_offset: null,
      cpu_profiler: true,
      datafusion_memory_mb: null,
      dev_tweaks: {},
      env: {},
      fault_tolerance: {checkpoint_interval_secs: 60, model: 'none'},
      hosts,
      http_workers: null,
      init_containers: null,
      io_workers: null,
      logging: null,
      max_buffering_delay_usecs: 0,
      max_parallel_connector_init: null,
      max_rss_mb: null,
      min_batch_size_records: 0,
      pin_cpus: [],
      pipeline_template_configmap: null,
      provisioning_timeout_secs: null,
      resources: {
        cpu_cores_max: null,
        cpu_cores_min: null,
        memory_mb_max: memory,
        memory_mb_min: null,
        namespace: null,
        service_account_name: null,
        storage_class: null,
        storage_mb_max: null,
      },
      storage: {
        backend: {name: 'default'},
        cache_mib: null,
        compression: 'default',
        min_step_storage_bytes: null,
        min_storage_bytes: null,
      },
      tracing: false,
      tracing_endpoint_jaeger: '127.0.0.1:6831',
      workers,
    },
    inputs: connectorsJson(inputs),
    name: `pipeline-${id}`,
    outputs: connectorsJson(outputs),
    secrets_dir: null,
    storage_config: {cache: 'page_cache', path: `${folder}/storage`},
  };
  const text = JSON.stringify(configuration, undefined, 2).replaceAll(`"${forever}"`, forever);
  return [
    `Pipeline configuration read from ${folder}/config.json.`,
    ...`Pipeline configuration loaded successfully: ${text}`.split('\n'),
  ];
}

const runtime = 'dbsp::circuit::runtime';

/** On stderr (recording 35). */
function startupEvents(deploymentId: string | null, {port, workers = 1}: Deployment): LogEvent[] {
  const info = (target: string, message: string): LogEvent => ({level: 'INFO', target, message});
  const limit =
    'Raised fd limit from 20000 to 20000. ' +
    "It's still very low -- try increasing the fd hard-limit (in your limits.conf).";
  const datafusion = Math.floor(memory / 20);
  const address = `127.0.0.1:${port}`;
  return [
    info('feldera_observability::fips', 'Rustls startup default provider: FIPS is disabled for cryptography.'),
    {level: 'WARN', target: 'dbsp::storage', message: limit},
    info(server, `Pipeline deployment identifier from arguments: ${deploymentId}`),
    info(server, 'Desired status from arguments: Running'),
    info('actix_server::builder', `starting ${workers} workers`),
    info(controller, 'starting fresh pipeline without resuming from checkpoint'),
    info(server, `Started HTTP server on port ${port}`),
    info(
      controller,
      `RSS memory limit ('max_rss_mb') is not set; using 'resources.memory_mb_max' (${memory} MB) as the RSS memory limit.`,
    ),
    info(
      controller,
      `memory budget split: circuit RSS ${memory - datafusion} MB, datafusion ${datafusion} MB (total ${memory} MB)`,
    ),
    info('actix_server::server', 'Actix runtime found; starting in Actix runtime'),
    info(
      'actix_server::server',
      `starting service: "actix-web-service-${address}", workers: ${workers}, listening on: ${address}`,
    ),
    info(runtime, `Setting up buffer caches: S3Fifo SharedPerWorkerPair buckets=None total_size=${512 * workers} MiB`),
    info(runtime, 'Setting up FBuf slab allocators: bytes_per_class=16777216'),
    info(runtime, 'dev_tweaks.streaming_exchange enabled'),
    info(runtime, `starting dbsp merger tokio runtime, workers: ${workers}`),
    info(
      'dbsp::operator::dynamic::balance::balancer',
      'Join balancer state:\n  Join graph:\n    Streams: \n    Joins: \n  Clusters:',
    ),
    info(
      'dbsp::circuit::checkpointer',
      'GC kept 2/0/0 expected files/directories/other, kept 0/0/0 unexpected, and deleted 0/0/0 unused; 0 error(s) reading directory entries',
    ),
    info(server, 'Pipeline initialization complete'),
  ];
}

/** A worker panics: two backtraces, and the runner ends the process at its next status check (recording 35). */
export function* panicProcess(
  pipeline: DemoPipeline,
  log: ProcessLog,
  panic: Omit<Panic, 'thread'>,
): Generator<number, void, void> {
  const whole = {...panic, thread: 'dbsp-worker-0'};
  for (const line of panicLines(whole)) pipeline.print('stderr', line);
  yield 60;
  const message = panicMessage(whole);
  log('ERROR', server, message);
  log(
    'ERROR',
    controller,
    'Transaction 4: Error retrieving commit progress (runtime error: circuit has been terminated)',
  );
  yield 165;
  log('ERROR', `${server}::error`, `[HTTP error response] RuntimeError.WorkerPanic: ${message}`);
  log('ERROR', server, 'Response: 500 Internal Server Error (size: Sized(9579)) to request GET /status');
  yield 17;
  pipeline.crash(panicError(whole));
}
