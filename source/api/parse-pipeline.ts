import {countOf, fieldOf, isObject, stringOf} from '../lib/json.ts';
import type {DeploymentError, Pipeline, PipelineDetail, ServerError, Session} from './types.ts';

/**
 * `parts`: the entries of the list, some at a time. An unchanged pipeline is the object in `previous` itself, as is an
 * unchanged list. Rejects as `parts` does.
 */
export async function parsePipelines(
  parts: Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>,
  previous: readonly Pipeline[],
): Promise<readonly Pipeline[]> {
  const byId = new Map(previous.map((pipeline) => [pipeline.id, pipeline]));
  const pipelines: Pipeline[] = [];
  for await (const entries of parts) {
    for (const entry of entries) {
      const pipeline = parsePipeline(entry);
      if (pipeline === undefined) continue;
      const before = byId.get(pipeline.id);
      pipelines.push(before !== undefined && samePipeline(before, pipeline) ? before : pipeline);
    }
  }
  const unchanged = pipelines.length === previous.length && pipelines.every((pipeline, i) => pipeline === previous[i]);
  return unchanged ? previous : pipelines;
}

/** Undefined when `json` is no object with a name. */
export function parsePipelineDetail(json: unknown): PipelineDetail | undefined {
  const pipeline = parsePipeline(json);
  if (pipeline === undefined) return undefined;
  return {...pipeline, programError: describeProgramError(fieldOf(json, 'program_error'))};
}

/** Undefined when `json` is not an object. */
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

/** Reads the version in `GET /v0/config`, which old servers have too; undefined: not found. */
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

