import {
  badApiKey,
  badQuery,
  connectionRefused,
  errorReply,
  jsonReply,
  malformedToken,
  noRoute,
  notAllowed,
  notDeployed,
  type Reply,
  type Route,
  runnerUnreachable,
  servicesReply,
  unauthorized,
  unclassified,
  unknownEvent,
  unknownPipeline,
  webConsole,
} from './answers.ts';
import type {DemoTenant, NewPart} from './demo.ts';
import type {DemoPipeline} from './pipeline.ts';
import {type PipelineState, pipelineJson, platformVersion, type Selector} from './pipeline-json.ts';

type ServerState = {
  readonly pipelines: readonly DemoPipeline[];
  /** RFC 3339; undefined: it works. */
  readonly runnerDownSince: string | undefined;
  /** RFC 3339. */
  readonly now: string;
  /** What an old server does not have. */
  readonly lacks: readonly NewPart[];
  /** The caller's tenants; empty: one, which no request has to name. */
  readonly tenants: readonly DemoTenant[];
  /** The header `Feldera-Tenant`. */
  readonly tenant: string | undefined;
};

const firstTenant: DemoTenant = {name: 'default', role: 'admin'};

function tenantId(index: number): string {
  return `01a211f6-0000-7000-8000-${String(index + 1).padStart(12, '0')}`;
}

const uncached = {'cache-control': 'no-cache'};

/** Refuses a request whose `Authorization` header is not `Bearer <apiKey>`; without a key, accepts all. */
export function checkCredential(apiKey: string | undefined, authorization: string | undefined): Reply | undefined {
  if (apiKey === undefined || authorization === `Bearer ${apiKey}`) return undefined;
  if (!authorization?.startsWith('Bearer ')) return unauthorized;
  return authorization.startsWith('Bearer apikey:') ? badApiKey : malformedToken;
}

/** Refuses a request that must name one of the caller's tenants, by name or id, and does not. */
export function checkTenant({tenants, tenant}: Pick<ServerState, 'tenants' | 'tenant'>): Reply | undefined {
  if (tenants.length === 0 || tenantIndex(tenants, tenant) !== -1) return undefined;
  if (tenant === undefined) {
    const message = 'This user belongs to several tenants; set the Feldera-Tenant header to select one';
    return errorReply(400, 'AmbiguousTenantMembership', message, null);
  }
  return errorReply(404, 'UnknownTenantName', `Unknown tenant '${tenant}'`, {name: tenant});
}

function tenantIndex(tenants: readonly DemoTenant[], tenant: string | undefined): number {
  if (tenant === undefined) return tenants.length === 1 ? 0 : -1;
  return tenants.findIndex(({name}, index) => name === tenant || tenantId(index) === tenant);
}

function sessionOf({tenants, tenant}: ServerState) {
  const index = Math.max(0, tenantIndex(tenants, tenant));
  const {name, role} = tenants[index] ?? firstTenant;
  const memberships = tenants.map((each, at) => ({tenant_id: tenantId(at), tenant_name: each.name, role: each.role}));
  return {tenant_id: tenantId(index), tenant_name: name, role, memberships};
}

/** `GET /v0/config`. */
const config = {
  posthog: '',
  conceptualhq: '',
  product_fruits: '',
  edition: 'Open source',
  version: platformVersion,
  revision: '5c7931d09',
  runtime_revision: '5c7931d09',
  unstable_features: null,
  changelog_url: `https://github.com/feldera/feldera/releases/tag/v${platformVersion}`,
  license_validity: null,
  update_info: null,
  build_info: {
    build_timestamp: '2026-08-21T12:00:00.000000000Z',
    build_cpu: '',
    build_os: '',
    cargo_dependencies: '',
    cargo_features: '',
    cargo_debug: 'false',
    cargo_opt_level: '3',
    cargo_target_triple: 'x86_64-unknown-linux-gnu',
    rustc_version: '1.95.0',
  },
  build_source: 'source',
};

/** `follow`: a log stream. */
export function replyTo(route: Route, server: ServerState): Reply | 'follow' {
  const {pipelines, runnerDownSince, lacks} = server;
  switch (route.kind) {
    case 'list': {
      const list = pipelines.map(({state}) => listedJson(state, route.selector, lacks));
      return jsonReply(list, uncached);
    }
    case 'pipeline': {
      const pipeline = pipelines.find(({name}) => name === route.name);
      if (!pipeline) return unknownPipeline(route.name);
      return jsonReply(listedJson(pipeline.state, route.selector, lacks), uncached);
    }
    case 'stats':
    case 'time-series':
    case 'events': {
      if (lacks.some((part) => part === route.kind)) return noRoute;
      const pipeline = pipelines.find(({name}) => name === route.name);
      return pipeline ? partReply(route, pipeline, lacks) : unknownPipeline(route.name);
    }
    case 'logs':
      if (!pipelines.some(({name}) => name === route.name)) return unknownPipeline(route.name);
      return runnerDownSince !== undefined ? runnerUnreachable(connectionRefused) : 'follow';
    case 'session':
      return jsonReply(sessionOf(server));
    case 'config':
      return jsonReply(config);
    case 'authentication':
      return jsonReply({});
    case 'health':
      return jsonReply({status: 'healthy'});
    case 'services':
      return servicesReply(runnerDownSince, server.now);
    case 'bad-query':
      return badQuery(route.why);
    case 'unknown':
    case 'not-public':
      return noRoute;
    case 'unclassified':
      return unclassified;
    case 'not-allowed':
      return notAllowed;
    case 'console':
      return webConsole;
  }
}

/** An old server does not count connector errors; a new one may send no count of a pipeline without connectors. */
function listedJson(state: PipelineState, selector: Selector, lacks: ServerState['lacks']): object {
  const isOld = lacks.includes('connector-errors');
  const json = pipelineJson(state, selector);
  if (!isOld && !lacks.includes('connector-counts')) return json;
  const details = state.runtimeStatus === null ? null : {};
  return {...json, deployment_runtime_status_details: details, ...(isOld && {platform_version: '0.300.0'})};
}

type PartRoute = Extract<Route, {kind: 'stats' | 'time-series' | 'events'}>;

/** What the server tells of one pipeline; the first two come from the process itself. */
function partReply(route: PartRoute, pipeline: DemoPipeline, lacks: ServerState['lacks']): Reply {
  const {state, events, deployedRun} = pipeline;
  if (route.kind === 'events') {
    events.pass(state);
    const {id, selector} = route;
    if (id === undefined) return jsonReply(events.list(selector), uncached);
    if (id !== 'latest' && !uuid.test(id)) return invalidUuid(id);
    const event = events.find(id, selector);
    return event ? jsonReply(event, uncached) : unknownEvent(id);
  }
  if (!deployedRun) return notDeployed(state);
  if (route.kind === 'time-series') return jsonReply(deployedRun.timeSeriesJson());
  const hasParameter = !lacks.includes('connector-errors');
  if (hasParameter && !/^(true|false)$/.test(route.withErrors)) {
    return badQuery('provided string was not `true` or `false`');
  }
  const withErrors = hasParameter && route.withErrors === 'true';
  return jsonReply(deployedRun.statsJson({withErrors, isPaused: state.runtimeStatus === 'Paused'}));
}

const uuid = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;

function invalidUuid(value: string): Reply {
  const error = `invalid length: expected length 32 for simple format, found ${value.length}`;
  return errorReply(400, 'InvalidUuidParam', `Invalid UUID string '${value}': ${error}`, {value, error});
}
