import {readTime} from '../../lib/format.ts';
import {isSecretName} from '../../lib/secret-names.ts';
import {hidden, masked} from '../../lib/secrets.ts';
import {sameParts} from '../../lib/store.ts';
import type {ServerJson} from './server-text.ts';
import type {
  DeploymentError,
  MonitorEvent,
  MonitorEventDetail,
  Pipeline,
  PipelineDetail,
  ProgramError,
  RunnerHealth,
  Session,
} from './types.ts';

/**
 * `parts`: the entries of the list, some at a time. An unchanged pipeline is the object in `previous` itself, as is an
 * unchanged list. Rejects as `parts` does.
 */
export async function parsePipelines(
  parts: Iterable<readonly ServerJson[]> | AsyncIterable<readonly ServerJson[]>,
  previous: readonly Pipeline[],
): Promise<readonly Pipeline[]> {
  const byId = new Map(previous.map((pipeline) => [pipeline.id, pipeline]));
  const pipelines: Pipeline[] = [];
  for await (const entries of parts) {
    for (const entry of entries) {
      const before = byId.get(entry.lineOf('id'));
      const pipeline = parsePipeline(entry, before);
      if (pipeline === undefined) continue;
      // Its parts are those of before where they are the same.
      const isSame = before !== undefined && sameParts(Object.values(before), Object.values(pipeline));
      pipelines.push(isSame ? before : pipeline);
    }
  }
  return sameParts(pipelines, previous) ? previous : pipelines;
}

/** Reads a pipeline; undefined when `json` is no object with a name. */
export function parsePipelineDetail(json: ServerJson): PipelineDetail | undefined {
  const pipeline = parsePipeline(json);
  if (pipeline === undefined) return undefined;
  const programErrors = parseProgramErrors(json.field('program_error'));
  const texts = programErrors.map(({text, snippet}) => (snippet === '' ? text : `${text}\n${snippet}`));
  const configured = json.field('runtime_config');
  return {
    ...pipeline,
    programErrors,
    programError: texts.length === 0 ? undefined : texts.join('\n\n'),
    programCode: json.codeOf('program_code'),
    memoryLimit: configured.countOf('max_rss_mb') ?? configured.field('resources').countOf('memory_mb_max'),
    // Of the volume, by Kubernetes; a volume that was enlarged there has more.
    storageLimit: configured.field('resources').countOf('storage_mb_max'),
  };
}

/** Reads a session; undefined when `json` is no object. */
export function parseSession(json: ServerJson): Session | undefined {
  if (!json.isObject) return undefined;
  return {
    tenantId: json.lineOf('tenant_id'),
    tenantName: json.lineOf('tenant_name'),
    role: json.lineOf('role'),
    memberships: json.field('memberships').items?.length ?? 0,
  };
}

/** Milliseconds; the runner records every 10 minutes that all is well, and sooner what is not. */
const staleAfter = 15 * 60_000;

/**
 * Reads the answer of `GET /v0/cluster_healthz`; undefined: it does not tell of the runner. `now`: Unix time in ms. The
 * runner writes the record itself, so the last record of a dead runner says that it is healthy.
 */
export function parseRunnerHealth(json: ServerJson, now: number): RunnerHealth | undefined {
  const runner = json.field('runner');
  const isHealthy = runner.flagOf('healthy');
  if (isHealthy === undefined) return undefined;
  const timeOf = (key: string) => readTime(runner.lineOf(key)) || undefined;
  const times = {since: timeOf('unchanged_since'), checkedAt: timeOf('checked_at')};
  const {checkedAt = now} = times;
  if (isHealthy && now - checkedAt > staleAfter)
    return {isHealthy: false, message: 'it has not reported since', since: checkedAt, checkedAt};
  return {isHealthy, message: masked(runner.lineOf('message')), ...times};
}

/** Reads the version in `GET /v0/config`; undefined: not found. */
export function parseVersion(json: ServerJson): string | undefined {
  return json.lineOf('version') || undefined;
}

