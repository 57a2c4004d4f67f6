import {stateSince} from '../api/parse-pipeline.ts';
import type {ApiClient, Pipeline} from '../api/types.ts';
import {elapsedShort, readTime} from '../lib/format.ts';
import {jsonText} from '../lib/json.ts';
import {didYouMean, UsageError} from '../settings/parse-values.ts';
import type {ListForm} from '../settings/request.ts';
import {clean} from '../terminal/sanitise.ts';
import {textWidth} from '../terminal/width.ts';
import {isTrouble, stateWord} from '../words/pipeline.ts';

export type ListOptions = {
  readonly client: ApiClient;
  readonly output: ListForm;
  /** In small letters; undefined: all. */
  readonly statuses: readonly string[] | undefined;
  /** States in colour. */
  readonly isColored: boolean;
  /** Wall milliseconds. */
  readonly now: number;
  readonly signal: AbortSignal;
};

/** States that there are though no pipeline has them now (Feldera 0.60 to 0.337). Others count once a pipeline has them. */
const knownStates =
  'Stopped Provisioning Initializing AwaitingApproval Bootstrapping ConcurrentBootstrapping Synchronizing Replaying Standby Coordination Running Paused Suspended Unavailable Stopping Pending CompilingSql SqlCompiled CompilingRust SqlError RustError SystemError Failed Suspending Shutdown ShuttingDown SuspendingCircuit SuspendingCompute'.split(
    ' ',
  );

/** The text of `pipetail list`. Rejects with an `ApiError`, or a `UsageError` for a state that there is not. */
export async function listText(options: ListOptions): Promise<string> {
  const {client, output, statuses, signal} = options;
  const all = await client.listPipelines(signal);
  if (statuses) checkStates(statuses, all);
  const pipelines = all.filter((pipeline) => statuses?.includes(stateWord(pipeline).toLowerCase()) !== false);
  switch (output) {
    case 'json':
      return `${jsonText(pipelines.map(pipelineJson), 2)}\n`;
    case 'name':
      return pipelines.map(({name}) => `${clean(name)}\n`).join('');
    case 'table':
    case 'wide':
      return table(pipelines, options);
  }
}

/** One pipeline for scripts; what the server does not say is null. */
export function pipelineJson(pipeline: Pipeline) {
  const {deploymentError, ...facts} = pipeline;
  const error = deploymentError && {
    code: deploymentError.errorCode,
    cause: deploymentError.cause,
    message: deploymentError.message,
  };
  return {
    name: facts.name,
    state: stateWord(pipeline),
    since: stateSince(pipeline) || null,
    deploymentStatus: facts.deploymentStatus,
    deploymentStatusSince: facts.deploymentStatusSince || null,
    desiredStatus: facts.deploymentDesiredStatus,
    programStatus: facts.programStatus,
    programStatusSince: facts.programStatusSince || null,
    storageStatus: facts.storageStatus,
    connectorErrors: facts.connectorErrors ?? null,
    deploymentError: error ?? null,
    platformVersion: facts.platformVersion,
    createdAt: facts.createdAt || null,
    id: facts.id,
    description: facts.description,
  };
}

function checkStates(statuses: readonly string[], pipelines: readonly Pipeline[]): void {
  const known = [...knownStates, ...pipelines.map(stateWord)];
  const unknown = statuses.find((status) => !known.some((word) => word.toLowerCase() === status));
  if (unknown === undefined) return;
  const hint = didYouMean(unknown, known) || ' · Running, Paused, Stopped, Failed, SqlError and more';
  throw new UsageError(`--status knows no state '${unknown}'${hint}`);
}

function table(pipelines: readonly Pipeline[], {output, isColored, now}: ListOptions): string {
  if (pipelines.length === 0) return '';
  const more = output === 'wide' ? ['PROGRAM', 'ERRORS', 'PLATFORM', 'ERROR'] : [];
  const rows = pipelines.map((pipeline) => {
    const {name, programStatus, connectorErrors, platformVersion, deploymentError} = pipeline;
    const wide = [programStatus, String(connectorErrors ?? ''), platformVersion, deploymentError?.cause ?? ''];
    const cells = [name, stateWord(pipeline), ageOf(stateSince(pipeline), now), ...(more.length > 0 ? wide : [])];
    return cells.map((cell) => clean(cell) || '-');
  });
  const heads = ['NAME', 'STATE', 'SINCE', ...more];
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => textWidth(row[column] ?? ''))));
  const line = (cells: readonly string[], color: boolean) =>
    cells
      .map((cell, column) => {
        const padding = column === heads.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - textWidth(cell));
        return `${color && column === 1 ? inColor(cell) : cell}${padding}`;
      })
      .join('  ')
      .trimEnd();
  return `${[line(heads, false), ...rows.map((row) => line(row, isColored))].join('\n')}\n`;
}

function inColor(state: string): string {
  if (isTrouble(state)) return `\x1b[31m${state}\x1b[39m`;
  return state === 'Running' ? `\x1b[32m${state}\x1b[39m` : state;
}

/** How long it has been since then; what is no time as it is. */
function ageOf(since: string, now: number): string {
  const age = now - readTime(since);
  return Number.isNaN(age) ? since : elapsedShort(Math.max(0, age));
}
