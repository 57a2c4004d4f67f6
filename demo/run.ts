import {formatMicros} from './log-lines.ts';

/** A connector of a run. */
export type Endpoint = {
  readonly kind: 'input' | 'output';
  /** `orders.kafka`: the table or view, and the connector's name. */
  readonly name: string;
  /** Kafka's connectors have one, files, URLs and generators have none. */
  readonly hasHealth?: boolean;
};

export type ErrorKind = 'parse' | 'encode' | 'transport';

/** What happened to the errors of a connector and tag: the truth that a client can only work out. */
type ErrorCount = {
  readonly endpoint: string;
  readonly kind: ErrorKind;
  readonly tag: string | undefined;
  readonly total: number;
  /** In the log, as a record of its own. */
  readonly logged: number;
  /** In the log only as a number, in a line `Suppressed N …`. The rest of `total` is in no line. */
  readonly told: number;
};

type StoredError = {
  readonly timestamp: string;
  readonly index: number;
  readonly tag: string | null;
  readonly message: string;
};

type EndpointState = Endpoint & {
  readonly kept: Readonly<Record<ErrorKind, StoredError[]>>;
  readonly counts: Record<ErrorKind, number>;
  records: number;
  bytes: number;
  /** Received and not processed. */
  buffered: number;
  fatalError: string | null;
  health: {readonly status: 'Healthy' | 'Unhealthy'; readonly description: string | null} | null;
  hasEnded: boolean;
};

/** Errors that the pipeline keeps for each tag, kind and connector. */
const errorsKept = 100;
/** Samples of the time series: one a second. */
const samplesKept = 60;
/** Bytes of a process that has just started. */
const startMemory = 104 * 1024 * 1024;

type RunOptions = {
  /** Unix time in ms. */
  readonly now: () => number;
  /** Identifies the process; each start makes another one. */
  readonly incarnation: string;
  /** The number of errors that the API counts has changed by this. */
  readonly onErrors: (change: number) => void;
};

