import {ApiError} from '../api/errors.ts';
import type {ApiClient, Pipeline, PipelineDetail} from '../api/types.ts';
import {statementLines, statementObject} from '../events/statement-words.ts';
import type {Clock} from '../lib/clock.ts';
import {jsonText} from '../lib/json.ts';
import {someAtATime} from '../logs/pipeline-history.ts';
import type {RequestedNames} from '../settings/names.ts';
import type {StatusForm} from '../settings/request.ts';
import {nameHint, seeAll} from '../startup/name-hint.ts';
import {clean} from '../terminal/clean.ts';
import {byName, serverState, stateSince, tagWords} from '../words/pipeline.ts';
import {pipelineObject} from './list.ts';
import type {Why} from './why-of-server.ts';

type StatusOptions = {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Undefined when the server does not send one. */
  readonly serverVersion: Promise<string | undefined>;
  /** No names and no patterns: all pipelines. */
  readonly requested: RequestedNames;
  readonly output: StatusForm;
  readonly signal: AbortSignal;
};

/** The text of `pipetail status`. Rejects with an `ApiError`, or an `Error` of one line when no pipeline matches. */
export async function statusReport(options: StatusOptions): Promise<string> {
  const {client, requested, output, signal} = options;
  const details = await describePipelines(client, await requestedNames(client, requested, signal), signal);
  const {whyOfServer} = await import('./why-of-server.ts');
  const why = await whyOfServer(details, {...options, asksTwice: true});
  const version = await options.serverVersion;
  if (output === 'json') {
    const objects = details.map((detail, at) => ({
      ...pipelineObject(detail, {why: why[at], programError: detail.programError}),
      why: (why[at]?.statements ?? []).map(statementObject),
      programError: detail.programError ?? null,
      serverVersion: version ?? null,
    }));
    return `${jsonText(objects, 2)}\n`;
  }
  return details.map((detail, at) => describe(detail, why[at], version)).join('\n');
}

async function requestedNames(client: ApiClient, {names, patterns}: RequestedNames, signal: AbortSignal) {
  if (names.length > 0 && patterns.length === 0) return names;
  const listed = (await client.listPipelines(signal)).toSorted(byName);
  const isMatch = (pipeline: Pipeline) => patterns.some(({matches}) => matches(pipeline));
  const wanted = patterns.length === 0 ? listed : listed.filter((each) => names.includes(each.name) || isMatch(each));
  const matching = wanted.map(({name}) => name);
  if (patterns.length === 0) return matching;
  const sources = patterns.map(({source}) => `'${source}'`).join(', ');
  if (matching.length === 0) throw new Error(`no pipeline matches ${sources} · ${seeAll}`);
  return matching;
}

async function describePipelines(
  client: ApiClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly PipelineDetail[]> {
  return await someAtATime(names, (name) => describePipeline(client, name, signal));
}

/** Rejects with an `ApiError`, or an `Error` of one line for a name that the server does not have. */
export async function describePipeline(client: ApiClient, name: string, signal: AbortSignal): Promise<PipelineDetail> {
  try {
    return await client.getPipeline(name, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.failure.kind !== 'fatal') throw error;
    if (error.failure.reason !== 'unknown-pipeline') throw error;
    const listed = (await client.listPipelines(signal).catch(() => [])).map((pipeline) => pipeline.name);
    // The server contradicts itself, such as while it deletes the pipeline: its own words say more than ours.
    if (listed.includes(name)) throw error;
    throw new Error(`there is no pipeline '${name}'${nameHint(name, listed)}`, {cause: error});
  }
}

function describe(detail: PipelineDetail, why: Why | undefined, serverVersion = ''): string {
  const {deploymentError, programError} = detail;
  const {statements = [], connectorErrors = ''} = why ?? {};
  const rows: readonly (readonly [string, string])[] = [
    ['state', serverState(detail)],
    ['since', stateSince(detail)],
    ['deployment', detail.deploymentStatus],
    ['desired', detail.deploymentDesiredStatus],
    ['program', [detail.programStatus, detail.programStatusSince].filter((word) => word !== '').join(' since ')],
    ['storage', detail.storageStatus],
    ['connector errors', connectorErrors],
    ...(detail.tags?.length ? ([['tags', tagWords(detail)]] as const) : []),
    ['platform', detail.platformVersion],
    ['server', serverVersion],
  ];
  return [
    clean(detail.name),
    ...statements.flatMap(statementLines).map((line) => `  ${line}`),
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(17)} ${clean(value) || '-'}`),
    ...(deploymentError
      ? inFull(`deployment error (${clean(deploymentError.errorCode)})`, deploymentError.message)
      : []),
    ...(deploymentError?.more ?? []).flatMap(([place, text]) => inFull(clean(place), text)),
    ...(programError === undefined ? [] : inFull('program error', programError)),
    '',
  ].join('\n');
}

function inFull(heading: string, text: string): string[] {
  return [
    `  ${heading}`,
    ...text
      .trimEnd()
      .split('\n')
      .map((line) => `    ${clean(line)}`.trimEnd()),
  ];
}