/** Descriptions as sent: to look for credentials in one takes 5 µs, and each list has thousands of them again. */
const sentDescriptions = new WeakMap<Pipeline, string>();

function parsePipeline(json: ServerJson, before?: Pipeline): Pipeline | undefined {
  const name = json.nameOf('name');
  if (name === '') return undefined;
  const description = json.textOf('description');
  const details = json.field('deployment_runtime_status_details');
  const isKnown = before !== undefined && sentDescriptions.get(before) === description;
  const pipeline = {
    id: json.lineOf('id'),
    name,
    description: isKnown ? before.description : masked(description),
    tags: tagsOf(json.field('tags'), before?.tags),
    createdAt: json.lineOf('created_at'),
    version: json.countOf('version'),
    programVersion: json.countOf('program_version'),
    platformVersion: json.lineOf('platform_version'),
    deploymentId: json.lineOf('deployment_id'),
    deploymentStatus: json.lineOf('deployment_status'),
    deploymentStatusSince: json.lineOf('deployment_status_since'),
    deploymentDesiredStatus: json.lineOf('deployment_desired_status'),
    programStatus: json.lineOf('program_status'),
    programStatusSince: json.lineOf('program_status_since'),
    storageStatus: json.lineOf('storage_status'),
    deploymentError: parseDeploymentError(json.field('deployment_error'), before?.deploymentError),
    connectorErrors: details.field('connector_stats').countOf('num_errors'),
    runtimeReason: masked(details.textOf('reason').trim()) || undefined,
    checkpointAt: checkpointAtOf(json.field('storage_status_details').field('checkpoints')),
  };
  sentDescriptions.set(pipeline, description);
  return pipeline;
}

/**
 * Feldera stores a tag as a text; its clients keep a colour in it, as in `prod|ef4444`, and take those of one name for one
 * tag (`crates/fda/src/tags.rs`).
 */
function tagsOf(json: ServerJson, before: Pipeline['tags']): Pipeline['tags'] {
  const {items} = json;
  // Most pipelines have none, and a list has thousands of pipelines.
  if (!items || items.length === 0) return items && noTags;
  const names = items.map(({line}) => line.replace(/\|[\da-f]{6}$/i, ''));
  const tags = [...new Set(names.filter((name) => name !== ''))];
  return before && sameParts(before, tags) ? before : tags;
}

const noTags: readonly string[] = [];

/**
 * When the newest checkpoint that exists was begun, as Unix time in ms: the first 48 bits of its id, which is a UUID of
 * version 7 (`dbsp_handle.rs`). Undefined: there is none, or its id tells no time.
 */
function checkpointAtOf(json: ServerJson): number | undefined {
  const uuid = json.items?.at(-1)?.lineOf('uuid') ?? '';
  const [, high, low] = /^([\da-f]{8})-([\da-f]{4})-7[\da-f]{3}-/i.exec(uuid) ?? [];
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16);
}

/** `{sql_compilation, rust_compilation, system_error}` (Feldera 0.337.0); none when no step failed. */
function parseProgramErrors(json: ServerJson): readonly ProgramError[] {
  if (json.isMissing) return [];
  if (json.text !== undefined) return ofText(json.text);
  if (!json.isObject) return ofText(json.asJson(2));
  const steps = ['sql_compilation', 'rust_compilation', 'system_error'];
  const {entries} = json;
  if (!entries.some(([key]) => steps.includes(key))) return entries.length === 0 ? [] : ofText(json.asJson(2));
  return [
    ...sqlErrors(json.field('sql_compilation')),
    ...ofText(describeRust(json.field('rust_compilation'))),
    ...ofText(json.textOf('system_error').trimEnd()),
  ];
}

function ofText(text: string): readonly ProgramError[] {
  return text === '' ? [] : [{text: masked(text), snippet: '', place: undefined}];
}