/** One life of a pipeline's process: its counters begin at 0, and nothing of it survives the stop. */
export class DemoRun {
  readonly #options: RunOptions;
  readonly #startedAt: number;
  readonly #endpoints = new Map<string, EndpointState>();
  readonly #errorCounts = new Map<string, {-readonly [Key in keyof ErrorCount]: ErrorCount[Key]}>();
  /** The records processed, whenever that changed in the last minute, and once before. */
  #progress: {readonly at: number; readonly processed: number}[];
  #input = {records: 0, bytes: 0};
  #processed = {records: 0, bytes: 0};
  #steps = 1;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#progress = [{at: this.#startedAt, processed: 0}];
  }

  /** Of every connector and tag that has had an error. */
  get errorCounts(): readonly ErrorCount[] {
    return [...this.#errorCounts.values()];
  }

  /** A connector that is used without this is added at its first use. */
  connect(endpoint: Endpoint): void {
    const {kind, name, hasHealth = false} = endpoint;
    this.#endpoints.set(name, {
      kind,
      name,
      kept: {parse: [], encode: [], transport: []},
      counts: {parse: 0, encode: 0, transport: 0},
      records: 0,
      bytes: 0,
      buffered: 0,
      fatalError: null,
      health: hasHealth ? {status: 'Healthy', description: null} : null,
      hasEnded: false,
    });
  }

  /** An input reads records, which wait for the next `step`. */
  receive(name: string, records: number, bytes = records * 52): void {
    const endpoint = this.#endpoint('input', name);
    endpoint.records += records;
    endpoint.bytes += bytes;
    endpoint.buffered += records;
    this.#input = {records: this.#input.records + records, bytes: this.#input.bytes + bytes};
  }

  /** An input has no more to read. */
  endInput(name: string): void {
    this.#endpoint('input', name).hasEnded = true;
  }

  /** Processes what was received. An input that stopped with a fatal error disappears now, with its errors. */
  step(): void {
    for (const endpoint of this.#endpoints.values()) {
      endpoint.buffered = 0;
      if (endpoint.kind !== 'input' || endpoint.fatalError === null) continue;
      this.#endpoints.delete(endpoint.name);
      this.#options.onErrors(-(endpoint.counts.parse + endpoint.counts.transport));
    }
    this.#processed = this.#input;
    this.#steps += 1;
    this.#progress.push({at: this.#options.now(), processed: this.#processed.records});
    const oldest = this.#options.now() - (samplesKept + 1) * 1000;
    const first = this.#progress.findLastIndex(({at}) => at <= oldest);
    if (first > samplesKept) this.#progress = this.#progress.slice(first);
  }

  transmit(name: string, records: number, bytes = records * 60): void {
    const endpoint = this.#endpoint('output', name);
    endpoint.records += records;
    endpoint.bytes += bytes;
  }

  setHealth(name: string, status: 'Healthy' | 'Unhealthy', description: string | null = null): void {
    const endpoint = this.#endpoints.get(name);
    if (endpoint) endpoint.health = {status, description};
  }

  /** Counts an error, for the API too. Returns where to count what the log makes of it. */
  addError(error: {
    readonly endpoint: string;
    readonly kind: ErrorKind;
    readonly tag?: string | undefined;
    readonly isOutput?: boolean | undefined;
    readonly message: string;
    readonly fatal?: boolean | undefined;
  }): {logged: number; told: number} {
    const {endpoint: name, kind, tag, message} = error;
    const isOutput = error.isOutput ?? kind === 'encode';
    const endpoint = this.#endpoint(isOutput ? 'output' : 'input', name);
    endpoint.counts[kind] += 1;
    const timestamp = formatMicros(Math.floor(this.#options.now() * 1000));
    endpoint.kept[kind].push({timestamp, index: endpoint.counts[kind], tag: tag ?? null, message});
    if (endpoint.kept[kind].length > errorsKept) dropOldest(endpoint.kept[kind], tag ?? null);
    if (error.fatal) endpoint.fatalError ??= message;
    this.#options.onErrors(1);
    const key = `${name} ${kind} ${tag ?? ''}`;
    const count = this.#errorCounts.get(key) ?? {endpoint: name, kind, tag, total: 0, logged: 0, told: 0};
    this.#errorCounts.set(key, count);
    count.total += 1;
    return count;
  }

  /** `GET …/stats`: fields and their order are those of the recordings 25a and 25b. */
  statsJson({withErrors, isPaused}: {readonly withErrors: boolean; readonly isPaused: boolean}): object {
    const [begin, now] = [Math.floor(this.#startedAt / 1000), this.#options.now()];
    const endpoints = [...this.#endpoints.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const listed = (kind: Endpoint['kind']) => endpoints.filter((each) => each.kind === kind);
    const uptime = Math.max(0, Math.floor(now - this.#startedAt));
    const buffered = {
      records: this.#input.records - this.#processed.records,
      bytes: this.#input.bytes - this.#processed.bytes,
    };
    return {
      global_metrics: {
        state: isPaused ? 'Paused' : 'Running',
        bootstrap_in_progress: false,
        transaction_status: 'NoTransaction',
        transaction_id: 0,
        transaction_msecs: null,
        transaction_records: null,
        commit_progress: null,
        transaction_initiators: {transaction_id: null, initiated_by_api: null, initiated_by_connectors: {}},
        concurrent_bootstrap_phase: 'Inactive',
        concurrent_bootstrap_progress: null,
        rss_bytes: memoryAt(this.#processed.records),
        memory_pressure: 'low',
        memory_pressure_epoch: 0,
        cpu_msecs: 90 + Math.floor(uptime / 20),
        uptime_msecs: uptime,
        start_time: begin,
        incarnation_uuid: this.#options.incarnation,
        initial_start_time: begin,
        storage_bytes: storageAt(this.#processed.records),
        storage_mb_secs: 0,
        runtime_elapsed_msecs: 3 + Math.floor(uptime / 40),
        buffered_input_records: buffered.records,
        buffered_input_bytes: buffered.bytes,
        total_input_records: this.#input.records,
        total_input_bytes: this.#input.bytes,
        total_processed_records: this.#processed.records,
        total_processed_bytes: this.#processed.bytes,
        total_completed_records: this.#processed.records,
        output_stall_msecs: 0,
        total_initiated_steps: this.#steps,
        total_completed_steps: this.#steps,
        pipeline_complete: buffered.records === 0 && listed('input').every(({hasEnded}) => hasEnded),
      },
      suspend_error: {Permanent: ['EnterpriseFeature']},
      checkpoint_activity: {status: 'idle'},
      permanent_checkpoint_errors: ['EnterpriseFeature'],
      inputs: listed('input').map((each) => this.#inputJson(each, withErrors)),
      outputs: listed('output').map((each) => this.#outputJson(each, withErrors)),
    };
  }

  /** `GET …/time_series`: one sample a second, of the last minute. */
  timeSeriesJson(): object {
    const now = Math.floor(this.#options.now());
    const last = Math.max(0, Math.floor((now - this.#startedAt) / 1000));
    const count = Math.min(last, samplesKept);
    const samples = Array.from({length: count}, (_, index) => {
      const at = Math.floor(this.#startedAt) + (last - count + 1 + index) * 1000;
      const processed = this.#progress.findLast((each) => each.at <= at)?.processed ?? 0;
      return {t: at, r: processed, m: memoryAt(processed), s: storageAt(processed)};
    });
    return {now, samples};
  }

  #endpoint(kind: Endpoint['kind'], name: string): EndpointState {
    if (!this.#endpoints.has(name)) this.connect({kind, name});
    const endpoint = this.#endpoints.get(name);
    if (!endpoint) throw new Error(`${name} was not connected`);
    return endpoint;
  }

  #inputJson(endpoint: EndpointState, withErrors: boolean): object {
    const {name, counts, kept, records} = endpoint;
    return {
      endpoint_name: name,
      config: {stream: streamOf(name)},
      metrics: {
        total_bytes: endpoint.bytes,
        total_records: records,
        buffered_records: endpoint.buffered,
        buffered_bytes: records === 0 ? 0 : Math.floor((endpoint.bytes / records) * endpoint.buffered),
        num_transport_errors: counts.transport,
        num_parse_errors: counts.parse,
        end_of_input: endpoint.hasEnded,
        // Missing until a first batch was processed.
        ...((records > 0 || counts.parse > 0) && {processing_latency_p99_micros: 9000}),
      },
      fatal_error: endpoint.fatalError,
      ...(withErrors && {parse_errors: kept.parse, transport_errors: kept.transport}),
      health: endpoint.health,
      paused: false,
      barrier: false,
      completed_frontier: null,
    };
  }

  #outputJson(endpoint: EndpointState, withErrors: boolean): object {
    const {name, counts, kept} = endpoint;
    return {
      endpoint_name: name,
      config: {stream: streamOf(name)},
      metrics: {
        transmitted_records: endpoint.records,
        transmitted_bytes: endpoint.bytes,
        queued_records: 0,
        queued_batches: 0,
        buffered_records: 0,
        buffered_batches: 0,
        num_encode_errors: counts.encode,
        num_transport_errors: counts.transport,
        total_processed_input_records: this.#processed.records,
        total_processed_steps: this.#steps,
        memory: 0,
      },
      fatal_error: endpoint.fatalError,
      ...(withErrors && {encode_errors: kept.encode, transport_errors: kept.transport}),
      health: endpoint.health,
    };
  }
}

/** `orders` of `orders.kafka`. */
function streamOf(name: string): string {
  return name.split('.')[0] ?? name;
}

/** The newest of each tag stay, so the indices of the kept ones have gaps. */
function dropOldest(errors: StoredError[], tag: string | null): void {
  if (errors.filter((each) => each.tag === tag).length <= errorsKept) return;
  errors.splice(
    errors.findIndex((each) => each.tag === tag),
    1,
  );
}

/** Grows as the pipeline works, and is the same for the statistics and the time series. */
function memoryAt(processed: number): number {
  return startMemory + 4096 * Math.floor(8 * Math.sqrt(processed)) + 65_536 * (Math.floor(processed / 97) % 13);
}

function storageAt(processed: number): number {
  return 119 + 32_768 * Math.floor(processed / 400);
}
