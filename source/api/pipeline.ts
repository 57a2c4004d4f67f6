import {fieldOf, isObject, stringOf} from './json.ts';
import {describeProgramError} from './program-error.ts';
import {parseDeploymentError} from './server-error.ts';
import type {DeploymentError, Pipeline, PipelineDetail, Session} from './types.ts';

/**
 * Reads the list. Entries without a name are left out, missing fields get defaults, unknown statuses are kept.
 * A pipeline that did not change is the object of `previous` itself, and so is the whole array when none did.
 * Undefined when `json` is not an array.
 */
export function parsePipelines(json: unknown, previous: readonly Pipeline[]): readonly Pipeline[] | undefined {
  if (!Array.isArray(json)) return undefined;
  const known = new Map(previous.map((pipeline) => [pipeline.id, pipeline]));
  const pipelines: Pipeline[] = [];
  for (const entry of json) {
    const pipeline = parsePipeline(entry);
    if (pipeline === undefined) continue;
    const before = known.get(pipeline.id);
    pipelines.push(before !== undefined && samePipeline(before, pipeline) ? before : pipeline);
  }
  const unchanged = pipelines.length === previous.length && pipelines.every((pipeline, i) => pipeline === previous[i]);
  return unchanged ? previous : pipelines;
}

/** Reads one pipeline with all its fields; undefined when `json` is no object with a name. */
export function parsePipelineDetail(json: unknown): PipelineDetail | undefined {
  const pipeline = parsePipeline(json);
  if (pipeline === undefined) return undefined;
  return {...pipeline, programError: describeProgramError(fieldOf(json, 'program_error'))};
}

/**
 * Since when a pipeline is in the state that is shown of it, RFC 3339: of one that is stopped and is not compiled, that is
 * the state of its program.
 */
export function stateSince(pipeline: Pipeline): string {
  const {deploymentStatus, deploymentError, programStatus} = pipeline;
  const isPrograms = deploymentStatus === 'Stopped' && !deploymentError && !['', 'Success'].includes(programStatus);
  return isPrograms ? pipeline.programStatusSince : pipeline.deploymentStatusSince;
}

/** Reads `GET /v0/config/session`; undefined when `json` is not an object. */
export function parseSession(json: unknown): Session | undefined {
  if (!isObject(json)) return undefined;
  const memberships = fieldOf(json, 'memberships');
  return {
    tenantId: stringOf(json, 'tenant_id'),
    tenantName: stringOf(json, 'tenant_name'),
    role: stringOf(json, 'role'),
    memberships: Array.isArray(memberships) ? memberships.length : 0,
  };
}

/** Reads the version in `GET /v0/config`, which servers of all ages answer; undefined when there is none. */
export function parseVersion(json: unknown): string | undefined {
  return stringOf(json, 'version') || undefined;
}

function parsePipeline(json: unknown): Pipeline | undefined {
  const name = stringOf(json, 'name');
  if (name === '') return undefined;
  return {
    id: stringOf(json, 'id'),
    name,
    description: stringOf(json, 'description'),
    createdAt: stringOf(json, 'created_at'),
    platformVersion: stringOf(json, 'platform_version'),
    deploymentId: stringOf(json, 'deployment_id'),
    deploymentStatus: stringOf(json, 'deployment_status'),
    deploymentStatusSince: stringOf(json, 'deployment_status_since'),
    deploymentDesiredStatus: stringOf(json, 'deployment_desired_status'),
    programStatus: stringOf(json, 'program_status'),
    programStatusSince: stringOf(json, 'program_status_since'),
    storageStatus: stringOf(json, 'storage_status'),
    deploymentError: parseDeploymentError(fieldOf(json, 'deployment_error')),
    connectorErrors: connectorErrorsOf(json),
  };
}

function connectorErrorsOf(json: unknown): number | undefined {
  const count = fieldOf(fieldOf(fieldOf(json, 'deployment_runtime_status_details'), 'connector_stats'), 'num_errors');
  return typeof count === 'number' && count >= 0 ? count : undefined;
}

function samePipeline(a: Pipeline, b: Pipeline): boolean {
  return (
    a.id === b.id &&
    a.name === b.name &&
    a.description === b.description &&
    a.createdAt === b.createdAt &&
    a.platformVersion === b.platformVersion &&
    a.deploymentId === b.deploymentId &&
    a.deploymentStatus === b.deploymentStatus &&
    a.deploymentStatusSince === b.deploymentStatusSince &&
    a.deploymentDesiredStatus === b.deploymentDesiredStatus &&
    a.programStatus === b.programStatus &&
    a.programStatusSince === b.programStatusSince &&
    a.storageStatus === b.storageStatus &&
    a.connectorErrors === b.connectorErrors &&
    sameError(a.deploymentError, b.deploymentError)
  );
}

function sameError(a: DeploymentError | undefined, b: DeploymentError | undefined): boolean {
  // Nearly always undefined, twice. The server writes its fields in one order.
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
