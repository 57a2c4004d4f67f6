import type {ApiFailure, Pipeline} from '../api/types.ts';
import type {LogSight, PipelineSight} from '../attention/sight.ts';
import type {ConnectionState} from '../streams/connection-state.ts';
import {notYetRun} from '../streams/listed-change.ts';
import type {LogStream} from '../streams/log-stream.ts';
import {sanitise} from '../terminal/sanitise.ts';
import {failureWord, isFailing, pipelineState} from './pipeline-state.ts';

/** Failed attempts after which a server is said not to answer: a restart of it is over within two. */
const patience = 3;

/** What there is to know of an open log now. `silent`: why it is not followed. */
export function logSight(stream: LogStream, silent: string | undefined): LogSight {
  const {name, buffer, errorShapes, toll} = stream;
  return {name, lines: buffer.totalLines, endId: buffer.endId, shapes: errorShapes.byKey, toll, silent};
}

/** What the list says of each pipeline, by name. `before`: what the list before it said. */
export function pipelineSights(
  pipelines: readonly Pipeline[],
  before?: ReadonlyMap<string, PipelineSight>,
): ReadonlyMap<string, PipelineSight> {
  return new Map(pipelines.map((pipeline) => [pipeline.name, pipelineSight(pipeline, before?.get(pipeline.name))]));
}

function pipelineSight(pipeline: Pipeline, before: PipelineSight | undefined): PipelineSight {
  const {name, deploymentId, deploymentStatus, deploymentStatusSince, connectorErrors} = pipeline;
  const running = deploymentStatus === 'Running';
  const since = Date.parse(deploymentStatusSince);
  return {
    name,
    failing: failingWords(pipeline, before),
    state: pipelineState(pipeline).word,
    running,
    unstarted: notYetRun.has(deploymentStatus) || (deploymentStatus === 'Stopping' && before?.unstarted === true),
    deployment: deploymentId,
    since: Number.isNaN(since) ? 0 : since,
    connectorErrors: connectorErrors ?? 0,
  };
}

/** `Failed · exit status: 101`, `Start failed · no such file`; undefined while it is well. */
function failingWords(pipeline: Pipeline, before: PipelineSight | undefined): string | undefined {
  if (!isFailing(pipeline)) return undefined;
  const {deploymentError, deploymentStatusSince} = pipeline;
  if (!deploymentError) return failureWord(pipeline);
  const cause = sanitise(deploymentError.cause).text;
  const isAsBefore = before?.since === Date.parse(deploymentStatusSince) && before.failing?.endsWith(cause);
  if (isAsBefore) return before.failing;
  return `${before?.unstarted ? 'Start failed' : failureWord(pipeline)} · ${cause}`;
}

/** Why a log is not followed; undefined while it is, or will be soon. Once it is not (`before`), only a live one is. */
export function silenceOf(connection: ConnectionState, before: string | undefined): string | undefined {
  switch (connection.kind) {
    case 'idle':
    case 'live':
      return undefined;
    case 'gone':
      return connection.reason.kind === 'deleted' ? 'deleted' : failureWords(connection.reason.failure);
    case 'waiting':
      return connection.tries < patience ? before : failureWords(connection.failure);
    default:
      return before;
  }
}

function failureWords(failure: ApiFailure | undefined): string {
  return failure === undefined || failure.kind === 'cancelled' ? 'does not answer' : sanitise(failure.message).text;
}
