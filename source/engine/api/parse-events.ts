import {parseDeploymentError} from './parse-pipeline.ts';
import type {ServerJson} from './server-text.ts';
import type {MonitorEvent, MonitorEventDetail} from './types.ts';

/** Events that are kept of a response; Feldera has 720 by default. */
const eventLimit = 2000;

/** Reads events, but none without an id or a time; undefined when `json` is no list. */
export function parseEvents(json: ServerJson): readonly MonitorEvent[] | undefined {
  return json.items?.slice(0, eventLimit).flatMap((entry) => parseEvent(entry) ?? []);
}

/** Reads an event; undefined when `json` is none. */
export function parseEventDetail(json: ServerJson): MonitorEventDetail | undefined {
  const event = parseEvent(json);
  if (event === undefined) return undefined;
  const deploymentError = parseDeploymentError(json.field('deployment_error'));
  return {...event, deploymentError};
}

function parseEvent(json: ServerJson): MonitorEvent | undefined {
  const [id, time] = [json.lineOf('event_id'), json.lineOf('recorded_at')];
  if (id === '' || time === '') return undefined;
  return {
    id,
    time,
    status: combined(json.lineOf('deployment_resources_status'), json.lineOf('deployment_runtime_status')),
    resourcesDesiredStatus: json.lineOf('deployment_resources_desired_status'),
    runtimeDesiredStatus: json.lineOf('deployment_runtime_desired_status'),
    hasError: json.flagOf('deployment_has_error') === true,
    programStatus: json.lineOf('program_status'),
    storageStatus: json.lineOf('storage_status'),
  };
}

/** Combines two states as the server does for its list: what is provisioned has the state of its process. */
function combined(resources: string, runtime: string): string {
  if (resources !== 'Provisioned') return resources;
  return runtime === '' ? 'Initializing' : runtime;
}
