import {
  badApiKey,
  badSelector,
  connectionRefused,
  errorReply,
  jsonReply,
  malformedToken,
  noRoute,
  notAllowed,
  type Reply,
  type Route,
  runnerUnreachable,
  unauthorized,
  unclassified,
  unknownPipeline,
  webConsole,
} from './answers.ts';
import type {DemoTenant} from './demo.ts';
import type {DemoPipeline} from './pipeline.ts';
import {pipelineJson, platformVersion} from './pipeline-json.ts';

export type ServerState = {
  readonly pipelines: readonly DemoPipeline[];
  readonly runnerDown: boolean;
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
  const {pipelines, runnerDown} = server;
  switch (route.kind) {
    case 'list': {
      const list = pipelines.map(({state}) => pipelineJson(state, route.selector));
      return jsonReply(list, uncached);
    }
    case 'pipeline': {
      const pipeline = pipelines.find(({name}) => name === route.name);
      if (!pipeline) return unknownPipeline(route.name);
      return jsonReply(pipelineJson(pipeline.state, route.selector), uncached);
    }
    case 'logs':
      if (!pipelines.some(({name}) => name === route.name)) return unknownPipeline(route.name);
      return runnerDown ? runnerUnreachable(connectionRefused) : 'follow';
    case 'session':
      return jsonReply(sessionOf(server));
    case 'config':
      return jsonReply(config);
    case 'authentication':
      return jsonReply({});
    case 'health':
      return jsonReply({status: 'healthy'});
    case 'bad-selector':
      return badSelector(route.selector);
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
