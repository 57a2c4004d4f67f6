import type {ApiFailure, Pipeline} from '../api/types.ts';
import type {LogSight, PipelineSight} from '../attention/sight.ts';
import type {ConnectionState} from '../streams/connection-state.ts';
import type {LogStream} from '../streams/log-stream.ts';
import {sanitise} from '../terminal/sanitise.ts';
import {isFailing, pipelineState} from './pipeline-state.ts';

/** Failed attempts after which a server is said not to answer: a restart of it is over within two. */
const patience = 3;

/** What there is to know of an open log now. `silent`: why it is not followed. */
export function logSight(stream: LogStream, silent: string | undefined): LogSight {
  const {name, buffer, errorShapes, toll} = stream;
  return {name, lines: buffer.totalLines, endId: buffer.endId, shapes: errorShapes.byKey, toll, silent};
}

/** What the list says of each pipeline, by name. */
export function pipelineSights(pipelines: readonly Pipeline[]): ReadonlyMap<string, PipelineSight> {
  return new Map(pipelines.map((pipeline) => [pipeline.name, pipelineSight(pipeline)]));
}

function pipelineSight(pipeline: Pipeline): PipelineSight {
  const {name, deploymentId, deploymentStatus, deploymentStatusSince, connectorErrors} = pipeline;
  const running = deploymentStatus === 'Running';
  const since = Date.parse(deploymentStatusSince);
  return {
    name,
    failing: failingWords(pipeline),
    state: pipelineState(pipeline).word,
    running,
    deployment: deploymentId,
    since: Number.isNaN(since) ? 0 : since,
    connectorErrors: connectorErrors ?? 0,
  };
}

/** `Failed · exit status: 101`; undefined while it is well. */
function failingWords(pipeline: Pipeline): string | undefined {
  if (!isFailing(pipeline)) return undefined;
  const {word} = pipelineState(pipeline);
  const message = pipeline.deploymentError?.message;
  return message === undefined ? word : `${word} · ${sanitise(causeIn(message)).text}`;
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

/**
 * The line that tells most. What the runner's checks find stands below a paragraph that is always the same: `Pipeline
 * check failed: compute and/or storage resources encountered a fatal error.`
 */
function causeIn(message: string): string {
  const lines = message.split('\n');
  const below = lines.findIndex((line, index) => index > 0 && lines[index - 1]?.trim() === '' && line.trim() !== '');
  return lines[below] ?? lines[0] ?? '';
}

function failureWords(failure: ApiFailure | undefined): string {
  return failure === undefined || failure.kind === 'cancelled' ? 'does not answer' : sanitise(failure.message).text;
}
