/** The version of Feldera that the demo imitates. */
export const platformVersion = '0.337.0';

export type DeploymentError = {
  readonly message: string;
  readonly error_code: string;
  readonly details: Readonly<Record<string, unknown>>;
};

type SqlMessage = {
  readonly start_line_number: number;
  readonly start_column: number;
  readonly end_line_number: number;
  readonly end_column: number;
  readonly warning: boolean;
  readonly error_type: string;
  readonly message: string;
  readonly snippet: string | null;
};

/** Sent only with `selector=all`. */
export type ProgramError = {
  readonly sql_compilation: {readonly exit_code: number; readonly messages: readonly SqlMessage[]} | null;
  readonly rust_compilation: {readonly exit_code: number; readonly stdout: string; readonly stderr: string} | null;
  readonly system_error: string | null;
};

/** Times are RFC 3339. */
export type PipelineState = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly createdAt: string;
  readonly version: number;
  readonly refreshVersion: number;
  readonly programStatus: string;
  readonly programStatusSince: string;
  readonly programError: ProgramError;
  readonly programCode: string;
  readonly deploymentError: DeploymentError | null;
  readonly storageStatus: string;
  readonly deploymentId: string | null;
  readonly deploymentStatus: string;
  readonly deploymentStatusSince: string;
  readonly desiredStatus: string;
  readonly resourcesStatus: string;
  readonly resourcesStatusSince: string;
  readonly resourcesDesiredStatus: string;
  /** Null while nothing is provisioned. */
  readonly runtimeStatus: string | null;
  readonly runtimeDesiredStatus: string | null;
  readonly connectorErrors: number;
};

export type Selector = 'all' | 'status' | 'status_with_connectors';

/** The server's defaults. */
const runtimeConfig = {
  workers: 8,
  max_rss_mb: null,
  datafusion_memory_mb: null,
  hosts: 1,
  storage: {
    backend: {name: 'default'},
    min_storage_bytes: null,
    min_step_storage_bytes: null,
    compression: 'default',
    cache_mib: null,
  },
  fault_tolerance: {model: 'none', checkpoint_interval_secs: 60},
  cpu_profiler: true,
  tracing: false,
  tracing_endpoint_jaeger: '127.0.0.1:6831',
  min_batch_size_records: 0,
  max_buffering_delay_usecs: 0,
  resources: {
    cpu_cores_min: null,
    cpu_cores_max: null,
    memory_mb_min: null,
    memory_mb_max: null,
    storage_mb_max: null,
    storage_class: null,
    service_account_name: null,
    namespace: null,
  },
  clock_resolution_usecs: 1_000_000,
  clock_timezone_offset: null,
  pin_cpus: [],
  provisioning_timeout_secs: null,
  max_parallel_connector_init: null,
  init_containers: null,
  checkpoint_during_suspend: true,
  http_workers: null,
  io_workers: null,
  env: {},
  dev_tweaks: {},
  logging: null,
  pipeline_template_configmap: null,
};

const beforeSql = new Set(['Pending', 'CompilingSql', 'SqlError']);

/** Null until the SQL compiler has succeeded. */
function programInfo(status: string): unknown {
  if (beforeSql.has(status)) return null;
  return {schema: {inputs: [], outputs: []}, udf_stubs: '', input_connectors: {}, output_connectors: {}};
}

/** The reports of the compiler's steps that have succeeded. */
export function programErrorOf(status: string): ProgramError {
  const hasSql = !beforeSql.has(status);
  return {
    sql_compilation: hasSql ? {exit_code: 0, messages: []} : null,
    rust_compilation: status === 'Success' ? {exit_code: 0, stdout: '', stderr: ''} : null,
    system_error: null,
  };
}

/** What is in the storage; null when there is nothing. */
export function storageDetails({storageStatus}: PipelineState): object | null {
  return storageStatus === 'InUse' ? {checkpoints: []} : null;
}

/** What the process says of itself; before it answers, the runner says it. */
export function runtimeDetails({runtimeStatus, connectorErrors}: PipelineState): object | null {
  if (runtimeStatus === null) return null;
  if (runtimeStatus === 'Initializing') return {reason: 'initializing set by the runner'};
  return {connector_stats: {num_errors: connectorErrors}};
}

/** Fields and their order are those of the recording `15a-list-status.raw`. */
export function pipelineJson(state: PipelineState, selector: Selector): Record<string, unknown> {
  const runs = state.runtimeStatus !== null;
  const {resourcesStatus, resourcesDesiredStatus} = state;
  // From the request to run it until the runner begins to stop it.
  const isWanted =
    resourcesStatus === 'Stopped' ? resourcesDesiredStatus === 'Provisioned' : resourcesStatus !== 'Stopping';
  return {
    id: state.id,
    name: state.name,
    description: state.description,
    tags: state.tags,
    created_at: state.createdAt,
    version: state.version,
    platform_version: platformVersion,
    ...(selector === 'all' && {
      runtime_config: runtimeConfig,
      program_code: state.programCode,
      udf_rust: '',
      udf_toml: '',
    }),
    program_config: {profile: null, cache: true, runtime_version: null, use_platform_compiler: false},
    program_version: 1,
    program_status: state.programStatus,
    program_status_since: state.programStatusSince,
    ...(selector === 'all' && {program_error: state.programError, program_info: programInfo(state.programStatus)}),
    deployment_error: state.deploymentError,
    refresh_version: state.refreshVersion,
    storage_status: state.storageStatus,
    storage_status_details: storageDetails(state),
    deployment_id: state.deploymentId,
    deployment_initial: isWanted ? 'Running' : null,
    deployment_status: state.deploymentStatus,
    deployment_status_since: state.deploymentStatusSince,
    deployment_desired_status: state.desiredStatus,
    deployment_desired_status_since: state.deploymentStatusSince,
    deployment_resources_status: state.resourcesStatus,
    ...(selector === 'all' && {
      deployment_resources_status_details:
        state.resourcesStatus === 'Provisioned' ? {process: 'has not exited', working_dir: 'exists'} : null,
    }),
    deployment_resources_status_since: state.resourcesStatusSince,
    deployment_resources_desired_status: state.resourcesDesiredStatus,
    deployment_resources_desired_status_since: state.resourcesStatusSince,
    deployment_runtime_status: state.runtimeStatus,
    deployment_runtime_status_details: runtimeDetails(state),
    deployment_runtime_status_since: runs ? state.deploymentStatusSince : null,
    deployment_runtime_desired_status: state.runtimeDesiredStatus,
    deployment_runtime_desired_status_since: runs ? state.deploymentStatusSince : null,
    bootstrap_policy: isWanted ? 'await_approval' : null,
    silent_bootstrap: false,
    concurrent_bootstrap: false,
    ...(selector === 'status_with_connectors' &&
      state.deploymentStatus === 'Running' && {connectors: {num_errors: state.connectorErrors}}),
  };
}
