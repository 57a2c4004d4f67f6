import {fieldOf, stringOf} from '../lib/json.ts';
import {connectorErrorsOf, parseDeploymentError} from './parse-pipeline.ts';
import type {PipelineEvent, PipelineEventDetail} from './types.ts';

/** Events that are kept of a response; Feldera has 720 by default. */
const eventLimit = 2000;

/** Undefined when `json` is no list. Entries without an id or a time are left out. */
export function parseEvents(json: unknown): readonly PipelineEvent[] | undefined {
  if (!Array.isArray(json)) return undefined;
  return json.slice(0, eventLimit).flatMap((entry) => parseEvent(entry) ?? []);
}

/** Undefined when `json` is no event. */
export function parseEventDetail(json: unknown): PipelineEventDetail | undefined {
  const event = parseEvent(json);
  if (event === undefined) return undefined;
  const deploymentError = parseDeploymentError(fieldOf(json, 'deployment_error'));
  return {...event, deploymentError, connectorErrors: connectorErrorsOf(json)};
}

function parseEvent(json: unknown): PipelineEvent | undefined {
  const [id, time] = [stringOf(json, 'event_id'), stringOf(json, 'recorded_at')];
  if (id === '' || time === '') return undefined;
  const resourcesStatus = stringOf(json, 'deployment_resources_status');
  const runtimeStatus = stringOf(json, 'deployment_runtime_status');
  return {
    id,
    time,
    status: combined(resourcesStatus, runtimeStatus),
    resourcesStatus,
    resourcesDesiredStatus: stringOf(json, 'deployment_resources_desired_status'),
    runtimeStatus,
    runtimeDesiredStatus: stringOf(json, 'deployment_runtime_desired_status'),
    hasError: fieldOf(json, 'deployment_has_error') === true,
    programStatus: stringOf(json, 'program_status'),
    storageStatus: stringOf(json, 'storage_status'),
  };
}

/** As the server combines them for the list: what is provisioned is in the status of its process. */
function combined(resources: string, runtime: string): string {
  if (resources !== 'Provisioned') return resources;
  return runtime === '' ? 'Initializing' : runtime;
}