/** `json`: a pipeline, or one of its events. */
export function connectorErrorsOf(json: unknown): number | undefined {
  return countOf(fieldOf(fieldOf(json, 'deployment_runtime_status_details'), 'connector_stats'), 'num_errors');
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
  // Both are nearly always undefined. The server sends fields in one order.
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** `{sql_compilation, rust_compilation, system_error}` (Feldera 0.337.0) as text; undefined when no step failed. */
export function describeProgramError(json: unknown): string | undefined {
  if (json === null || json === undefined) return undefined;
  if (typeof json === 'string') return json === '' ? undefined : json;
  if (!isObject(json)) return JSON.stringify(json, undefined, 2);
  const steps = ['sql_compilation', 'rust_compilation', 'system_error'];
  if (!steps.some((step) => step in json)) {
    return Object.keys(json).length === 0 ? undefined : JSON.stringify(json, undefined, 2);
  }
  const parts = [
    describeSql(fieldOf(json, 'sql_compilation')),
    describeRust(fieldOf(json, 'rust_compilation')),
    stringOf(json, 'system_error').trimEnd(),
  ].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join('\n\n');
}

function describeSql(step: unknown): string {
  if (!isObject(step) || fieldOf(step, 'exit_code') === 0) return '';
  const messages = fieldOf(step, 'messages');
  if (!Array.isArray(messages) || messages.length === 0) return JSON.stringify(step, undefined, 2);
  return messages.map(describeSqlMessage).join('\n\n');
}

/** `error: Error parsing SQL (line 3, column 7): message`, then the lines of source that the compiler quotes. */
function describeSqlMessage(message: unknown): string {
  if (!isObject(message)) return JSON.stringify(message);
  const severity = fieldOf(message, 'warning') === true ? 'warning' : 'error';
  const line = fieldOf(message, 'start_line_number');
  const column = fieldOf(message, 'start_column');
  const place = typeof line === 'number' && line > 0 ? ` (line ${line}, column ${String(column)})` : '';
  const head = `${severity}: ${stringOf(message, 'error_type')}${place}: ${stringOf(message, 'message')}`.trimEnd();
  const snippet = stringOf(message, 'snippet').trimEnd();
  return snippet === '' ? head : `${head}\n${snippet}`;
}

function describeRust(step: unknown): string {
  if (!isObject(step) || fieldOf(step, 'exit_code') === 0) return '';
  const output = ['stdout', 'stderr']
    .map((stream) => stringOf(step, stream).trimEnd())
    .filter((text) => text !== '')
    .join('\n');
  return output === '' ? JSON.stringify(step, undefined, 2) : output;
}

/** The shape of the API's errors and of `deployment_error`; undefined when there is neither a message nor a code. */
export function parseServerError(json: unknown): ServerError | undefined {
  const message = stringOf(json, 'message');
  const errorCode = stringOf(json, 'error_code');
  if (message === '' && errorCode === '') return undefined;
  return {message: message === '' ? errorCode : message, errorCode, details: fieldOf(json, 'details')};
}

/** All parts of the program show a failed pipeline by the `cause` that is found here. */
export function parseDeploymentError(json: unknown): DeploymentError | undefined {
  const error = parseServerError(json);
  if (error === undefined) return undefined;
  const {message, errorCode} = error;
  const endedStart = startCodes.test(errorCode);
  return {message, errorCode, cause: causeOf(error), endedStart, more: detailsBeyond(error)};
}

/** In one line: from the details, else the most useful line of the message. */
function causeOf({message, details}: ServerError): string {
  const error = fieldOf(details, 'error');
  const cause =
    firstLine(typeof error === 'string' ? error : stringOf(details, 'compiler_error')) ??
    panicIn(error) ??
    connectorErrorIn(error);
  return onOneLine(cause ?? causeInMessage(message) ?? firstLine(message) ?? message);
}

function detailsBeyond({message, details}: ServerError): readonly (readonly [place: string, text: string])[] {
  return leavesOf(details, 'details').filter(([, text]) => text !== '' && !message.includes(text.trim()));
}

function leavesOf(json: unknown, place: string): readonly (readonly [place: string, text: string])[] {
  if (typeof json !== 'object') return json === undefined ? [] : [[place, String(json)]];
  return Object.entries(json ?? {}).flatMap(([key, value]) => leavesOf(value, `${place}.${key}`));
}

/** Error codes of a pipeline that never ran (`Automaton…`: the runner's); all others may come later. */
const startCodes =
  /^(?:InitializationError|RunnerProvisionError|StartFailed\w*|Automaton(?:CannotProvision|Invalid|Missing(?:Program|Deployment(?:Id|Config|Initial))|FailedToSerialize|ProvisioningTimeout|CannotConstruct)\w*)$/;

/** `{WorkerPanic: {panic_info: [[worker, kind, {message, location: {file, line, col}}], …]}}`: the first message. */
function panicIn(error: unknown): string | undefined {
  const panics = fieldOf(fieldOf(error, 'WorkerPanic'), 'panic_info');
  if (!Array.isArray(panics)) return undefined;
  const infos = panics.map((panic: unknown) => (Array.isArray(panic) ? (panic[2] as unknown) : undefined));
  const info = infos.find((each) => stringOf(each, 'message').trim() !== '');
  if (info === undefined) return undefined;
  const location = fieldOf(info, 'location');
  const [file, line] = [stringOf(location, 'file'), fieldOf(location, 'line')];
  const place = file === '' ? '' : ` (${file}${typeof line === 'number' ? `:${line}` : ''})`;
  // After `assertion failed` both sides follow, on lines of their own.
  return `panic: ${stringOf(info, 'message')
    .trim()
    .replace(/\s*\n\s*/g, ' ')}${place}`;
}

/** `{error, endpoint_name, fatal, backtrace}` of a connector; others may have fewer fields. */
function connectorErrorIn(error: unknown): string | undefined {
  if (!isObject(error)) return undefined;
  const cause = firstLine(stringOf(error, 'error'));
  const connector = stringOf(error, 'endpoint_name');
  return cause === undefined || connector === '' ? cause : `${connector}: ${cause}`;
}

/**
 * The cause behind fixed words: `Error details: …`, `panic message: …`. After `Pipeline check failed: …` (the runner's
 * checks), and after JSON that is quoted first, it is in a later paragraph.
 */
function causeInMessage(message: string): string | undefined {
  const named = /^panic message: (.+)$/m.exec(message)?.[1] ?? /Error details: (.+)/.exec(message)?.[1];
  const [first = '', ...below] = message.split(/\n\s*\n/);
  const further = /^\s*Pipeline check failed/.test(first) ? below : below.filter((text) => text.startsWith('... '));
  return named ?? further.map(firstLine).find((line) => line !== undefined);
}

function onOneLine(text: string): string {
  return text.trim().replace(/\s*[\n\r]\s*/g, ' ');
}

/** The first line that is not empty and not part of a backtrace. */
function firstLine(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const end = lines.findIndex((line) => /^(?:\d+: |stack (?:trace|backtrace):)/i.test(line));
  return lines.slice(0, end === -1 ? undefined : end).find((line) => line !== '');
}