function sqlErrors(step: ServerJson): readonly ProgramError[] {
  if (!step.isObject || step.numberOf('exit_code') === 0) return [];
  const messages = step.field('messages').items ?? [];
  return messages.length === 0 ? ofText(step.asJson(2)) : messages.map(sqlError);
}

/** `error: Error parsing SQL (line 3, column 7): message`, and the lines of the program that the compiler quotes. */
function sqlError(message: ServerJson): ProgramError {
  if (!message.isObject) return {text: masked(message.asJson()), snippet: '', place: undefined};
  const severity = message.flagOf('warning') ? 'warning' : 'error';
  const start = positionOf(message, 'start');
  const place = start && {...start, end: positionOf(message, 'end')};
  const where = place ? ` (line ${place.line}, column ${place.column})` : '';
  return {
    text: masked(`${severity}: ${message.textOf('error_type')}${where}: ${message.textOf('message')}`.trimEnd()),
    snippet: masked(message.textOf('snippet').trimEnd()),
    place,
  };
}

/** Lines begin with 1; 0 stands for a place that the compiler does not know. */
function positionOf(message: ServerJson, which: 'start' | 'end') {
  const line = message.countOf(`${which}_line_number`) ?? 0;
  return line === 0 ? undefined : {line, column: message.countOf(`${which}_column`) ?? 1};
}

function describeRust(step: ServerJson): string {
  if (!step.isObject || step.numberOf('exit_code') === 0) return '';
  const output = ['stdout', 'stderr']
    .map((stream) => step.textOf(stream).trimEnd())
    .filter((text) => text !== '')
    .join('\n');
  return output === '' ? step.asJson(2) : output;
}

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

/** The JSON body of the API's errors. */
type ServerError = {readonly message: string; readonly errorCode: string; readonly details: ServerJson};

/** The shape of the API's errors and of `deployment_error`, as sent; undefined when there is neither a message nor a code. */
export function parseServerError(json: ServerJson): ServerError | undefined {
  const message = json.textOf('message');
  const errorCode = json.lineOf('error_code');
  if (message === '' && errorCode === '') return undefined;
  return {message: message === '' ? errorCode : message, errorCode, details: json.field('details')};
}

/** The JSON of each parsed error: the next list usually has the same errors again. */
const sentAs = new WeakMap<DeploymentError, string>();

/**
 * All parts of the program show a failed pipeline by the `cause` that is found here. Without credentials. `before`: the
 * error of the same pipeline in the last list, which is the result if it is the same.
 */
function parseDeploymentError(json: ServerJson, before?: DeploymentError): DeploymentError | undefined {
  const error = parseServerError(json);
  if (error === undefined) return undefined;
  const sent = json.wholeJson();
  if (before && sentAs.get(before) === sent) return before;
  const {message, errorCode, details} = error;
  const endedStart = startCodes.test(errorCode);
  const more = leavesOf(details, 'details')
    .filter(([, text]) => text !== '' && !message.includes(text.trim()))
    // Below a name of a credential, all is one.
    .map(([place, text]) => [place, place.split('.').some(isSecretName) ? hidden : masked(text)] as const);
  const parsed = {message: masked(message), errorCode, cause: masked(causeOf(error)), endedStart, more};
  sentAs.set(parsed, sent);
  return parsed;
}

/** In one line: from the details, else the most useful line of the message. */
function causeOf({message, details}: ServerError): string {
  const error = details.field('error');
  const cause = firstLine(error.text ?? details.textOf('compiler_error')) ?? panicIn(error) ?? connectorErrorIn(error);
  return onOneLine(cause ?? causeInMessage(message) ?? firstLine(message) ?? message);
}

function leavesOf(json: ServerJson, place: string): readonly (readonly [place: string, text: string])[] {
  if (json.isLeaf) return [[place, json.text ?? json.asJson()]];
  return json.entries.flatMap(([key, value]) => leavesOf(value, `${place}.${key}`));
}

