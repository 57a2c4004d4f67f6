import type {ApiClient, Pipeline} from '../api/types.ts';
import {elapsedShort, readTime} from '../lib/format.ts';
import {jsonText} from '../lib/json.ts';
import {didYouMean, UsageError} from '../settings/parse-values.ts';
import type {ListForm} from '../settings/request.ts';
import {clean} from '../terminal/clean.ts';
import {textWidth} from '../terminal/width.ts';
import {isFailing, knownStates, serverState, stateSince} from '../words/pipeline.ts';

type ListOptions = {
  readonly client: ApiClient;
  readonly output: ListForm;
  /** In lower case; undefined: all. */
  readonly statuses: readonly string[] | undefined;
  readonly isColored: boolean;
  /** Unix time in ms. */
  readonly now: number;
  readonly signal: AbortSignal;
};

/** The text of `pipetail list`. Rejects with an `ApiError`, or a `UsageError` for a state that does not exist. */
export async function listText(options: ListOptions): Promise<string> {
  const {client, output, statuses, signal} = options;
  const all = await client.listPipelines(signal);
  if (statuses) checkStates(statuses, all);
  const pipelines = all.filter((pipeline) => statuses?.includes(serverState(pipeline).toLowerCase()) !== false);
  switch (output) {
    case 'json':
      return `${jsonText(pipelines.map(pipelineJson), 2)}\n`;
    case 'name':
      return pipelines.map(({name}) => `${name}\n`).join('');
    case 'table':
    case 'wide':
      return table(pipelines, options);
  }
}

/** For scripts, as in docs/json-schema.json: what the server does not send is null. */
export function pipelineJson(pipeline: Pipeline) {
  const {deploymentError, ...facts} = pipeline;
  const error = deploymentError && {
    code: deploymentError.errorCode,
    cause: deploymentError.cause,
    message: deploymentError.message,
  };
  return {
    name: facts.name,
    state: serverState(pipeline),
    since: stateSince(pipeline) || null,
    deploymentStatus: facts.deploymentStatus || null,
    deploymentStatusSince: facts.deploymentStatusSince || null,
    desiredStatus: facts.deploymentDesiredStatus || null,
    programStatus: facts.programStatus || null,
    programStatusSince: facts.programStatusSince || null,
    storageStatus: facts.storageStatus || null,
    connectorErrors: facts.connectorErrors ?? null,
    deploymentError: error ?? null,
    platformVersion: facts.platformVersion || null,
    createdAt: facts.createdAt || null,
    id: facts.id,
    description: facts.description,
  };
}

function checkStates(statuses: readonly string[], pipelines: readonly Pipeline[]): void {
  const known = [...knownStates, ...pipelines.map(serverState)];
  const unknown = statuses.find((status) => !known.some((word) => word.toLowerCase() === status));
  if (unknown === undefined) return;
  const hint = didYouMean(unknown, known) || ' · Running, Paused, Stopped, Failed, SqlError and more';
  throw new UsageError(`--status knows no state '${unknown}'${hint}`);
}

function table(pipelines: readonly Pipeline[], {output, isColored, now}: ListOptions): string {
  if (pipelines.length === 0) return '';
  const more = output === 'wide' ? ['PROGRAM', 'ERRORS', 'PLATFORM', 'ERROR'] : [];
  const heads = ['NAME', 'STATE', 'SINCE', ...more];
  const rows = pipelines.map((pipeline) => {
    const {name, programStatus, connectorErrors, platformVersion, deploymentError} = pipeline;
    const wide = [programStatus, String(connectorErrors ?? ''), platformVersion, deploymentError?.cause ?? ''];
    const texts = [name, serverState(pipeline), ageOf(stateSince(pipeline), now), ...(more.length > 0 ? wide : [])];
    return {cells: texts.map((text) => cellOf(clean(text) || '-')), color: isColored ? colorOf(pipeline) : undefined};
  });
  const widths = heads.map((head, column) =>
    rows.reduce((widest, {cells}) => Math.max(widest, cells[column]?.width ?? 0), head.length),
  );
  const line = (cells: readonly Cell[], color?: number) =>
    cells
      .map(({text, width}, column) => {
        const padding = column === heads.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - width);
        return `${color !== undefined && column === 1 ? `\x1b[${color}m${text}\x1b[39m` : text}${padding}`;
      })
      .join('  ')
      .trimEnd();
  return `${[line(heads.map(cellOf)), ...rows.map(({cells, color}) => line(cells, color))].join('\n')}\n`;
}

type Cell = {readonly text: string; readonly width: number};

function cellOf(text: string): Cell {
  return {text, width: textWidth(text)};
}

/** An SGR parameter. */
function colorOf(pipeline: Pipeline): number | undefined {
  if (isFailing(pipeline)) return 31;
  return serverState(pipeline) === 'Running' ? 32 : undefined;
}

/** A text that is not a time is returned unchanged. */
function ageOf(since: string, now: number): string {
  const age = now - readTime(since);
  return Number.isNaN(age) ? since : elapsedShort(Math.max(0, age));
}
