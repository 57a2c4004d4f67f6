import type {ApiClient, Pipeline, PipelineDetail} from '../../engine/api/types.ts';
import {someAtATime} from '../../engine/pipelines/pipeline-history.ts';
import {findingLines, findingObject} from '../../features/why/format-finding.ts';
import type {Why, WhyOptions} from '../../features/why/why-of-server.ts';
import type {RequestedNames} from '../../kit/settings/names.ts';
import {describePipeline, seeAll} from '../../kit/shell/named-pipelines.ts';
import {byName, serverState, stateSince, tagWords} from '../../kit/words/pipeline-words.ts';
import {clean} from '../../lib/clean.ts';
import {jsonText} from '../../lib/json.ts';
import {pipelineObject} from './list.ts';

type StatusOptions = WhyOptions & {
  /** Version of the server; undefined when it does not send one. */
  readonly serverVersion: Promise<string | undefined>;
  /** No names and no patterns: all pipelines. */
  readonly requested: RequestedNames;
  readonly output: 'text' | 'json';
};

/** The text of `pipetail status`. Rejects with an `ApiError`, or an `Error` of one line when no pipeline matches. */
export async function statusReport(options: StatusOptions): Promise<string> {
  const {client, requested, output, signal} = options;
  const names = await requestedNames(client, requested, signal);
  const details = await someAtATime(names, (name) => describePipeline(client, name, signal));
  const {whyOfServer} = await import('../../features/why/why-of-server.ts');
  const why = await whyOfServer(details, {...options, asksTwice: true});
  const version = await options.serverVersion;
  if (output === 'json') {
    const objects = details.map((detail, at) => ({
      ...pipelineObject(detail, {why: why[at], programError: detail.programError}),
      why: (why[at]?.findings ?? []).map(findingObject),
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
  if (patterns.length === 0) return listed.map(({name}) => name);
  const matching = listed.filter((each) => names.includes(each.name) || isMatch(each));
  const sources = patterns.map(({source}) => `'${source}'`).join(', ');
  if (matching.length === 0) throw new Error(`no pipeline matches ${sources} · ${seeAll}`);
  return matching.map(({name}) => name);
}

function describe(detail: PipelineDetail, why: Why | undefined, serverVersion = ''): string {
  const {deploymentError, programError} = detail;
  const {findings = [], connectorErrors = ''} = why ?? {};
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
    ...findings.flatMap(findingLines).map((line) => `  ${line}`),
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