/** Error codes of a pipeline that never ran (`Automaton…`: the runner's); all others may come later. */
const startCodes =
  /^(?:InitializationError|RunnerProvisionError|StartFailed\w*|Automaton(?:CannotProvision|Invalid|Missing(?:Program|Deployment(?:Id|Config|Initial))|FailedToSerialize|ProvisioningTimeout|CannotConstruct)\w*)$/;

/** `{WorkerPanic: {panic_info: [[worker, kind, {message, location: {file, line, col}}], …]}}`: the first panic. */
function panicIn(error: ServerJson): string | undefined {
  const panics = error.field('WorkerPanic').field('panic_info').items ?? [];
  const infos = panics.flatMap((panic) => panic.items?.[2] ?? []);
  const info = infos.find((each) => each.textOf('message').trim() !== '');
  if (info === undefined) return undefined;
  const location = info.field('location');
  const file = location.lineOf('file');
  const numbers = [location.numberOf('line'), location.numberOf('col')].filter((each) => each !== undefined);
  return panicWords(info.textOf('message'), file === '' ? '' : [file, ...numbers].join(':'));
}

/** After `assertion failed` both sides follow, on lines of their own. */
function panicWords(message: string, place: string): string {
  return `panic: ${onOneLine(message)}${place === '' ? '' : ` (${place})`}`;
}

/** A panic in a message, of which there may be several (recording 35b). */
const panicReport = /^panic message: (.*(?:\n(?!panic ).*)*)\npanic location: (.*)\n?/gm;

/** Returns the message without what its cause says. */
export function beyondCause({message, cause}: Pick<DeploymentError, 'message' | 'cause'>): string {
  const beyond = message.replace(panicReport, (report, words: string, place: string) =>
    panicWords(words, place) === cause ? '' : report,
  );
  const lines = beyond.split('\n').filter((line) => line.trim() !== cause);
  return lines
    .join('\n')
    .replace(detailsPattern, (told, connector: string | undefined, words: string) =>
      connectorWords(connector, words) === cause ? '' : told,
    )
    .trim();
}

/** ` Error details: FATAL error on input endpoint 'orders.gone': Failed to open …` */
const detailsPattern = / Error details: (?:.*? endpoint '([^']*)': )?(.+?)\.?$/m;

/** `{error, endpoint_name, fatal, backtrace}` of a connector; others may have fewer fields. */
function connectorErrorIn(error: ServerJson): string | undefined {
  const cause = firstLine(error.textOf('error'));
  const connector = error.lineOf('endpoint_name');
  return cause === undefined ? undefined : connectorWords(connector, cause);
}

function connectorWords(connector = '', cause: string): string {
  return connector === '' ? cause : `${connector}: ${cause}`;
}

/**
 * A panic, or the cause behind fixed words: `Error details: …`, `panic message: …`. After `Pipeline check failed: …` (the
 * runner's checks), and after JSON that is quoted first, it is in a later paragraph.
 */
function causeInMessage(message: string): string | undefined {
  const [panic] = message.matchAll(panicReport);
  if (panic) return panicWords(panic[1] ?? '', panic[2] ?? '');
  const named = /^panic message: (.+)$/m.exec(message)?.[1] ?? /Error details: (.+)/.exec(message)?.[1];
  const [first = '', ...below] = message.split(/\n\s*\n/);
  const further = /^\s*Pipeline check failed/.test(first) ? below : below.filter((text) => text.startsWith('... '));
  return named ?? further.map(firstLine).find((line) => line !== undefined);
}

function onOneLine(text: string): string {
  const lines = text.split(/[\n\r]/).map((line) => line.trim());
  return lines.filter((line) => line !== '').join(' ');
}

/** The first line that is not empty and not part of a backtrace. */
function firstLine(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const end = lines.findIndex((line) => /^(?:\d+: |stack (?:trace|backtrace):)/i.test(line));
  return lines.slice(0, end === -1 ? undefined : end).find((line) => line !== '');
}
