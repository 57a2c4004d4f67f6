import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {noLosses} from '../../../source/engine/buffer/markers.ts';
import {ErrorLog} from '../../../source/engine/records/error-log.ts';
import type {StatusAt} from '../../../source/kit/journal/absence.ts';
import type {LogStatus} from '../../../source/kit/journal/log-status.ts';
import type {PipelineStatus, PipelineStatuses} from '../../../source/kit/journal/pipeline-status.ts';

/** Errors, a line each; their ids and times count up from `from`. */
export function errorsOf(lines: readonly string[], from = 0): LogStatus['errors'] {
  const errors = emptyErrorLog();
  for (const [index, line] of lines.entries()) errors.add(Buffer.from(line), {id: from + index, at: from + index});
  return errors.byKey;
}

export function emptyErrorLog(): ErrorLog {
  return new ErrorLog({buffer: new WritableLogBuffer({maxBytes: 1024}), wall: () => 0});
}

export function log(name: string, change: Partial<LogStatus> = {}): LogStatus {
  return {
    name,
    at: 0,
    endId: 0,
    errors: new Map(),
    connectors: emptyErrorLog().connectors,
    losses: noLosses,
    ends: {count: 0, last: []},
    lostStreams: [],
    flow: 'live',
    cut: undefined,
    disconnected: undefined,
    disconnectedSince: undefined,
    deletedAt: undefined,
    ...change,
  };
}

export function pipeline(name: string, change: Partial<PipelineStatus> = {}): PipelineStatus {
  return {
    name,
    id: name,
    createdAt: 0,
    versions: {platformVersion: '', description: ''},
    failing: undefined,
    unavailable: undefined,
    endedByRunner: false,
    state: 'Running',
    running: true,
    hasRun: true,
    hasEnded: false,
    starts: 1,
    deployment: '',
    since: 0,
    program: 'Success',
    programSince: 0,
    compileError: undefined,
    failedAt: 0,
    failedAfter: 0,
    connectorErrors: 0,
    errorsRun: change.deployment ?? '',
    ...change,
  };
}

export function list(...pipelines: readonly PipelineStatus[]): PipelineStatuses {
  return new Map(pipelines.map((each) => [each.name, each]));
}

export function statusAt(at: number, logs: readonly LogStatus[], pipelines: readonly PipelineStatus[] = []): StatusAt {
  return {at, logs, pipelines: list(...pipelines)};
}
