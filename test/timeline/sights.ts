import {noToll} from '../../source/buffer/markers.ts';
import {ErrorShapes} from '../../source/records/error-log.ts';
import type {LogSight, PipelineSight, Sight} from '../../source/timeline/events.ts';

/** Errors, a line each; their ids and times count up from `from`. */
export function shapesOf(lines: readonly string[], from = 0): LogSight['shapes'] {
  const shapes = new ErrorShapes();
  for (const [index, line] of lines.entries()) shapes.add(Buffer.from(line), {id: from + index, at: from + index});
  return shapes.byKey;
}

export function log(name: string, change: Partial<LogSight> = {}): LogSight {
  return {name, lines: 0, endId: 0, shapes: new Map(), toll: noToll, silent: undefined, ...change};
}

export function pipeline(name: string, change: Partial<PipelineSight> = {}): PipelineSight {
  return {
    name,
    failing: undefined,
    state: 'Running',
    running: true,
    unstarted: false,
    deployment: '',
    since: 0,
    connectorErrors: 0,
    ...change,
  };
}

export function sight(at: number, logs: readonly LogSight[], pipelines: readonly PipelineSight[] = []): Sight {
  return {at, logs, pipelines: new Map(pipelines.map((each) => [each.name, each]))};
}
